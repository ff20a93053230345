#include "watch/detect/condition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::detect {
namespace {

using testing::HasSubstr;

// Selections a, b, c, d1, d2 and _e are tests 0 … 5.
Selections selections() {
  Selections named;
  std::uint32_t test = 0;
  for (const auto* name : {"a", "b", "c", "d1", "d2", "_e"})
    named[name] = {.kind = Expr::Kind::test, .test = test++, .items = {}};
  return named;
}

bool holds(const Expr& expr, const std::string& letters) {
  constexpr std::string_view names = "abc12e";
  const auto here = [&](const Expr& item) { return holds(item, letters); };
  switch (expr.kind) {
    case Expr::Kind::test: return letters.find(names[expr.test]) != std::string::npos;
    case Expr::Kind::all: return std::ranges::all_of(expr.items, here);
    case Expr::Kind::any: return std::ranges::any_of(expr.items, here);
    case Expr::Kind::none: return std::ranges::none_of(expr.items, here);
  }
  return false;
}

TEST(Condition, JoinsSelections) {
  struct Row {
    std::string condition;
    std::string holding;  // selections that hold: a, b, c, 1 (d1), 2 (d2), e (_e)
    bool hit;
  };
  const Row rows[] = {
      {"a", "a", true},
      {"a", "b", false},
      {"not a", "b", true},
      {"not not a", "a", true},
      {"a and b", "a", false},
      {"a and b", "ab", true},
      {"a or b", "b", true},
      {"a AND NOT b", "a", true},
      // not binds tighter than and, and tighter than or
      {"a or b and c", "a", true},
      {"a or b and c", "b", false},
      {"(a or b) and c", "a", false},
      {"a and b or c", "c", true},
      {"not a and b", "b", true},
      {"not a and b", "", false},
      {"not (a and b)", "a", true},
      {"not a or b", "a", false},
      {"((a))", "a", true},
      {"(a)and(b)", "ab", true},
      {"  a\n\tand  b ", "ab", true},
      // quantifiers
      {"1 of them", "2", true},
      {"1 of them", "e", false},  // a name with _ is not one of them
      {"all of them", "abc12", true},
      {"all of them", "abc1", false},
      {"any of them", "c", true},
      {"ALL OF THEM", "abc12", true},
      {"1 of d*", "2", true},
      {"1 of d*", "a", false},
      {"all of d*", "12", true},
      {"all of d*", "1", false},
      {"all of d?", "12", true},
      {"1 of _*", "e", true},  // unless it is called by its name
      {"2 of them", "a", false},
      {"2 of them", "a2", true},
      {"3 of them", "a2", false},
      {"3 of them", "a2c", true},
      {"5 of them", "abc12", true},
      {"not 1 of d*", "a", true},
      {"a and not 1 of d*", "a1", false},
      {"1 of a", "a", true},
      {"a and 1 of d* or c", "c", true},
  };
  for (const auto& [condition, holding, hit] : rows) {
    const auto expr = parse_condition(condition, selections(), "f.yml:3");
    ASSERT_TRUE(expr) << expr.error().message();
    EXPECT_EQ(holds(*expr, holding), hit) << condition << " with " << holding;
  }
}

TEST(Condition, RefusesWhatItCannotMean) {
  struct Row {
    std::string condition, why;
  };
  const Row rows[] = {
      {"", "it ends where a selection was expected"},
      {"x", "there is no selection 'x'"},
      {"A", "there is no selection 'A'"},
      {"a and", "it ends where a selection was expected"},
      {"a and or b", "there is no selection 'or'"},
      {"not", "it ends where a selection was expected"},
      {"a b", "'b' was not expected here"},
      {"(a", "a ')' is missing"},
      {"a)", "')' was not expected here"},
      {"()", "there is no selection ')'"},
      {"1 of", "no selection is called ''"},
      {"1 of x*", "no selection is called 'x*'"},
      {"0 of them", "'0 of' is not understood"},
      {"some of them", "'some of' is not understood"},
      {"-1 of them", "'-1 of' is not understood"},
      {"6 of them", "can never hold: only 5 selections fit"},
      {"3 of d*", "can never hold: only 2 selections fit"},
      {"a | count() > 5", "write a correlation rule instead"},
      {"a | count(x) by y > 5", "write a correlation rule instead"},
      {"a near b", "'near' was not expected here"},
      {"a & b", "'&' was not expected here"},
      {std::string(200, '(') + "a", "nested too deep"},
      {std::string(20'000, ' ') + "a", "too long"},
  };
  for (const auto& [condition, why] : rows) {
    const auto expr = parse_condition(condition, selections(), "f.yml:3");
    ASSERT_FALSE(expr) << condition;
    EXPECT_THAT(expr.error().message(), HasSubstr(why)) << condition;
    EXPECT_THAT(expr.error().message(), testing::StartsWith("f.yml:3: condition: ")) << condition;
  }
}

TEST(Condition, TooManyWaysToChooseAreRefused) {
  Selections many;
  for (int i = 0; i < 40; ++i) many["s" + std::to_string(i)] = {};
  const auto expr = parse_condition("20 of them", many, "f.yml:3");
  ASSERT_FALSE(expr);
  EXPECT_THAT(expr.error().message(), HasSubstr("too many selections to choose from"));
}

}  // namespace
}  // namespace haidang::detect
