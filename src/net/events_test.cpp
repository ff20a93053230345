// Server-sent events from the handler's end to the reader's.
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

constexpr std::string_view get = "GET /events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 41\r\n\r\n";

class EventsTest : public ::testing::Test {
 protected:
  Handler handler() {
    return [this](const Request& request) {
      resumed_after = std::string(request.headers.find("Last-Event-ID").value_or(""));
      return Response{.events = stream};
    };
  }
  std::shared_ptr<EventStream> stream = std::make_shared<EventStream>(100);
  std::string resumed_after;
};

TEST_F(EventsTest, ReachTheReaderAsTheyArePushed) {
  const Served served(handler());
  stream->push({.id = "42", .data = "before anybody listens"});
  Raw raw(served.port());
  raw.send(get);
  EXPECT_THAT(raw.until("listens\n\n"), AllOf(HasSubstr("Content-Type: text/event-stream\r\n"),
                                              HasSubstr("Cache-Control: no-store\r\n"),
                                              EndsWith("\r\n\r\nid: 42\ndata: before anybody "
                                                       "listens\n\n")));
  EXPECT_EQ(resumed_after, "41");
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(stream->push({.data = fmt::format("{}", i)}));
    EXPECT_EQ(raw.until("\n\n"), fmt::format("data: {}\n\n", i));
  }
  stream->push({.data = "last"});
  stream->close();
  EXPECT_EQ(raw.until_end(), "data: last\n\n");
  EXPECT_TRUE(raw.ended());
}

TEST_F(EventsTest, BeatWhileNothingHappens) {
  const Served served(handler(), {.heartbeat = milliseconds(100)});
  Raw raw(served.port());
  raw.send(get);
  raw.until("\r\n\r\n");
  EXPECT_EQ(raw.until(":\n\n:\n\n"), ":\n\n:\n\n");
}

TEST_F(EventsTest, EndWhenTheReaderGoes) {
  const Served served(handler());
  {
    Raw raw(served.port());
    raw.send(get);
    raw.until("\r\n\r\n");
    EXPECT_TRUE(stream->push({.data = "x"}));
  }
  EXPECT_TRUE(soon([&] { return stream->closed(); })) << "without waiting for a heartbeat";
  EXPECT_FALSE(stream->push({.data = "y"}));
  EXPECT_TRUE(soon([&] { return served.server->counters().connections == 0; }));
}

TEST_F(EventsTest, DisconnectAReaderWhoIsTooSlow) {
  const Served served(handler());
  Raw raw(served.port(), 4096);
  raw.send(get);
  raw.until("\r\n\r\n");
  const std::string large(60'000, 'x');
  int pushed = 0;
  while (stream->push({.data = large})) ASSERT_LT(++pushed, 10'000) << "it must end";
  EXPECT_TRUE(stream->overrun());
  EXPECT_TRUE(soon([&] { return served.server->counters().connections == 0; }));
  EXPECT_NE(raw.until_end(), "");
  EXPECT_TRUE(raw.ended());
}

TEST_F(EventsTest, DisconnectAReaderWhoStoppedReadingAtTheWriteDeadline) {
  const Served served(handler(), {.write_deadline = milliseconds(300)});
  Raw raw(served.port(), 4096);
  raw.send(get);
  raw.until("\r\n\r\n");
  for (int i = 0; i < 99; ++i) stream->push({.data = std::string(70'000, 'x')});
  EXPECT_TRUE(soon([&] { return served.server->counters().connections == 0; }));
  EXPECT_TRUE(stream->closed());
}

TEST_F(EventsTest, ComeFromAnyThread) {
  stream = std::make_shared<EventStream>(100'000);
  const Served served(handler(), {.threads = 4});
  Raw raw(served.port());
  raw.send(get);
  raw.until("\r\n\r\n");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([this] {
        for (int i = 0; i < 2000; ++i) stream->push({.data = "0123456789"});
      });
  }
  stream->close();
  EXPECT_EQ(raw.until_end().size(), 8000 * std::string("data: 0123456789\n\n").size());
}

TEST_F(EventsTest, EndWithTheServer) {
  const Served served(handler());
  Raw raw(served.port());
  raw.send(get);
  raw.until("\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  served.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_TRUE(stream->closed());
  EXPECT_EQ(raw.until_end(), "");
}

TEST_F(EventsTest, AreNotBegunForHead) {
  const Served served(handler());
  Raw raw(served.port());
  raw.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(raw.until("\r\n\r\n"), HasSubstr("text/event-stream"));
  EXPECT_TRUE(soon([&] { return stream->closed(); }));
}

TEST_F(EventsTest, GoOverTls) {
  const testing::Folder folder;
  testing::make_certificates(folder);
  const Served served(handler(),
                      {.certificate = folder / "cert.pem", .private_key = folder / "key.pem"});
  std::jthread pushing([this] {
    for (int i = 0; i < 20; ++i) {
      stream->push({.data = "event"});
      std::this_thread::sleep_for(milliseconds(10));
    }
    stream->close();
  });
  const auto ran =
      run(fmt::format("curl -sN --cacert {} {}", folder / "ca.pem", served.url("/", "https")));
  EXPECT_EQ(ran.status, 0) << ran.text;
  EXPECT_EQ(ran.text.size(), 20 * std::string("data: event\n\n").size());
}

}  // namespace
}  // namespace haidang::net
