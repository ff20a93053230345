#include "watch/event/event.hpp"

#include <gtest/gtest.h>

namespace haidang::event {
namespace {

std::string read(std::string_view bytes, Kind kind) {
  Event event;
  event.add(Names::root, bytes, kind);
  std::string scratch;
  return std::string(plain(event.fields.front(), scratch));
}

TEST(Plain, UndoesTheEscapesOfAJsonString) {
  struct Row {
    std::string_view json, wanted;
  };
  constexpr Row rows[] = {
      {R"(C:\\Windows\\x.exe)", R"(C:\Windows\x.exe)"},
      {R"(a\"b\/c\n\t\r\b\f)", "a\"b/c\n\t\r\b\f"},
      {R"(S\u1edf Th\u00f4ng tin)", "Sở Thông tin"},
      {R"(\ud83d\ude00!)", "😀!"},
      {R"(\ud83d!)", "\uFFFD!"},  // a lone high surrogate
      {R"(\ude00!)", "\uFFFD!"},  // a lone low one
      {R"(\ud83d\u0041)",
       "\uFFFD"
       "A"},  // a high one before a letter
      {R"(\u12)", "\uFFFD12"},
      {R"(end\)", R"(end\)"},
      {"", ""},
      {"plain", "plain"},
  };
  for (const auto& row : rows) EXPECT_EQ(read(row.json, Kind::json_string), row.wanted) << row.json;
}

TEST(Plain, LeavesTextAsItIs) { EXPECT_EQ(read(R"(a\nb)", Kind::text), R"(a\nb)"); }

}  // namespace
}  // namespace haidang::event
