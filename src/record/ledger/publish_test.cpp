#include "record/ledger/publish.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/ledger/disk.hpp"
#include "record/ledger/timestamp.hpp"
#include "record/ledger/trial.hpp"
#include "record/ledger/trial_files.hpp"
#include "record/ledger/trial_projection.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

// The real thing: openssl ts behind an HTTP server, asked by curl.
class Authority {
 public:
  Authority() {
    const std::string script = HAIDANG_SOURCE_DIR "/src/record/ledger/trial_tsa.py";
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    CHECK(::pipe(in.data()) == 0 && ::pipe(out.data()) == 0, "pipes can be made");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      for (const int one : {in[0], in[1], out[0], out[1]}) ::close(one);
      ::execlp("python3", "python3", script.c_str(), folder_.path().c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    keeps_ = Descriptor(in[1]);
    const Descriptor answer(out[0]);
    std::string line;
    for (char letter = 0; letter != '\n'; line += letter) {
      CHECK(::read(answer.number(), &letter, 1) == 1, "the authority starts");
    }
    url_ = "http://127.0.0.1:" + line.substr(0, line.size() - 1);
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority() {
    keeps_.close();
    ::waitpid(child_, nullptr, 0);
  }

  [[nodiscard]] std::string url(const std::string& path = "/") const { return url_ + path; }
  [[nodiscard]] fs::path roots() const { return folder_ / "ca.pem"; }

 private:
  Folder folder_;
  pid_t child_ = -1;
  Descriptor keeps_;
  std::string url_;
};

const Authority& authority() {
  static const Authority one;
  return one;
}

Result<std::string> post(const std::string& url, const std::string& type, const std::string& body) {
  const Folder folder;
  set_content(folder / "body", body);
  const std::string command = "curl -s -f --max-time 20 -H 'Content-Type: " + type +
                              "' --data-binary @" + (folder / "body").string() + " -o " +
                              (folder / "answer").string() + " " + url;
  if (std::system(command.c_str()) != 0) return fail(Error::Kind::unavailable, "no answer", url);
  return content_of(folder / "answer");
}

// What listens where the system's log would.
class SystemLog {
 public:
  explicit SystemLog(const fs::path& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    CHECK(
        ::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "a socket can be bound in a test's folder");
  }
  // "" where nothing has come.
  std::string next() {
    std::array<char, 4096> message{};
    const auto got = ::recv(socket_.number(), message.data(), message.size(), MSG_DONTWAIT);
    return {message.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }

 private:
  Descriptor socket_;
};

class Publishing : public testing::Test {
 protected:
  void write(int acts) {
    for (int i = 0; i < acts; ++i) must(put_name(*ledger_, "a", std::to_string(i)));
  }
  [[nodiscard]] PublishOptions options() const {
    return {.file = outside_ / "chain.ndjson", .data_dir = ledger_.dir()};
  }
  [[nodiscard]] Signer signer() const { return must(Signer::open(outside_ / "key")); }
  Result<std::unique_ptr<CheckpointPublisher>> open(PublishOptions chosen) {
    return CheckpointPublisher::open(*ledger_, signer(), std::move(chosen), post, log_);
  }
  [[nodiscard]] std::vector<Checkpoint> published() const {
    return must(read_checkpoints(outside_ / "chain.ndjson"));
  }
  static Outlet of(const CheckpointPublisher& publisher, std::string_view name) {
    for (const Outlet& one : publisher.outlets()) {
      if (one.name == name) return one;
    }
    return {.name = "absent"};
  }

  Folder outside_;
  mutable TrialLedger ledger_{{names_projection()}};
  std::ostringstream logged_;
  Log log_{Log::Level::info, logged_};
};

TEST_F(Publishing, SignsTheHeadIntoAFile) {
  const auto publisher = must(open(options()));
  ASSERT_TRUE(publisher->publish());  // nothing to say yet
  EXPECT_FALSE(fs::exists(options().file));
  write(3);
  ASSERT_TRUE(publisher->publish());
  ASSERT_THAT(published(), SizeIs(1));
  const Checkpoint one = published()[0];
  EXPECT_EQ(one.seq, 3U);
  EXPECT_EQ(one.ledger, ledger_->identity());
  EXPECT_EQ(one.hash, must(ledger_->acts(2, 1))[0].hash);
  EXPECT_TRUE(signed_by(one, signer().public_key()));
  ASSERT_TRUE(publisher->publish());  // an unchanged head is said once
  EXPECT_THAT(published(), SizeIs(1));
}

TEST_F(Publishing, GoesToTheSystemsLog) {
  SystemLog system(outside_ / "log");
  auto chosen = options();
  chosen.syslog_socket = outside_ / "log";
  const auto publisher = must(open(chosen));
  write(2);
  ASSERT_TRUE(publisher->publish());
  const std::string message = system.next();
  EXPECT_THAT(message, StartsWith("<85>1 2026-03-02T01:00:00.000000Z "));
  EXPECT_THAT(message, testing::EndsWith(" checkpoint - " + to_line(published()[0])));
}

TEST_F(Publishing, IsStampedByAnAuthority) {
  auto chosen = options();
  chosen.stamp_url = authority().url();
  chosen.stamp_roots = authority().roots();
  const auto publisher = must(open(chosen));
  write(4);
  const auto done = publisher->publish();
  ASSERT_TRUE(done) << done.error().message();
  const std::string stamp = content_of(outside_ / "chain.ndjson.4.tsr");
  const std::string line = to_line(published()[0]);
  const auto at = check_stamp(stamp, line, authority().roots());
  ASSERT_TRUE(at) << at.error().message();
  EXPECT_LT(std::chrono::abs(*at - now()), 5min);
  EXPECT_EQ(check_stamp(stamp, line + " ", authority().roots()).error().kind, Error::Kind::corrupt);
  EXPECT_EQ(check_stamp(stamp, line, outside_ / "none").error().kind, Error::Kind::invalid);
  // Of authorities that nobody named.
  EXPECT_EQ(check_stamp(stamp, line, {}).error().kind, Error::Kind::corrupt);
}

TEST_F(Publishing, KeepsNoStampThatIsRefusedOrOfAnotherContent) {
  for (const std::string path : {"/refuse", "/other"}) {
    auto chosen = options();
    chosen.stamp_url = authority().url(path);
    chosen.stamp_roots = authority().roots();
    const auto publisher = must(open(chosen));
    write(1);
    const auto done = publisher->publish();
    ASSERT_FALSE(done) << path;
    EXPECT_EQ(done.error().kind, path == "/refuse" ? Error::Kind::denied : Error::Kind::corrupt)
        << done.error().message();
    EXPECT_EQ(of(*publisher, "timestamp").failed, 1U);
  }
  for (const auto& file : files_below(outside_.path())) EXPECT_NE(file.extension(), ".tsr");
}

TEST_F(Publishing, GoesOnWhereOneOutletFailsAndTriesItAgain) {
  auto chosen = options();
  chosen.syslog_socket = outside_ / "log";
  const auto publisher = must(open(chosen));
  write(1);
  const auto done = publisher->publish();
  EXPECT_EQ(done.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(published(), SizeIs(1));
  EXPECT_EQ(of(*publisher, "file").sent, 1U);
  EXPECT_EQ(of(*publisher, "syslog").failed, 1U);
  EXPECT_THAT(of(*publisher, "syslog").last_error, HasSubstr("/log: cannot send"));
  EXPECT_THAT(logged_.str(), HasSubstr(R"("outlet":"syslog","seq":1,"failed":1)"));

  SystemLog system(outside_ / "log");
  ledger_.advance(1min);
  ASSERT_TRUE(publisher->publish());
  EXPECT_THAT(system.next(), HasSubstr(to_line(published()[0])));  // the same line
  EXPECT_THAT(published(), SizeIs(1));
  EXPECT_EQ(of(*publisher, "syslog").last_error, "");
}

TEST_F(Publishing, AFileThatCannotBeWrittenDoesNotStopTheLog) {
  SystemLog system(outside_ / "log");
  auto chosen = options();
  chosen.file = outside_ / "absent" / "chain";
  chosen.syslog_socket = outside_ / "log";
  const auto publisher = must(open(chosen));
  write(1);
  EXPECT_FALSE(publisher->publish());
  EXPECT_THAT(system.next(), HasSubstr("\"seq\":1"));
}

TEST_F(Publishing, HappensByItselfAfterEnoughActsOrTime) {
  auto chosen = options();
  chosen.every = 1h;
  chosen.every_acts = 5;
  {
    const auto publisher = must(open(chosen));
    publisher->run();
    write(6);
    for (int i = 0; i < 100 && of(*publisher, "file").sent == 0; ++i)
      std::this_thread::sleep_for(50ms);
    EXPECT_EQ(of(*publisher, "file").seq, 6U);
  }
  chosen.every = 30ms;
  chosen.every_acts = 1'000'000;
  const auto publisher = must(open(chosen));
  publisher->run();
  write(1);
  for (int i = 0; i < 100 && of(*publisher, "file").sent == 0; ++i)
    std::this_thread::sleep_for(50ms);
  EXPECT_EQ(of(*publisher, "file").seq, 7U);
}

TEST_F(Publishing, GoesOnWhereItWasAfterARestart) {
  write(2);
  must(must(open(options()))->publish());
  must(must(open(options()))->publish());
  EXPECT_THAT(published(), SizeIs(1));
  write(1);
  must(must(open(options()))->publish());
  EXPECT_THAT(published(), SizeIs(2));
}

TEST_F(Publishing, DoesNotSignALedgerThatContradictsItsLastCheckpoint) {
  write(3);
  must(must(open(options()))->publish());
  must(ledger_.connect()->run("DELETE FROM acts WHERE seq = 3"));
  ledger_.reopen();
  const auto cut = open(options());
  EXPECT_EQ(cut.error().kind, Error::Kind::corrupt);
  EXPECT_THAT(cut.error().message(), HasSubstr("ends before act 3"));
  ledger_.advance(1s);
  write(1);
  EXPECT_THAT(open(options()).error().message(), HasSubstr("holds another act 3"));
}

TEST_F(Publishing, DoesNotGoOnInTheFileOfAnotherLedger) {
  write(1);
  must(must(open(options()))->publish());
  TrialLedger other;
  const auto opened = CheckpointPublisher::open(*other, signer(), options(), post, log_);
  EXPECT_EQ(opened.error().kind, Error::Kind::conflict);
}

TEST_F(Publishing, RefusesSettingsThatMakeNoSense) {
  const auto refusal = [&](auto change) {
    auto chosen = options();
    change(chosen);
    const auto opened = open(chosen);
    return opened ? "it was taken" : opened.error().what;
  };
  const auto lies_in = [](const fs::path& path) {
    return [path](PublishOptions& one) { one.file = path; };
  };
  EXPECT_THAT(refusal(lies_in(ledger_.dir() / "chain")), HasSubstr("outside the data directory"));
  EXPECT_THAT(refusal(lies_in(ledger_.dir() / "deep" / ".." / "chain")), HasSubstr("outside"));
  fs::create_directory_symlink(ledger_.dir(), outside_ / "link");
  EXPECT_THAT(refusal(lies_in(outside_ / "link" / "chain")), HasSubstr("outside"));
  EXPECT_THAT(refusal([](PublishOptions& one) { one.every = 0s; }), HasSubstr("interval"));
  EXPECT_THAT(refusal([](PublishOptions& one) { one.every_acts = 0; }), HasSubstr("interval"));
  EXPECT_THAT(refusal([](PublishOptions& one) {
                one.file.clear();
                one.stamp_url = "http://tsa.vn";
              }),
              HasSubstr("beside the file"));
}

}  // namespace
}  // namespace haidang::ledger
