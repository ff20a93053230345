#include "watch/ingest/json_lines.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What a reader said, as text: "3 a.b=1 c=x" or "3 ! why".
class Said final : public Sink {
 public:
  explicit Said(event::Names& names) : names_(names) {}
  void event(const event::Event& event) override {
    std::string text = std::to_string(event.line);
    std::string scratch;
    for (const auto& field : event.fields) {
      text += " ";
      text += names_.name(field.path);
      text += field.kind == event::Kind::json_string ? "=" : ":";
      text += event::plain(field, scratch);
    }
    lines.push_back(text);
    raws.emplace_back(event.raw);
  }
  void unreadable(std::uint64_t line, std::string_view why) override {
    lines.push_back(std::to_string(line) + " ! " + std::string(why));
  }
  std::vector<std::string> lines;
  std::vector<std::string> raws;

 private:
  event::Names& names_;
};

std::vector<std::string> read(std::string_view text, JsonLimits limits = {}) {
  std::string padded(text);
  padded.append(Chunk::padding, '\0');
  event::Names names;
  Said said(names);
  make_json_lines(limits)->read({std::string_view(padded).substr(0, text.size()), 1}, names, said);
  return said.lines;
}

TEST(JsonLines, FlattensARecordToItsLeaves) {
  EXPECT_THAT(read(R"({"a":"x","b":{"c":1,"d":[true,null,{"e":"y"}]},"f":{},"g":[]})"),
              ElementsAre("1 a=x b.c:1 b.d:true b.d:null b.d.e=y"));
}

TEST(JsonLines, KeepsEveryValueOfARepeatedKey) {
  EXPECT_THAT(read(R"({"a":"x","a":"y"})"), ElementsAre("1 a=x a=y"));
}

TEST(JsonLines, CountsLinesOverEmptyAndPrettyPrintedOnes) {
  EXPECT_THAT(read("{\"a\":1}\n\n{\"a\":2}\r\n{\n  \"a\" : 3 ,\n  \"b\": \"}\"\n}\n{\"a\":4}"),
              ElementsAre("1 a:1", "3 a:2", "4 a:3 b=}", "8 a:4"));
}

TEST(JsonLines, FindsNothingInNothing) {
  EXPECT_THAT(read(""), ElementsAre());
  EXPECT_THAT(read("\n \n"), ElementsAre());
}

TEST(JsonLines, NamesTheBadLineAndReadsOn) {
  const std::vector<std::string_view> bad = {
      "nonsense",  "{\"a\"}",     "{\"a\":}",           "{\"a\":1",     "[1]", "{\"a\":1 \"b\":2}",
      "{1:2}",     "{\"a\":tru}", "{\"a\":\"unclosed}", "\x01\x02\xFF", "}",   "\"text\"",
      "{\"a\":1}}"};
  for (const auto line : bad) {
    const auto said = read("{\"ok\":1}\n" + std::string(line) + "\n{\"ok\":2}\n");
    SCOPED_TRACE(line);
    ASSERT_GE(said.size(), 3U);
    EXPECT_EQ(said.front(), "1 ok:1");
    EXPECT_EQ(said.back(), "3 ok:2");
    EXPECT_THAT(said[said.size() - 2], HasSubstr("2 ! "));
  }
}

TEST(JsonLines, MendsBytesThatAreNotUtf8AndRawControlCharacters) {
  EXPECT_THAT(read("{\"a\":\"x\xFFy\",\"b\":\"t\tz\"}\n{\"c\":1}"),
              ElementsAre("1 a=x\uFFFDy b=t\tz", "2 c:1"));
}

TEST(JsonLines, BoundsDepthAndFields) {
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_THAT(read(deep + "\n{\"b\":1}"), ElementsAre("1 ! nested too deep", "2 b:1"));
  EXPECT_THAT(read(R"({"a":[1,2,3]})"
                   "\n"
                   R"({"a":[1,2]})",
                   {.deepest = 8, .most_fields = 2}),
              ElementsAre("1 ! too many fields", "2 a:1 a:2"));
}

}  // namespace
}  // namespace haidang::ingest
