// fetch() against our server and against the many ways in which there is none.
#include "net/client.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/net_testing.hpp"
#include "net/server.hpp"

namespace haidang::net {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Served;

Response echo(const Request& request) {
  Response response{.status = request.path == "/teapot" ? 418 : 200};
  response.headers = {{"X-Method", request.method},
                      {"X-Sign", std::string(request.headers.find("X-Sign").value_or("-"))},
                      {"Location", "/elsewhere"}};
  if (request.path == "/redirect") response.status = 302;
  if (request.path == "/large") response.body = std::string(2U << 20, 'x');
  if (request.path == "/slow") std::this_thread::sleep_for(milliseconds(1500));
  if (response.body.empty()) response.body = request.body;
  return response;
}

std::string failure(const Outgoing& request, const ClientOptions& options = {}) {
  const auto answer = fetch(request, options);
  return answer ? fmt::format("answered {}", answer->status) : answer.error().message();
}

TEST(FetchTest, SendsAndGetsEveryPart) {
  const Served served(echo);
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
    SCOPED_TRACE(method);
    const std::string body = std::string_view(method) == "GET" ? "" : "sent\0body";
    const auto answer = fetch({.method = method,
                               .url = served.url("/a"),
                               .headers = {{"X-Sign", "sha256=1"}, {"X-Empty", ""}},
                               .body = body});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.find("x-method"), method);
    EXPECT_EQ(answer->headers.find("x-sign"), "sha256=1");
    EXPECT_EQ(answer->body, body);
  }
}

TEST(FetchTest, GivesHeadAndErrorsAndRedirectsAsTheyAre) {
  const Served served(echo);
  EXPECT_EQ(fetch({.method = "HEAD", .url = served.url("/")})->body, "");
  EXPECT_EQ(fetch({.url = served.url("/teapot")})->status, 418);
  EXPECT_EQ(fetch({.url = served.url("/redirect")})->status, 302);
}

TEST(FetchTest, TrustsOnlyTheCaItIsGiven) {
  const testing::Folder folder;
  testing::make_certificates(folder);
  const Served served(echo,
                      {.certificate = folder / "cert.pem", .private_key = folder / "key.pem"});
  EXPECT_TRUE(fetch({.url = served.url("/", "https")}, {.ca_file = folder / "ca.pem"}));
  EXPECT_THAT(failure({.url = served.url("/", "https")}), HasSubstr("certificate is not trusted"));
  const std::string other = fmt::format("https://127.0.0.2:{}/", served.port());
  EXPECT_THAT(failure({.url = other}, {.ca_file = folder / "ca.pem"}), Not(HasSubstr("answered")));
  EXPECT_THAT(failure({.url = served.url("/", "https")}, {.ca_file = "/nowhere.pem"}),
              HasSubstr("CA certificates cannot be used"));
}

TEST(FetchTest, SaysWhatAPersonCanMend) {
  const Served served(echo);
  EXPECT_THAT(failure({.url = "http://no-such-host.invalid/x?token=secret"}),
              AllOf(HasSubstr("http://no-such-host.invalid/x: the name was not found"),
                    Not(HasSubstr("secret"))));
  EXPECT_THAT(failure({.url = "http://user:secret@127.0.0.1:1/"}),
              AllOf(HasSubstr("http://127.0.0.1:1/: no connection"), Not(HasSubstr("secret"))));
  EXPECT_THAT(failure({.url = "ftp://x/"}), HasSubstr("not served"));
  EXPECT_THAT(failure({.url = "file:///etc/passwd"}), HasSubstr("not served"));
  EXPECT_THAT(failure({.url = served.url("/slow")}, {.deadline = milliseconds(300)}),
              HasSubstr("too slow"));
  EXPECT_THAT(failure({.url = served.url("/large")}, {.most_answer = 1000}),
              HasSubstr("larger than 1000 bytes"));
  EXPECT_THAT(failure({.url = served.url("/", "https")}), HasSubstr("TLS could not begin"));
}

TEST(FetchTest, SendsNothingThatCouldSplitTheRequest) {
  const Served served(echo);
  EXPECT_THAT(failure({.url = served.url("/"), .headers = {{"X", "a\r\nY: b"}}}),
              HasSubstr("line end"));
  EXPECT_THAT(failure({.url = served.url("/"), .headers = {{"X Y", "a"}}}), HasSubstr("'X Y'"));
  EXPECT_THAT(failure({.method = "GET / HTTP/1.1\r\n", .url = served.url("/")}),
              HasSubstr("method"));
  EXPECT_EQ(served.server->counters().requests, 0U);
}

TEST(FetchTest, WorksFromManyThreadsAtOnce) {
  const Served served(echo);
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 25; ++i)
          if (fetch({.url = served.url("/")})) ++good;
      });
  }
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace haidang::net
