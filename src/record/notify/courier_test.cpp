#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/notify/trial_courier.hpp"

namespace haidang::notify {
namespace {

namespace json = boost::json;
using ledger::must;
using ledger::Writer;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

using Mail = CourierOnItsWay;
using Webhook = CourierOnItsWay;
using ShortMessage = CourierOnItsWay;
using Running = CourierOnItsWay;
using BackOff = CourierOnItsWay;

TEST_F(Mail, ArrivesAsAnotherProgramReadsIt) {
  const auto& server = mail_server();
  const std::string id = queued(notice(Channel::mail, "truc@ca.example"));
  EXPECT_EQ(deliver(), 1U);
  EXPECT_EQ(row(id).state, "sent");
  EXPECT_EQ(row(id).sent, trial_.time());
  const auto received = server.received();
  ASSERT_EQ(received.size(), 1U);
  const json::object& mail = received[0];
  const json::object& headers = mail.at("headers").as_object();
  EXPECT_EQ(mail.at("from"), "haidang@haiphong.example");
  EXPECT_EQ(mail.at("to"), json::array{"truc@ca.example"});
  EXPECT_EQ(mail.at("to_address"), json::array{"truc@ca.example"});
  EXPECT_EQ(mail.at("to_name"), json::array{"Trực ban Công an thành phố"});
  EXPECT_EQ(headers.at("Subject"),
            "[Hải Đăng] Hồ sơ mới SC-2026-1: Trang thông tin bị thay đổi giao diện, nghi do "
            "\"tin tặc\" & <mã độc>");
  EXPECT_EQ(text_at(headers, "Message-ID"), "<" + id + "@haiphong.example>");
  EXPECT_EQ(headers.at("Auto-Submitted"), "auto-generated");
  EXPECT_EQ(mail.at("date"), "2026-03-02T08:00:00+07:00");
  EXPECT_EQ(mail.at("type"), "text/plain");
  EXPECT_EQ(mail.at("defects"), json::array{});
  EXPECT_LE(mail.at("longest_line").as_int64(), 78);
  EXPECT_EQ(mail.at("bare_newlines"), 0);
  const std::string body(mail.at("body").as_string());
  EXPECT_THAT(body, HasSubstr("Quy trình: Sự cố an ninh mạng\n"));
  EXPECT_THAT(body, HasSubstr("https://haidang.example/cases/SC-2026-1?notice=" + id + "\n"));
}

TEST_F(Mail, SpeaksTheRecipientsLanguage) {
  const auto& server = mail_server();
  Notice english = notice(Channel::mail, "duty@ict.example");
  english.to.language = "en";
  english.to.name = "Duty officer";
  queued(english);
  deliver();
  const auto received = server.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_THAT(std::string(received[0].at("body").as_string()), HasSubstr("Procedure: Incident"));
  EXPECT_EQ(received[0].at("to_name"), json::array{"Duty officer"});
  EXPECT_EQ(received[0].at("headers").at("Content-Language"), "en");
}

TEST_F(Mail, GoesOverTlsThatIsVerified) {
  const std::string cert = trial_.dir() / "cert.pem";
  const std::string key = trial_.dir() / "key.pem";
  const ::pid_t openssl =
      spawn({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout", key, "-out", cert,
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"});
  int status = 0;
  ASSERT_EQ(::waitpid(openssl, &status, 0), openssl);
  ASSERT_EQ(status, 0);
  const auto& server = mail_server({"--tls", cert, key});
  gateways_.mail.require_tls = true;
  const std::string id = queued(notice(Channel::mail, "truc@ca.example"));
  deliver();
  EXPECT_EQ(row(id).state, "failed") << "nobody vouches for the certificate";
  EXPECT_EQ(server.received().size(), 0U);
  gateways_.mail.ca_file = cert;
  trial_.advance(minutes(1));
  deliver();
  EXPECT_EQ(row(id).state, "sent") << row(id).last_error;
  EXPECT_EQ(server.received().size(), 1U);
}

TEST_F(Mail, IsDeadAtOnceWhenRefusedForGood) {
  mail_server();
  const std::string gone = queued(notice(Channel::mail, "nobody@ca.example"));
  const std::string no_address = queued(notice(Channel::mail, "gọi điện"));
  const std::string injected = queued(notice(Channel::mail, "a@b.vn>\r\nRCPT TO:<x@y.vn"));
  EXPECT_EQ(deliver(), 3U);
  EXPECT_EQ(row(gone).state, "dead");
  EXPECT_THAT(row(gone).last_error, HasSubstr("550"));
  EXPECT_EQ(row(no_address).state, "dead");
  EXPECT_THAT(row(no_address).last_error, HasSubstr("no mail address"));
  EXPECT_EQ(row(injected).state, "dead");
  EXPECT_THAT(logged_.str(), HasSubstr("a notice is dead"));
}

TEST_F(Mail, IsTriedAgainWhenRefusedForNow) {
  const auto& server = mail_server();
  const std::string id = queued(notice(Channel::mail, "full@ca.example"));
  EXPECT_EQ(deliver(), 1U);
  EXPECT_EQ(row(id).state, "failed");
  EXPECT_EQ(row(id).next_attempt, trial_.time() + seconds(60));
  EXPECT_EQ(deliver(), 0U) << "not before it is due";
  trial_.advance(seconds(60));
  EXPECT_EQ(deliver(), 1U);
  EXPECT_EQ(row(id).next_attempt, trial_.time() + seconds(120));
  EXPECT_EQ(server.received().size(), 0U);
}

TEST_F(Mail, WithoutAServerSaysWhichSettingIsMissing) {
  const std::string id = queued(notice(Channel::mail, "truc@ca.example"));
  deliver();
  EXPECT_EQ(row(id).state, "failed");
  EXPECT_EQ(row(id).last_error, "no mail server is configured: set notify.mail.url");
  const auto& server = mail_server();
  trial_.advance(minutes(1));
  deliver();
  EXPECT_EQ(row(id).state, "sent");
  EXPECT_EQ(server.received().size(), 1U);
}

TEST_F(Webhook, IsSignedAsTheReceiverVerifies) {
  const auto& server = web_server();
  const std::string id = queued(notice(Channel::webhook, web("/hook")));
  EXPECT_EQ(deliver(), 1U);
  EXPECT_EQ(row(id).state, "sent") << row(id).last_error;
  const auto received = server.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].at("signed"), true);
  const json::object& headers = received[0].at("headers").as_object();
  EXPECT_EQ(text_at(headers, "X-HaiDang-Id"), id);
  EXPECT_EQ(headers.at("X-HaiDang-Timestamp"), "1772413200");
  const json::object body = json::parse(received[0].at("body").as_string()).as_object();
  EXPECT_EQ(text_at(body, "id"), id);
  EXPECT_EQ(body.at("template"), "case.opened");
  EXPECT_EQ(body.at("case"), "SC-2026-1");
  EXPECT_EQ(body.at("unit"), "ca");
  EXPECT_EQ(body.at("at"), "2026-03-02T01:00:00.000000Z");
  EXPECT_THAT(std::string(body.at("text").as_string()), HasSubstr("Sự cố an ninh mạng"));
}

TEST_F(Webhook, DiesOrWaitsByWhatTheReceiverAnswers) {
  web_server();
  struct Row {
    std::string path;
    std::string_view state;
  };
  const Row rows[] = {{"/status/200", "sent"},   {"/status/202", "sent"},
                      {"/status/302", "failed"}, {"/status/400", "dead"},
                      {"/status/401", "failed"}, {"/status/404", "failed"},
                      {"/status/410", "dead"},   {"/status/429", "failed"},
                      {"/status/500", "failed"}, {"/status/503", "failed"}};
  for (const auto& [path, state] : rows) {
    const std::string id = queued(notice(Channel::webhook, web(path)));
    deliver();
    EXPECT_EQ(row(id).state, state) << path << ": " << row(id).last_error;
  }
  const std::string nonsense = queued(notice(Channel::webhook, "file:///etc/passwd"));
  deliver();
  EXPECT_NE(row(nonsense).state, "sent");
}

TEST_F(Webhook, IsNotSentUnsigned) {
  const auto& server = web_server();
  gateways_.webhook_secret.clear();
  const std::string id = queued(notice(Channel::webhook, web("/hook")));
  deliver();
  EXPECT_EQ(row(id).state, "failed");
  EXPECT_THAT(row(id).last_error, HasSubstr("notify.webhook.secret"));
  EXPECT_EQ(server.received().size(), 0U);
}

TEST_F(ShortMessage, GoesToTheGatewayPlainAndShort) {
  const auto& server = web_server();
  gateways_.sms = {.url = web("/sms"),
                   .body = R"({"to":"{{to}}","content":"{{text}}","brand":"HAIDANG"})",
                   .authorization = "Bearer abc"};
  const std::string id = queued(notice(Channel::sms, "+84 912 345 678"));
  EXPECT_EQ(deliver(), 1U);
  EXPECT_EQ(row(id).state, "sent") << row(id).last_error;
  const auto received = server.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].at("headers").at("Authorization"), "Bearer abc");
  const json::object body = json::parse(received[0].at("body").as_string()).as_object();
  EXPECT_EQ(body.at("to"), "+84912345678");
  const std::string text(body.at("content").as_string());
  EXPECT_TRUE(text.starts_with("Hai Dang: ho so moi SC-2026-1: Trang thong tin")) << text;
  EXPECT_TRUE(text.ends_with("https://haidang.example/cases/SC-2026-1")) << text;
  EXPECT_LE(text.size(), 160U);
}

TEST_F(ShortMessage, WithoutAGatewaySaysSo) {
  const std::string id = queued(notice(Channel::sms, "+84912345678"));
  deliver();
  EXPECT_EQ(row(id).state, "failed");
  EXPECT_THAT(row(id).last_error, HasSubstr("notify.sms.url"));
}

TEST_F(BackOff, DoublesToAnHourAndGivesUpAfterADay) {
  const std::string id = queued(notice(Channel::mail, "truc@ca.example"));
  const Time start = trial_.time();
  std::vector<long> waits;
  while (row(id).state != "dead") {
    ASSERT_LT(waits.size(), 100U);
    ASSERT_EQ(deliver(), 1U);
    const auto next = row(id).next_attempt;
    if (!next) break;
    waits.push_back(std::chrono::duration_cast<seconds>(*next - trial_.time()).count());
    trial_.set_time(*next);
  }
  ASSERT_GT(waits.size(), 8U);
  waits.pop_back();  // the last one ends with the day
  EXPECT_THAT(std::vector<long>(waits.begin(), waits.begin() + 8),
              testing::ElementsAre(60, 120, 240, 480, 960, 1920, 3600, 3600));
  EXPECT_EQ(row(id).state, "dead");
  EXPECT_EQ(trial_.time(), start + hours(24));
  EXPECT_EQ(deliver(), 0U);
  must(trial_->write([&](Writer& writer) { return retry(writer, id, "admin"); }));
  mail_server();
  EXPECT_EQ(deliver(), 1U);
  EXPECT_EQ(row(id).state, "sent");
}

TEST_F(BackOff, AsksASilentServerNoMoreInTheSameRound) {
  web_server();
  gateways_.deadline = milliseconds(600);
  std::vector<std::string> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(queued(notice(Channel::webhook, web("/slow"), i)));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(deliver(), 20U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(3)) << "20 deadlines would be 3 s";
  std::size_t untried = 0;
  for (const auto& id : silent) {
    EXPECT_EQ(row(id).state, "failed");
    untried += row(id).last_error.starts_with("not tried") ? 1 : 0;
  }
  EXPECT_GE(untried, 12U);
}

TEST_F(BackOff, TellsNoTemplateAsDeadWithTheReason) {
  Notice unknown = notice(Channel::mail, "truc@ca.example");
  unknown.template_name = "case.unheard_of";
  const std::string id = queued(unknown);
  deliver();
  EXPECT_EQ(row(id).state, "dead");
  EXPECT_THAT(row(id).last_error, HasSubstr("case.unheard_of"));
}

// One that is silent for long, on mail; SMS must not wait for it.
TEST_F(Running, ADeadMailServerHoldsNoOtherChannelUp) {
  mail_server();
  web_server();
  gateways_.sms = {.url = web("/sms"), .body = "{{text}}"};
  Courier courier(*trial_, catalogue(), gateways_, log_);
  std::jthread runner([&] { courier.run(); });
  for (int i = 0; i < 8; ++i) queued(notice(Channel::mail, "slow@ca.example", i));
  std::this_thread::sleep_for(milliseconds(300));  // all mail workers wait now
  const auto start = std::chrono::steady_clock::now();
  const std::string sms = queued(notice(Channel::sms, "+84912345678"));
  const std::string hook = queued(notice(Channel::webhook, web("/hook")));
  while (row(sms).state != "sent" || row(hook).state != "sent") {
    ASSERT_LT(std::chrono::steady_clock::now() - start, seconds(2));
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(900)) << "woken, not polled";
  courier.stop();
}

TEST_F(Running, CountsWhatItDid) {
  mail_server();
  Courier courier(*trial_, catalogue(), gateways_, log_);
  queued(notice(Channel::mail, "truc@ca.example", 1));
  queued(notice(Channel::mail, "nobody@ca.example", 2));
  queued(notice(Channel::mail, "full@ca.example", 3));
  must(courier.deliver_due());
  const Counters counters = courier.counters();
  EXPECT_EQ(counters.queued, 3U);
  EXPECT_EQ(counters.sent, 1U);
  EXPECT_EQ(counters.dead, 1U);
  EXPECT_EQ(counters.failed, 1U);
}

TEST_F(Running, StopsAtOnceAndForGood) {
  Courier courier(*trial_, catalogue(), gateways_, log_);
  std::thread runner([&] { courier.run(); });
  const auto start = std::chrono::steady_clock::now();
  courier.stop();
  runner.join();
  courier.run();
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(500));
}

TEST_F(Running, OutlivedByItsLedgerItIsNotCalled) {
  {
    const Courier gone(*trial_, catalogue(), gateways_, log_);
  }
  EXPECT_FALSE(queued(notice(Channel::mail, "truc@ca.example")).empty());
}

}  // namespace
}  // namespace haidang::notify
