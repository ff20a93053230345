#include "watch/detect/pattern.hpp"

#include <gtest/gtest.h>

namespace haidang::detect {
namespace {

TEST(Pattern, ReadsWildcardsAndEscapesAsTheSpecificationSays) {
  struct Row {
    std::string_view sigma;
    Shape shape;
    std::string_view literal;
  };
  constexpr Row rows[] = {
      {"cmd.exe", Shape::equals, "cmd.exe"},
      {"", Shape::equals, ""},
      {"*", Shape::any, ""},
      {"***", Shape::any, ""},
      {R"(*\cmd.exe)", Shape::ends_with, R"(\cmd.exe)"},
      {R"(C:\Windows\*)", Shape::equals, R"(C:\Windows*)"},
      {R"(C:\Windows\\*)", Shape::starts_with, R"(C:\Windows\)"},
      {R"(*foo\bar*)", Shape::contains, R"(foo\bar)"},
      {R"(\\\\server)", Shape::equals, R"(\\server)"},
      {R"(\\server)", Shape::equals, R"(\server)"},
      {R"(what\?)", Shape::equals, "what?"},
      {"a?c", Shape::general, "a"},
      {"a*b", Shape::general, "a"},
      {R"(end\)", Shape::equals, R"(end\)"},
  };
  for (const auto& row : rows) {
    const auto pattern = Pattern::parse(row.sigma);
    EXPECT_EQ(pattern.shape(), row.shape) << row.sigma;
    EXPECT_EQ(pattern.literal(), row.literal) << row.sigma;
    EXPECT_EQ(Pattern::parse(pattern.written()), pattern) << row.sigma;
  }
}

TEST(Pattern, MatchesTheWholeText) {
  struct Row {
    std::string_view sigma, text;
    bool hit;
  };
  constexpr Row rows[] = {
      {"abc", "abc", true},
      {"abc", "abcd", false},
      {"a*c", "ac", true},
      {"a*c", "abcbc", true},
      {"a*c", "abcb", false},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"a?c", "aớc", true},
      {"*a*b*", "xxaxxbxx", true},
      {"*a*b*", "xxbxxa", false},
      {"*ab*ab", "abxab", true},
      {"*ab*ab", "ab", false},
      {"*", "", true},
      {"", "", true},
      {"", "a", false},
      {"?", "", false},
      {"*?", "", false},
      {"*?", "a", true},
      {"a*?", "ab", true},
      {"a*?", "a", false},
      {"*aab", "aaab", true},
  };
  for (const auto& row : rows)
    EXPECT_EQ(Pattern::parse(row.sigma).matches(row.text), row.hit) << row.sigma << " " << row.text;
}

TEST(Pattern, ManyStarsCostNoMoreThanPiecesTimesText) {
  std::string stars;
  for (int i = 0; i < 200; ++i) stars += "*a";
  EXPECT_FALSE(Pattern::parse(stars + "b").matches(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace haidang::detect
