// The server as clients see it: curl and sockets without manners.
#include "net/server.hpp"

#include <atomic>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/net_testing.hpp"

namespace haidang::net {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Raw;
using testing::run;
using testing::Served;
using testing::soon;
using ::testing::StartsWith;

Response hello(const Request&) {
  Response response{.body = "hello\n"};
  response.headers.add("Content-Type", "text/plain");
  return response;
}

// What it was given, as text.
Response echo(const Request& request) {
  Response response;
  response.body = fmt::format("{} {}", request.method, request.path);
  for (const auto& [key, value] : request.query) response.body += fmt::format(" {}={}", key, value);
  response.body += fmt::format(" from {} body {}\n", request.peer, request.body);
  return response;
}

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(ServerTest, AnswersCurl) {
  const Served served(echo);
  EXPECT_EQ(run("curl -s " + served.url("/a%20b?x=%C4%90")).text,
            "GET /a b x=Đ from 127.0.0.1 body \n");
  EXPECT_EQ(run("curl -s -d one=two " + served.url("/p")).text,
            "POST /p from 127.0.0.1 body one=two\n");
  EXPECT_EQ(run("printf abc | curl -s -T - " + served.url("/put")).text,
            "PUT /put from 127.0.0.1 body abc\n")
      << "a chunked body";
  EXPECT_EQ(served.server->counters().requests, 3U);
}

TEST(ServerTest, KeepsConnectionsAliveAndTakesRequestsThatWereSentAhead) {
  const Served served(hello);
  Raw raw(served.port());
  raw.send(get);
  EXPECT_THAT(raw.answer(), AllOf(StartsWith("HTTP/1.1 200 OK\r\nDate: "), HasSubstr(" GMT\r\n"),
                                  HasSubstr("\r\nContent-Length: 6\r\n"),
                                  EndsWith("\r\n\r\nhello\n"), Not(HasSubstr("Connection"))));
  raw.send(std::string(get) + std::string(get));
  EXPECT_THAT(raw.answer(), EndsWith("hello\n"));
  EXPECT_THAT(raw.answer(), EndsWith("hello\n"));
  EXPECT_EQ(served.server->counters().accepted, 1U);
  raw.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(raw.until_end(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(raw.ended());
}

TEST(ServerTest, GivesItsWholeLastAnswerThoughMoreWasSentAhead) {
  const std::string body(1U << 20, 'l');
  const Served served([&](const Request&) { return Response{.body = body}; });
  Raw raw(served.port(), 4096);
  raw.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + std::string(100'000, 'x'));
  EXPECT_THAT(raw.until_end(), EndsWith(body));
}

TEST(ServerTest, SpeaksHttp10) {
  const Served served(hello);
  Raw once(served.port());
  once.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(once.until_end(), HasSubstr("Connection: close"));
  Raw kept(served.port());
  kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(kept.answer(), HasSubstr("Connection: keep-alive"));
  EXPECT_FALSE(kept.ended());
}

TEST(ServerTest, AnswersHeadWithoutTheBody) {
  const Served served(hello);
  Raw raw(served.port());
  raw.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(get));
  const auto both = raw.until("hello\n");
  EXPECT_THAT(both, HasSubstr("Content-Length: 6\r\n\r\nHTTP/1.1 200"));
}

TEST(ServerTest, GivesNoBodyToStatusesThatHaveNone) {
  const Served served([](const Request&) { return Response{.status = 204, .body = "none"}; });
  Raw raw(served.port());
  raw.send(std::string(get) + std::string(get));
  const auto both = raw.until_end(milliseconds(200));
  EXPECT_THAT(both, AllOf(Not(HasSubstr("none")), Not(HasSubstr("Content-Length"))));
  EXPECT_THAT(both, HasSubstr("\r\n\r\nHTTP/1.1 204 No Content\r\n"));
}

TEST(ServerTest, AnswersWhatItRefusesWithAProblemAndCloses) {
  const Served served(hello);
  Raw raw(served.port());
  raw.send("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_THAT(
      raw.until_end(),
      AllOf(
          StartsWith("HTTP/1.1 400 Bad Request\r\n"),
          HasSubstr("Content-Type: application/problem+json\r\n"),
          HasSubstr("Connection: close\r\n"),
          EndsWith(
              R"({"type":"about:blank","title":"Bad Request","status":400,)"
              R"("detail":"both Content-Length and Transfer-Encoding, or one of them twice; send one, once"})"
              "\n")));
  EXPECT_EQ(served.server->counters().bad_requests, 1U);
  EXPECT_EQ(served.server->counters().requests, 0U);
}

TEST(ServerTest, NeverAnswersASmuggledRequest) {
  const Served served(hello);
  for (const char* framing :
       {"Content-Length: 30\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 0\r\nContent-Length: 30\r\n", "Transfer-Encoding: xchunked\r\n"}) {
    SCOPED_TRACE(framing);
    Raw raw(served.port());
    raw.send(fmt::format("POST / HTTP/1.1\r\nHost: x\r\n{}\r\n0\r\n\r\n{}", framing, get));
    EXPECT_THAT(raw.until_end(), Not(HasSubstr("200 OK")));
    EXPECT_TRUE(raw.ended());
  }
  EXPECT_EQ(served.server->counters().requests, 0U);
}

TEST(ServerTest, RefusesALargeBodyWithoutReadingIt) {
  const Served served(hello, {.most_body = 1000});
  const testing::Folder folder;
  ASSERT_EQ(run("truncate -s 50M " + (folder / "big")).status, 0);
  const auto ran =
      run(fmt::format("curl -s -H Expect: -w ' %{{http_code}} %{{size_upload}}' -T {} {}",
                      folder / "big", served.url("/")));
  EXPECT_THAT(ran.text, HasSubstr("\"status\":413"));
  const auto sent = std::stoull(ran.text.substr(ran.text.rfind(' ')));
  EXPECT_LT(sent, 40U << 20);
}

TEST(ServerTest, SaysContinueOnlyWhereItWillTakeTheBody) {
  const Served served(echo, {.most_body = 1000});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ";
  Raw raw(served.port());
  raw.send(head + "3\r\n\r\n");
  EXPECT_EQ(raw.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("abc");
  EXPECT_THAT(raw.answer(), EndsWith("body abc\n"));
  Raw refused(served.port());
  refused.send(head + "3000\r\n\r\n");
  EXPECT_THAT(refused.until_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(ServerTest, KeepsALargeBodyInAFileWhileItIsHandled) {
  std::uintmax_t size = 0;
  std::string first;
  const Served served(
      [&](const Request& request) {
        if (request.body_file) {
          size = std::filesystem::file_size(*request.body_file);
          std::ifstream(*request.body_file) >> first;
        }
        return Response{};
      },
      {.spool_over = 1000});
  const std::string body = "begin " + std::string(3U << 20, '.');
  Raw raw(served.port());
  raw.send(fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.size()));
  raw.send(body);
  EXPECT_THAT(raw.answer(), HasSubstr("200 OK"));
  EXPECT_EQ(size, body.size());
  EXPECT_EQ(first, "begin");
  EXPECT_EQ(served.folder.files(), 0U);
}

TEST(ServerTest, RemovesTheFileOfABodyThatWasBrokenOff) {
  const Served served(hello, {.spool_over = 1000});
  {
    Raw raw(served.port());
    raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + std::string(5000, 'x'));
    EXPECT_TRUE(soon([&] { return served.folder.files() == 1; }));
  }
  EXPECT_TRUE(soon([&] { return served.folder.files() == 0; }));
}

TEST(ServerTest, RemovesAtItsStartWhatAKilledOneLeft) {
  const testing::Folder folder;
  std::ofstream(folder / "haidang-body-999999999-abcdef") << "left";
  std::ofstream(folder / "haidang-body-1-abcdef") << "in use";
  std::ofstream(folder / "other") << "not ours";
  Log log(Log::Level::off);
  const auto server = Server::start({.spool_dir = folder.path()}, hello, log);
  ASSERT_TRUE(server);
  EXPECT_EQ(folder.files(), 2U);
}

TEST(ServerTest, AnswersFor500WhateverAHandlerDoes) {
  const Served served([](const Request& request) -> Response {
    if (request.path == "/throw") throw std::runtime_error("broken");
    if (request.path == "/throw-int") throw 7;  // NOLINT(hicpp-exception-baseclass)
    Response response;
    if (request.path == "/status") response.status = 42;
    if (request.path == "/split") response.headers.add("X", "a\r\nSet-Cookie: b");
    return response;
  });
  Raw raw(served.port());
  for (const char* path : {"/throw", "/throw-int", "/status", "/split"}) {
    SCOPED_TRACE(path);
    raw.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
    EXPECT_THAT(raw.answer(), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("Set-Cookie"))));
  }
  raw.send(get);
  EXPECT_THAT(raw.answer(), StartsWith("HTTP/1.1 200 ")) << "and goes on";
  EXPECT_EQ(served.server->counters().handler_failures, 4U);
  EXPECT_THAT(served.written.str(), HasSubstr("broken"));
}

// "piece 0\n" … then the end, or an error.
std::function<Result<std::string>()> pieces(int count, bool fails = false) {
  return [at = 0, count, fails]() mutable -> Result<std::string> {
    if (at < count) return fmt::format("piece {}\n", at++);
    if (fails) return invalid("the disk has gone");
    return "";
  };
}

TEST(ServerTest, StreamsABodyOfUnknownLength) {
  const Served served([](const Request&) { return Response{.more = pieces(3)}; });
  Raw raw(served.port());
  raw.send(get);
  EXPECT_THAT(raw.until("0\r\n\r\n"),
              AllOf(HasSubstr("Transfer-Encoding: chunked\r\n"),
                    EndsWith("\r\n\r\n8\r\npiece 0\n\r\n8\r\npiece 1\n\r\n8\r\npiece 2\n\r\n"
                             "0\r\n\r\n")));
  raw.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(raw.until("\r\n\r\n"), HasSubstr("200 OK")) << "the connection goes on";
  raw.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(raw.until_end(),
              AllOf(EndsWith("\r\n\r\npiece 0\npiece 1\npiece 2\n"), Not(HasSubstr("chunked"))));
  EXPECT_EQ(run("curl -s " + served.url("/")).text, "piece 0\npiece 1\npiece 2\n");
}

TEST(ServerTest, CutsAStreamThatFailsSoThatTheReaderSeesIt) {
  const Served served([](const Request&) { return Response{.more = pieces(2, true)}; });
  const auto ran = run("curl -s " + served.url("/"));
  EXPECT_EQ(ran.status, 18) << "curl: partial file";
  EXPECT_THAT(served.written.str(), HasSubstr("the disk has gone"));
}

TEST(ServerTest, WritesABodyLargerThanAnyBuffer) {
  const std::string body(20U << 20, 'y');
  const Served served([&](const Request&) { return Response{.body = body}; });
  Raw raw(served.port());
  raw.send(get);
  const std::string answer = raw.answer(std::chrono::seconds(20));
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, body.size());
}

TEST(ServerTest, LetsAHandlerBlockWithoutStoppingTheOthers) {
  std::atomic<bool> go{false};
  const Served served(
      [&](const Request& request) {
        while (request.path == "/wait" && !go) std::this_thread::sleep_for(milliseconds(5));
        return hello(request);
      },
      {.threads = 3});
  Raw first(served.port());
  Raw second(served.port());
  for (Raw* raw : {&first, &second}) raw->send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  Raw third(served.port());
  third.send(get);
  EXPECT_THAT(third.answer(), EndsWith("hello\n"));
  go = true;
  EXPECT_THAT(first.answer(), EndsWith("hello\n"));
  EXPECT_THAT(second.answer(), EndsWith("hello\n"));
}

TEST(ServerTest, FinishesWhatRunsAndTakesNothingNewWhenStopped) {
  std::atomic<bool> entered{false};
  const Served served([&](const Request& request) {
    entered = true;
    std::this_thread::sleep_for(milliseconds(300));
    return hello(request);
  });
  Raw idle(served.port());
  Raw busy(served.port());
  busy.send(get);
  ASSERT_TRUE(soon([&] { return entered.load(); }));
  const auto begin = std::chrono::steady_clock::now();
  served.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_THAT(busy.until_end(), AllOf(HasSubstr("Connection: close"), EndsWith("hello\n")));
  EXPECT_EQ(idle.until_end(), "");
  EXPECT_TRUE(idle.ended());
  EXPECT_NE(run("curl -s " + served.url("/")).status, 0);
  served.server->stop();
}

TEST(ServerTest, DoesNotStartWithOptionsThatCannotWork) {
  Log log(Log::Level::off);
  const auto failure = [&](const ServerOptions& options) {
    const auto server = Server::start(options, hello, log);
    return server ? std::string("started") : server.error().message();
  };
  EXPECT_THAT(failure({.address = "localhost"}), HasSubstr("'localhost' is no IP address"));
  EXPECT_THAT(failure({.certificate = "/a"}), HasSubstr("both"));
  EXPECT_THAT(failure({.certificate = "/no.pem", .private_key = "/no.key"}),
              HasSubstr("/no.pem: the file is not there"));
  EXPECT_THAT(failure({.threads = 0}), HasSubstr("thread"));
  EXPECT_THAT(failure({.spool_dir = "/nowhere"}), HasSubstr("/nowhere"));
  const Served served(hello);
  EXPECT_THAT(failure({.port = served.port()}), HasSubstr("cannot listen: Address already in use"));
}

}  // namespace
}  // namespace haidang::net
