// kill -9 while mail goes out: a repeat after a crash is the same message to the reader.
#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "record/notify/trial_courier.hpp"

namespace haidang::notify {
namespace {

using ledger::must;
using std::chrono::hours;
using std::chrono::seconds;

constexpr const char* child_address = "HAIDANG_TEST_CHILD_LEDGER";
constexpr const char* child_port = "HAIDANG_TEST_CHILD_SMTP";
constexpr const char* child_pid_file = "HAIDANG_TEST_CHILD_PID";

// What the next test runs as a process of its own, to be killed.
TEST(Child, DISABLED_DeliversUntilItIsKilled) {
  ASSERT_NE(std::getenv(child_address), nullptr);
  std::ofstream(std::getenv(child_pid_file)) << ::getpid();
  const auto ledger =
      must(ledger::Ledger::open({.address = std::getenv(child_address)}, {projection()}));
  std::ostringstream ignored;
  Log log(Log::Level::error, ignored);
  Gateways gateways{.mail = {.url = std::string("smtp://127.0.0.1:") + std::getenv(child_port),
                             .require_tls = false},
                    .first_retry = seconds(0),
                    .give_up_after = hours(24 * 365)};
  Courier courier(*ledger, catalogue(), gateways, log);
  while (must(courier.deliver_due()) > 0) {
  }
}

// How the child ended; nothing of it is left.
int run_child(const std::filesystem::path& pid_file) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const ::pid_t child = spawn({self, "--gtest_also_run_disabled_tests",
                               "--gtest_filter=Child.DISABLED_DeliversUntilItIsKilled"},
                              nowhere);
  ::close(nowhere);
  ::siginfo_t ended{};
  CHECK(::waitid(P_PID, static_cast<::id_t>(child), &ended, WEXITED | WNOWAIT) == 0, "it ends");
  std::filesystem::remove(pid_file);  // before its number can be another's
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// The server kills the courier when it has taken a message and not said so, or has just said so.
TEST_F(CourierOnItsWay, ReachesTheReaderOnceHoweverOftenTheCourierIsKilled) {
  constexpr int notices = 60;
  trial_.set_time(now());  // the child has no clock but the real one
  const std::filesystem::path pid_file = trial_.dir() / "child.pid";
  const auto& server = mail_server({"--kill", pid_file.string()});
  std::set<std::string> ids;
  for (int i = 0; i < notices; ++i) {
    ids.insert("<" + queued(notice(Channel::mail, "truc@ca.example", i)) + "@localhost>");
  }
  trial_.close();
  ::setenv(child_address, trial_.address().c_str(), 1);
  ::setenv(child_port, server.port().c_str(), 1);
  ::setenv(child_pid_file, pid_file.c_str(), 1);
  int kills = 0;
  for (int status = run_child(pid_file); status != 0; status = run_child(pid_file)) {
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    ASSERT_LT(++kills, 500);
  }
  trial_.reopen();
  std::set<std::string> distinct;
  const auto received = server.received();
  for (const auto& mail : received)
    distinct.insert(std::string(mail.at("headers").at("Message-ID").as_string()));
  EXPECT_EQ(distinct, ids) << "each arrived, and as itself";
  EXPECT_GT(received.size(), ids.size()) << "some were sent twice, or nothing was shown here";
  EXPECT_GE(kills, 5);
  std::size_t sent_acts = 0;
  for (const auto& act : must(trial_->acts(0, 10'000))) sent_acts += act.kind == "notice.sent";
  EXPECT_EQ(sent_acts, ids.size());
  must(trial_->rebuild());
  EXPECT_EQ(deliver(), 0U);
  std::printf("killed %d times, %zu mails for %zu notices\n", kills, received.size(), ids.size());
}

}  // namespace
}  // namespace haidang::notify
