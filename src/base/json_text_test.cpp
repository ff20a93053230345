#include "base/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace haidang {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, EscapesWhatJsonForbidsAndNothingElse) {
  using namespace std::string_literals;
  struct Row {
    std::string text, json;
  };
  const Row rows[] = {
      {"", R"("")"},
      {"C:\\Windows\\cmd.exe", R"("C:\\Windows\\cmd.exe")"},
      {"say \"xin chào\"", R"("say \"xin chào\"")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {"\0\x01\x1f"s, R"("\u0000\u0001\u001f")"},
      {"\x7f/", "\"\x7f/\""},
      {"Hải Đăng 🗼", R"("Hải Đăng 🗼")"},
  };
  for (const auto& row : rows) EXPECT_EQ(as_json(row.text), row.json);
}

TEST(JsonText, RepairsIllFormedUtf8) {
  struct Row {
    std::string text, json;
  };
  const Row rows[] = {
      {"a\xff z", "\"a\uFFFD z\""},
      {"\xe1\xba", "\"\uFFFD\""},                  // cut off
      {"\xed\xa0\x80", "\"\uFFFD\uFFFD\uFFFD\""},  // a surrogate
      {"\xc0\xaf", "\"\uFFFD\uFFFD\""},            // overlong
      {"\xe1\"", "\"\uFFFD\\\"\""},                // the quote is not swallowed
  };
  for (const auto& row : rows) EXPECT_EQ(as_json(row.text), row.json);
}

TEST(JsonText, SeesEverySpecialByteAtEveryPlaceOfAWord) {
  for (std::size_t at = 0; at < 24; ++at) {
    for (const std::string special : {"\"", "\\", "\x1f", "\n"}) {
      std::string text(24, 'x');
      text.replace(at, 1, special);
      const std::string json = as_json(text);
      EXPECT_EQ(json.find('\\'), at + 1) << at << ": " << json;
    }
  }
}

TEST(JsonText, LeavesEveryOtherByteOfAsciiAsItIs) {
  for (int c = 0x20; c < 0x80; ++c) {
    if (c == '"' || c == '\\') continue;
    const std::string text(9, static_cast<char>(c));
    EXPECT_EQ(as_json(text), '"' + text + '"');
  }
}

TEST(JsonText, PutsCommasBetweenKeys) {
  std::string out = "{";
  append_json_key(out, "a");
  out += "1";
  append_json_key(out, "b\n");
  out += "{";
  append_json_key(out, "c");
  EXPECT_EQ(out, R"({"a":1,"b\n":{"c":)");
}

}  // namespace
}  // namespace haidang
