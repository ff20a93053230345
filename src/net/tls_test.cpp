// TLS as curl and openssl find it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/net_testing.hpp"
#include "net/server.hpp"

namespace haidang::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Raw;
using testing::run;
using testing::Served;
using testing::soon;

Response say(const Request& request) {
  return Response{.body = fmt::format("{}{}", request.tls ? "secret " : "open ",
                                      std::string(request.path == "/large" ? 5U << 20 : 1, 'x'))};
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() { testing::make_certificates(folder); }
  [[nodiscard]] ServerOptions options() const {
    return {.certificate = folder / "cert.pem", .private_key = folder / "key.pem"};
  }
  [[nodiscard]] std::string curl(const Served& served, std::string_view rest) const {
    return run(fmt::format("curl -sS --cacert {} {} {}", folder / "ca.pem",
                           served.url("/", "https"), rest))
        .text;
  }
  [[nodiscard]] std::string s_client(const Served& served, std::string_view rest) const {
    return run(fmt::format("openssl s_client -connect 127.0.0.1:{} -CAfile {} {} </dev/null",
                           served.port(), folder / "ca.pem", rest))
        .text;
  }
  testing::Folder folder;
};

TEST_F(TlsTest, ServesThoseWhoTrustTheCa) {
  const Served served(say, options());
  EXPECT_EQ(curl(served, ""), "secret x");
  EXPECT_EQ(curl(served, "--tlsv1.2 --tls-max 1.2"), "secret x");
  EXPECT_THAT(run("curl -sS " + served.url("/", "https")).text, HasSubstr("certificate"));
  const auto large = run(fmt::format("curl -sS --cacert {} {} | wc -c", folder / "ca.pem",
                                     served.url("/large", "https")));
  EXPECT_EQ(large.text, fmt::format("{}\n", (5U << 20) + 7));
}

TEST_F(TlsTest, KeepsTheConnectionAlive) {
  const Served served(say, options());
  EXPECT_EQ(curl(served, served.url("/b", "https")), "secret xsecret x");
  EXPECT_EQ(served.server->counters().accepted, 1U);
}

TEST_F(TlsTest, RefusesWhatIsOlderThanTls12OrWithoutForwardSecrecy) {
  const Served served(say, options());
  EXPECT_THAT(s_client(served, "-tls1_1 -cipher ALL:@SECLEVEL=0"), HasSubstr("Cipher is (NONE)"));
  EXPECT_THAT(s_client(served, "-tls1_2 -cipher AES128-SHA"), HasSubstr("Cipher is (NONE)"));
  EXPECT_THAT(s_client(served, "-tls1_2"), HasSubstr("Cipher is ECDHE-ECDSA-"));
  EXPECT_TRUE(soon([&] { return served.server->counters().tls_failures >= 2; }));
}

TEST_F(TlsTest, ChoosesHttp11AndNothingElse) {
  const Served served(say, options());
  EXPECT_THAT(s_client(served, "-alpn h2,http/1.1"), HasSubstr("ALPN protocol: http/1.1"));
  EXPECT_THAT(s_client(served, "-alpn h2"), HasSubstr("no application protocol"));
}

TEST_F(TlsTest, CutsOffAHandshakeThatDoesNotComeAndSurvivesNonsense) {
  ServerOptions chosen = options();
  chosen.head_deadline = std::chrono::milliseconds(300);
  const Served served(say, chosen);
  Raw silent(served.port());
  Raw plain(served.port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  plain.until_end();
  EXPECT_TRUE(plain.ended());
  silent.until_end();
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(served.server->counters().tls_failures, 2U);
  EXPECT_EQ(curl(served, ""), "secret x");
}

TEST_F(TlsTest, AnswersWhatItRefusesOverTlsToo) {
  ServerOptions chosen = options();
  chosen.most_body = 10;
  const Served served(say, chosen);
  EXPECT_THAT(curl(served, "-d 01234567890123456789"), HasSubstr("\"status\":413"));
}

TEST_F(TlsTest, SaysWhichFileIsWrong) {
  Log log(Log::Level::off);
  const auto failure = [&](std::string_view certificate, std::string_view key) {
    const auto server =
        Server::start({.certificate = folder / certificate, .private_key = folder / key}, say, log);
    return server ? std::string("started") : server.error().message();
  };
  EXPECT_THAT(failure("key.pem", "key.pem"), HasSubstr("key.pem: this is no PEM certificate"));
  EXPECT_THAT(failure("cert.pem", "ca.pem"), HasSubstr("ca.pem: this is no PEM private key"));
  EXPECT_THAT(failure("cert.pem", "ca.key"), HasSubstr("ca.key: "));
  EXPECT_THAT(failure("cert.pem", "ca.key"), Not(HasSubstr("started")));
}

}  // namespace
}  // namespace haidang::net
