// send_mail() against a real SMTP server (aiosmtpd, smtp_server.py).
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"
#include "net/client.hpp"
#include "net/net_testing.hpp"

namespace haidang::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SmtpServer {
 public:
  SmtpServer(const char* mode, const testing::Folder& folder) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    CHECK(::pipe(in.data()) == 0 && ::pipe(out.data()) == 0, "pipes");
    const std::string certificate = folder / "cert.pem";
    const std::string key = folder / "key.pem";
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
      ::execl("/usr/bin/python3", "python3", "-B", HAIDANG_SOURCE_DIR "/src/net/smtp_server.py",
              mode, certificate.c_str(), key.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    stop_ = in[1];
    lines_ = ::fdopen(out[0], "r");
    port_ = line();
    CHECK(!port_.empty(), "aiosmtpd starts (package python3-aiosmtpd)");
  }
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;
  ~SmtpServer() {
    ::close(stop_);
    ::waitpid(process_, nullptr, 0);
    std::fclose(lines_);
  }

  [[nodiscard]] std::string url(std::string_view scheme = "smtp") const {
    return fmt::format("{}://localhost:{}", scheme, port_);
  }
  // The next mail it took, as JSON; waits for it.
  std::string line() {
    std::array<char, 65536> buffer{};
    std::string text = std::fgets(buffer.data(), buffer.size(), lines_) ? buffer.data() : "";
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

 private:
  pid_t process_ = 0;
  int stop_ = -1;
  std::FILE* lines_ = nullptr;
  std::string port_;
};

Mail mail_to(std::vector<std::string> to, std::string content = "Subject: a\r\n\r\nHello\r\n") {
  return {.from = "watch@haidang.vn", .to = std::move(to), .content = std::move(content)};
}

class MailTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = std::make_unique<testing::Folder>();
    testing::make_certificates(*folder);
  }
  static void TearDownTestSuite() { folder.reset(); }

  static MailServer to(const SmtpServer& smtp, bool tls, std::string_view scheme = "smtp") {
    return {.url = smtp.url(scheme), .require_tls = tls, .client = {.ca_file = *folder / "ca.pem"}};
  }
  static std::unique_ptr<testing::Folder> folder;
};
std::unique_ptr<testing::Folder> MailTest::folder;

TEST_F(MailTest, ReachesEveryRecipientUnchanged) {
  SmtpServer smtp("plain", *folder);
  const auto sent = send_mail(
      to(smtp, false), mail_to({"a@x.vn", "b@x.vn"}, "Subject: a\r\n\r\n.dot\r\n..two\r\nend"));
  ASSERT_TRUE(sent) << sent.error().message();
  EXPECT_EQ(smtp.line(),
            R"({"from": "watch@haidang.vn", "to": ["a@x.vn", "b@x.vn"], "tls": false, )"
            R"("content": "Subject: a\r\n\r\n.dot\r\n..two\r\nend\r\n"})");
}

TEST_F(MailTest, CannotSmuggleASecondMail) {
  SmtpServer smtp("plain", *folder);
  const std::string evil =
      "Subject: a\n\nx\n.\nMAIL FROM:<evil@x.vn>\r.\rRCPT TO:<b@x.vn>\r\n.\r\nDATA\r\n";
  ASSERT_TRUE(send_mail(to(smtp, false), mail_to({"a@x.vn"}, evil)));
  EXPECT_THAT(smtp.line(), AllOf(HasSubstr(R"(\r\nx\r\n.\r\nMAIL FROM:<evil@x.vn>\r\n.\r\n)"),
                                 HasSubstr(R"("from": "watch@haidang.vn")")));
  ASSERT_TRUE(send_mail(to(smtp, false), mail_to({"a@x.vn"}, "Subject: next\r\n\r\n")));
  EXPECT_THAT(smtp.line(), HasSubstr("Subject: next")) << "there was no mail in between";
}

TEST_F(MailTest, GoesByStartTlsAndBySmtps) {
  SmtpServer starttls("starttls", *folder);
  ASSERT_TRUE(send_mail(to(starttls, true), mail_to({"a@x.vn"})));
  EXPECT_THAT(starttls.line(), HasSubstr(R"("tls": true)"));
  ASSERT_TRUE(send_mail(to(starttls, false), mail_to({"a@x.vn"})));
  EXPECT_THAT(starttls.line(), HasSubstr(R"("tls": true)")) << "taken because it is offered";
  SmtpServer smtps("smtps", *folder);
  const auto sent = send_mail(to(smtps, true, "smtps"), mail_to({"a@x.vn"}));
  ASSERT_TRUE(sent) << sent.error().message();
  EXPECT_THAT(smtps.line(), HasSubstr("Hello"));
}

TEST_F(MailTest, DoesNotGoInTheClearWhereTlsIsRequired) {
  SmtpServer smtp("plain", *folder);
  const auto sent = send_mail(to(smtp, true), mail_to({"a@x.vn"}));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(sent.error().what, HasSubstr("STARTTLS"));
  SmtpServer starttls("starttls", *folder);
  MailServer untrusted = to(starttls, true);
  untrusted.client.ca_file.clear();
  const auto refused = send_mail(untrusted, mail_to({"a@x.vn"}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("certificate is not trusted"));
}

TEST_F(MailTest, SignsIn) {
  SmtpServer smtp("auth", *folder);
  MailServer server = to(smtp, true);
  server.user = "user";
  server.password = "secret";
  const auto sent = send_mail(server, mail_to({"a@x.vn"}));
  ASSERT_TRUE(sent) << sent.error().message();
  EXPECT_THAT(smtp.line(), HasSubstr("Hello"));
  server.password = "wrong";
  const auto wrong = send_mail(server, mail_to({"a@x.vn"}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, Error::Kind::unavailable) << "the mail is not to blame";
  EXPECT_THAT(wrong.error().message(), AllOf(HasSubstr("account"), Not(HasSubstr("wrong"))));
  server.user.clear();
  const auto anonymous = send_mail(server, mail_to({"a@x.vn"}));
  ASSERT_FALSE(anonymous);
  EXPECT_EQ(anonymous.error().kind, Error::Kind::unavailable);
}

TEST_F(MailTest, TellsForNowFromForGood) {
  SmtpServer smtp("plain", *folder);
  const auto kind_and_words = [&](const Mail& mail) {
    const auto sent = send_mail(to(smtp, false), mail);
    if (sent) return std::string("sent");
    return std::string(sent.error().kind == Error::Kind::denied        ? "denied "
                       : sent.error().kind == Error::Kind::unavailable ? "unavailable "
                                                                       : "? ") +
           sent.error().what;
  };
  EXPECT_THAT(kind_and_words(mail_to({"full@x.vn"})),
              AllOf(HasSubstr("unavailable"), HasSubstr("452 4.2.2 mailbox full")));
  EXPECT_THAT(kind_and_words(mail_to({"nobody@x.vn"})),
              AllOf(HasSubstr("denied"), HasSubstr("550 5.1.1 no such mailbox")));
  EXPECT_THAT(kind_and_words(mail_to({"a@x.vn", "nobody@x.vn"})), HasSubstr("denied"))
      << "one of two is not every recipient";
  EXPECT_THAT(kind_and_words(mail_to({"a@x.vn"}, "Subject: a\r\n\r\nrefuse me\r\n")),
              AllOf(HasSubstr("denied"), HasSubstr("554 5.7.1 content refused")));
  EXPECT_EQ(kind_and_words(mail_to({"a@x.vn"})), "sent");
}

TEST_F(MailTest, IsRefusedHereWhereAnAddressIsNone) {
  for (const char* address : {"", "a", "@x", "a@", "a b@x.vn", "<a@x.vn>", "a@x.vn\r\nDATA"}) {
    SCOPED_TRACE(address);
    const auto sent = send_mail({.url = "smtp://127.0.0.1:1"}, mail_to({address}));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, Error::Kind::invalid);
  }
  EXPECT_FALSE(send_mail({.url = "smtp://127.0.0.1:1"}, mail_to({})));
  const auto down = send_mail({.url = "smtp://127.0.0.1:1"}, mail_to({"a@x.vn"}));
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(down.error().message(), HasSubstr("smtp://127.0.0.1:1: no connection"));
}

}  // namespace
}  // namespace haidang::net
