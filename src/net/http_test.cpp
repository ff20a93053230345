#include "net/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/target.hpp"

namespace haidang::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(HeadersTest, AreFoundWithoutRegardToCaseAndTheFirstCounts) {
  Headers headers{{"Content-Type", "a"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(headers.find("content-TYPE"), "a");
  EXPECT_EQ(headers.find("X"), "1");
  EXPECT_EQ(headers.find("Y"), std::nullopt);
  headers.set("x", "3");
  EXPECT_THAT(headers.all(), ElementsAre(Pair("Content-Type", "a"), Pair("x", "3")));
}

TEST(RequestTest, GivesCookiesOfAllLinesByName) {
  Request request{.method = "GET", .path = "/"};
  request.headers.add("Cookie", R"(a=1; session="x=y" ;b=)");
  request.headers.add("cookie", "late=2;a=9");
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("session"), "x=y");
  EXPECT_EQ(request.cookie("b"), "");
  EXPECT_EQ(request.cookie("late"), "2");
  EXPECT_EQ(request.cookie("A"), std::nullopt);
  EXPECT_EQ(request.cookie("ate"), std::nullopt);
}

TEST(FormTest, DecodesPairsInOrder) {
  const auto pairs = parse_form("a=1&b=c%20d&e+f=&&g&h=x=y&a=2&t=%C4%90%E1%BA%A3o");
  ASSERT_TRUE(pairs);
  EXPECT_THAT(*pairs, ElementsAre(Pair("a", "1"), Pair("b", "c d"), Pair("e f", ""), Pair("g", ""),
                                  Pair("h", "x=y"), Pair("a", "2"), Pair("t", "Đảo")));
  EXPECT_TRUE(parse_form("")->empty());
}

TEST(FormTest, RefusesWhatItCannotDecode) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%G0=1", "a=%00", "a=%FF", "a=%C3%28"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_form(text));
  }
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a&";
  EXPECT_TRUE(parse_form(many));
  EXPECT_FALSE(parse_form(many + "a"));
}

TEST(PercentEncodeTest, IsUndoneByDecoding) {
  const std::string text = "a b&c=d/é?%~";
  EXPECT_EQ(percent_encode("a b/~é"), "a%20b%2F~%C3%A9");
  EXPECT_EQ((*parse_form("k=" + percent_encode(text)))[0].second, text);
}

TEST(TargetTest, IsReadAsOnePathForEveryWayToWriteIt) {
  struct Row {
    const char *target, *path;
  };
  constexpr Row rows[] = {
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/a/b/", "/a/b/"},
      {"//a", "//a"},
      {"/a%20b", "/a b"},
      {"/%C4%90", "/Đ"},
      {"/%61", "/a"},
      {"/a/./b", "/a/b"},
      {"/a/../b", "/b"},
      {"/a/%2e%2E/b", "/b"},
      {"/a/b/..", "/a/"},
      {"/a/.", "/a/"},
      {"/.well-known/x", "/.well-known/x"},
      {"/...", "/..."},
      {"/a?b=/../c", "/a"},
      {"http://x.vn/a", "/a"},
      {"HTTPS://x.vn:443", "/"},
      {"http://x.vn?q", "/"},
      {"*", "*"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.target);
    const auto target = parse_target(row.target);
    ASSERT_TRUE(target) << target.error().what;
    EXPECT_EQ(target->path, row.path);
  }
  EXPECT_EQ(parse_target("http://x.vn:81/a")->authority, "x.vn:81");
}

TEST(TargetTest, IsRefusedWhereReadersCouldDiffer) {
  for (const char* target :
       {"",          "a",           "/..",         "/../a",    "/a/../..", "/%2e%2e/a", "/a%2fb",
        "/a%5Cb",    "/a\\b",       "/a%00",       "/a%0d%0a", "/a%7f",    "/%",        "/%4",
        "/%zz",      "/a#b",        "/\xC4\x90",   "/%FF",     "/a b",     "/a\tb",     "ftp://x/a",
        "http:///a", "http://a b/", "http://u@h/", "/?a=%",    "?a"}) {
    SCOPED_TRACE(target);
    EXPECT_FALSE(parse_target(target));
  }
}

TEST(EventStreamTest, WritesEventsAsTheStandardSays) {
  EventStream stream;
  EXPECT_TRUE(stream.push({.id = "7", .type = "case", .data = "one\ntwo\r\nthree\rfour"}));
  EXPECT_TRUE(stream.push({.data = ""}));
  EXPECT_EQ(stream.take(),
            "id: 7\nevent: case\ndata: one\ndata: two\ndata: three\ndata: four\n\ndata: \n\n");
  EXPECT_EQ(stream.take(), "");
}

TEST(EventStreamTest, LetsNoFieldForgeAnother) {
  EventStream stream;
  stream.push({.id = std::string("1\ndata: x\0", 10), .type = "t\r\nid: 2", .data = "d"});
  EXPECT_EQ(stream.take(), "id: 1data: x\nevent: tid: 2\ndata: d\n\n");
}

TEST(EventStreamTest, WakesOnceWhenSomethingComesAfterNothing) {
  EventStream stream;
  int woken = 0;
  stream.on_more([&] { ++woken; });
  stream.push({.data = "a"});
  EXPECT_EQ(woken, 0) << "nobody has found it empty yet";
  EXPECT_NE(stream.take(), "");
  EXPECT_EQ(stream.take(), "");
  stream.push({.data = "b"});
  stream.push({.data = "c"});
  EXPECT_EQ(woken, 1);
  EXPECT_THAT(stream.take(), HasSubstr("data: c"));
  EXPECT_EQ(stream.take(), "");
  stream.close();
  EXPECT_EQ(woken, 2);
  EXPECT_FALSE(stream.push({.data = "d"}));
}

TEST(EventStreamTest, EndsForAReaderWhoIsTooSlow) {
  EventStream stream(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(stream.push({.data = "x"}));
  EXPECT_FALSE(stream.overrun());
  EXPECT_FALSE(stream.push({.data = "x"}));
  EXPECT_TRUE(stream.closed());
  EXPECT_TRUE(stream.overrun());
  EXPECT_EQ(stream.take(), "");
  EventStream large(1024);
  EXPECT_FALSE(large.push({.data = std::string(9U << 20, 'x')})) << "its bytes are bounded too";
}

}  // namespace
}  // namespace haidang::net
