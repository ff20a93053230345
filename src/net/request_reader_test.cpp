#include "net/request_reader.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/net_testing.hpp"

namespace haidang::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// The status of the refusal of `bytes`; 0: a request came of them; -1: it wants more.
int status_of(std::string_view bytes, const RequestReader::Limits& limits = {}) {
  RequestReader reader(limits);
  const auto fed = reader.feed(bytes);
  if (!fed) return fed.error().status;
  return reader.done() ? 0 : -1;
}

std::string get(std::string_view lines) {
  return fmt::format("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", lines);
}

TEST(RequestReaderTest, ReadsARequestHoweverItIsCut) {
  const std::string bytes =
      "POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n02\r\nde\r\n0\r\nX-Trailer: t\r\n\r\nGET";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    SCOPED_TRACE(step);
    RequestReader reader({});
    std::string inbox;
    for (std::size_t at = 0; at < bytes.size() && !reader.done(); at += step) {
      inbox += bytes.substr(at, step);
      const auto used = reader.feed(inbox);
      ASSERT_TRUE(used) << used.error().detail;
      inbox.erase(0, *used);
    }
    ASSERT_TRUE(reader.done());
    const Request request = reader.take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/a b");
    EXPECT_EQ(request.query_value("x"), "1");
    EXPECT_THAT(request.headers.all(), ElementsAre(Pair("Host", "h"), Pair("X-Y", "z"),
                                                   Pair("Transfer-Encoding", "chunked")));
    EXPECT_EQ(request.body, "abcde");
  }
}

TEST(RequestReaderTest, ReadsAnEmptyChunkedBodyByteByByte) {
  RequestReader reader({});
  std::string inbox = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char byte : std::string("0\r\nT: t\r\n\r\n")) {
    inbox += byte;
    const auto used = reader.feed(inbox);
    ASSERT_TRUE(used);
    inbox.erase(0, *used);
  }
  EXPECT_TRUE(reader.done());
}

TEST(RequestReaderTest, ReadsOneAfterTheOther) {
  const std::string two = "\r\nGET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.0\r\n\r\n";
  RequestReader reader({});
  const auto first = reader.feed(two);
  ASSERT_TRUE(first);
  EXPECT_TRUE(reader.keeps_alive());
  EXPECT_EQ(reader.take().path, "/1");
  EXPECT_EQ(reader.feed(two.substr(*first)), two.size() - *first);
  EXPECT_FALSE(reader.keeps_alive());
  EXPECT_EQ(reader.take().path, "/2");
}

TEST(RequestReaderTest, RefusesWhatTwoServersCouldReadDifferently) {
  struct Row {
    const char* lines;
    int status;
  };
  constexpr Row rows[] = {
      {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400},
      {"Content-Length: 3\r\nContent-Length: 3\r\n", 400},
      {"Content-Length: 3\r\nContent-Length: 4\r\n", 400},
      {"Content-Length: 3, 3\r\n", 400},
      {"Content-Length: +3\r\n", 400},
      {"Content-Length: -1\r\n", 400},
      {"Content-Length: 0x3\r\n", 400},
      {"Content-Length: 3 \t4\r\n", 400},
      {"Content-Length:\r\n", 400},
      {"Content-Length: 99999999999999999999999\r\n", 400},
      {"Transfer-Encoding: chunked, chunked\r\n", 400},
      {"Transfer-Encoding: chunked, identity\r\n", 400},
      {"Transfer-Encoding: gzip, chunked\r\n", 400},
      {"Transfer-Encoding: xchunked\r\n", 400},
      {"Transfer-Encoding: \"chunked\"\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: identity\r\n", 501},
      {"Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", 501},
      {"Transfer-Encoding:\vchunked\r\n", 400},
      {"Transfer-Encoding : chunked\r\n", 400},
      {"Transfer-Encoding\r\n : chunked\r\n", 400},
      {"X: a\r\n folded\r\n", 400},
      {"X: a\r\n\tContent-Length: 3\r\n", 400},
      {" X: a\r\n", 400},
      {": a\r\n", 400},
      {"X Y: a\r\n", 400},
      {"X: a\rb\r\n", 400},
      {"X: a\nContent-Length: 3\r\n", 400},
      {"X: a\x01\r\n", 400},
      {"Host: y\r\n", 400},
      {"Expect: 200-maybe\r\n", 417},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.lines);
    EXPECT_EQ(status_of(get(row.lines) + "abc"), row.status);
  }
  const std::string nul = get(std::string("X: a\0b\r\n", 8));
  EXPECT_EQ(status_of(nul), 400);
}

TEST(RequestReaderTest, RefusesLinesThatAreNoRequest) {
  struct Row {
    const char* bytes;
    int status;
  };
  constexpr Row rows[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET / HTTP/0.9\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\n", 505},
      {"GET / http/1.1\r\nHost: x\r\n\r\n", 505},
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 505},
      {"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 505},
      {"GET /%2F HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"\x16\x03\x01\x02", 400},
      {" GET / HTTP/1.1\r\n\r\n", 400},
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\n\r\n", 0},
      {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 0},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 0},
      {"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0},
      {"GET / HTTP/1.1\nHost: x\n\n", -1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.bytes);
    EXPECT_EQ(status_of(row.bytes), row.status);
  }
}

TEST(RequestReaderTest, RefusesIllFormedChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  struct Row {
    const char* body;
    int status;
  };
  constexpr Row rows[] = {
      {"3\r\nabc\r\n0\r\n\r\n", 0},
      {"0x3\r\nabc\r\n0\r\n\r\n", 400},
      {"-1\r\nabc\r\n0\r\n\r\n", 400},
      {"\r\nabc\r\n0\r\n\r\n", 400},
      {"3\nabc\r\n0\r\n\r\n", 400},
      {"3\r\nabcX0\r\n\r\n", 400},
      {"FFFFFFFFFFFFFFFFF\r\nabc", 400},
      {"3 \r\nabc\r\n0\r\n\r\n", 400},
      {"0\r\nContent-Length: 3\r\n\r\n", 400},
      {"FFFFFFFF\r\nabc", 413},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    EXPECT_EQ(status_of(head + row.body), row.status);
  }
  EXPECT_EQ(status_of(head + "3;" + std::string(20'000, 'x')), 400) << "no end of the line";
}

TEST(RequestReaderTest, HoldsTheLimitsOfTheHead) {
  const RequestReader::Limits limits{.most_head = 1024};
  const std::string frame = get("X: \r\n");
  EXPECT_EQ(status_of(get("X: " + std::string(1024 - frame.size(), 'a') + "\r\n"), limits), 0);
  EXPECT_EQ(status_of(get("X: " + std::string(1025 - frame.size(), 'a') + "\r\n"), limits), 431);
  EXPECT_EQ(status_of("GET /" + std::string(2000, 'a'), limits), 414);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "a:\r\n";
  EXPECT_EQ(status_of(get(many)), 431) << "two hundred headers are enough";
}

TEST(RequestReaderTest, RefusesALargeBodyBeforeItComes) {
  const RequestReader::Limits limits{.most_body = 10};
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n", limits), 413);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n", limits), -1);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(chunked + "9\r\n123456789\r\n2\r\n", limits), 413);
}

TEST(RequestReaderTest, PutsALargeBodyIntoAFileThatGoesWithTheRequest) {
  const testing::Folder folder;
  RequestReader reader({.spool_over = 1000, .spool_dir = folder.path()});
  const std::string body(5000, 'b');
  ASSERT_TRUE(reader.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + body));
  ASSERT_TRUE(reader.done());
  {
    const Request request = reader.take();
    ASSERT_TRUE(request.body_file);
    EXPECT_EQ(request.body, "");
    std::ifstream file(*request.body_file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), body);
    struct stat about{};
    ASSERT_EQ(::stat(request.body_file->c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
  }
  EXPECT_EQ(folder.files(), 0U);
}

TEST(RequestReaderTest, RefusesABodyThatNoDiskTakes) {
  const RequestReader::Limits limits{.spool_over = 1, .spool_dir = "/nowhere"};
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", limits), 503);
}

TEST(RequestReaderTest, TakesTheHostOfAnAbsoluteTarget) {
  RequestReader reader({});
  ASSERT_TRUE(reader.feed("GET http://real.vn/ HTTP/1.1\r\nHost: other\r\n\r\n"));
  EXPECT_EQ(reader.take().headers.find("Host"), "real.vn");
}

}  // namespace
}  // namespace haidang::net
