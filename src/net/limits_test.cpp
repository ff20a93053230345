// Who takes too long, comes too often or reads too slowly.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/net_testing.hpp"
#include "net/server.hpp"

namespace haidang::net {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::Raw;
using testing::run;
using testing::Served;
using testing::soon;
using ::testing::StartsWith;
using Clock = std::chrono::steady_clock;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

Response hello(const Request&) { return Response{.body = "hello\n"}; }

TEST(LimitsTest, CutOffAHeadThatDripsAtItsDeadline) {
  const Served served(hello, {.head_deadline = milliseconds(400)});
  const auto begin = Clock::now();
  Raw raw(served.port());
  bool open = raw.send("GET / HTTP/1.1\r\n");
  while (open && Clock::now() - begin < std::chrono::seconds(5)) {
    open = raw.send("X: y\r\n") && raw.until("HTTP", milliseconds(50)).empty();
  }
  EXPECT_LT(Clock::now() - begin, milliseconds(1500));
  EXPECT_THAT(raw.until_end(), HasSubstr("\"status\":408"));
  EXPECT_TRUE(soon([&] { return served.server->counters().connections == 0; }));
  EXPECT_EQ(served.server->counters().bad_requests, 1U);
}

TEST(LimitsTest, CutOffABodyThatDripsAtItsDeadline) {
  const Served served(hello, {.body_deadline = milliseconds(400)});
  const auto begin = Clock::now();
  Raw raw(served.port());
  raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  std::string answer;
  while (answer.empty() && Clock::now() - begin < std::chrono::seconds(5)) {
    raw.send("x");
    answer = raw.until("HTTP", milliseconds(50));
  }
  EXPECT_LT(Clock::now() - begin, milliseconds(1500));
  EXPECT_THAT(raw.until_end(), HasSubstr("\"status\":408"));
}

TEST(LimitsTest, CloseIdleConnectionsWithoutAWord) {
  const Served served(hello,
                      {.head_deadline = milliseconds(300), .idle_deadline = milliseconds(600)});
  Raw silent(served.port());
  EXPECT_EQ(silent.until_end(), "");
  EXPECT_TRUE(silent.ended());
  Raw used(served.port());
  const auto begin = Clock::now();
  used.send(get);
  EXPECT_THAT(used.answer(), EndsWith("hello\n"));
  EXPECT_EQ(used.until_end(), "");
  EXPECT_TRUE(used.ended());
  EXPECT_GT(Clock::now() - begin, milliseconds(450));
}

TEST(LimitsTest, CutOffAReaderWhoDoesNotRead) {
  const Served served([](const Request&) { return Response{.body = std::string(50U << 20, 'z')}; },
                      {.write_deadline = milliseconds(400)});
  Raw raw(served.port(), 4096);
  raw.send(get);
  EXPECT_TRUE(soon([&] { return served.server->counters().connections == 1; }));
  const auto begin = Clock::now();
  EXPECT_TRUE(soon([&] { return served.server->counters().connections == 0; }));
  EXPECT_LT(Clock::now() - begin, milliseconds(1500));
}

TEST(LimitsTest, TurnAwayWhoeverComesPastTheNumber) {
  const Served served(hello, {.most_connections = 2});
  Raw first(served.port());
  {
    const Raw second(served.port());
    ASSERT_TRUE(soon([&] { return served.server->counters().connections == 2; }));
    Raw third(served.port());
    EXPECT_THAT(third.until_end(),
                AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("too many connections")));
    EXPECT_EQ(served.server->counters().refused, 1U);
  }
  ASSERT_TRUE(soon([&] { return served.server->counters().connections == 1; }));
  Raw fourth(served.port());
  fourth.send(get);
  EXPECT_THAT(fourth.answer(), EndsWith("hello\n"));
  first.send(get);
  EXPECT_THAT(first.answer(), EndsWith("hello\n"));
}

TEST(LimitsTest, TurnAwayOnePeerPastItsShare) {
  const Served served(hello, {.most_from_one_peer = 1});
  Raw first(served.port());
  ASSERT_TRUE(soon([&] { return served.server->counters().connections == 1; }));
  Raw second(served.port());
  EXPECT_THAT(second.until_end(), StartsWith("HTTP/1.1 503 "));
  const auto other = run("curl -s --interface 127.0.0.2 " + served.url("/"));
  EXPECT_EQ(other.text, "hello\n") << "another peer is not concerned";
}

TEST(LimitsTest, HoldAThousandIdleConnectionsAndStillAnswer) {
  const Served served(hello, {.threads = 2, .most_from_one_peer = 2000});
  std::vector<Raw> idle;
  idle.reserve(1000);
  for (int i = 0; i < 1000; ++i) idle.emplace_back(served.port());
  for (std::size_t i = 0; i < idle.size(); i += 2) idle[i].send("GET / HTTP/1.1\r\nHo");
  ASSERT_TRUE(soon([&] { return served.server->counters().connections == 1000; }));
  Raw raw(served.port());
  for (int i = 0; i < 100; ++i) {
    raw.send(get);
    ASSERT_THAT(raw.answer(), EndsWith("hello\n"));
  }
  for (std::size_t i = 0; i < idle.size(); i += 2) {
    idle[i].send("st: x\r\n\r\n");
    ASSERT_THAT(idle[i].answer(), EndsWith("hello\n"));
  }
}

}  // namespace
}  // namespace haidang::net
