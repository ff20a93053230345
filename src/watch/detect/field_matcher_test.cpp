#include "watch/detect/field_matcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using FieldTest = detect::Test;  // gtest has a Test too

class Asked {
 public:
  explicit Asked(const std::vector<FieldTest>& tests) {
    for (TestId i = 0; i < tests.size(); ++i) matcher_.add(tests[i], i);
    matcher_.build();
  }
  std::vector<TestId> of(std::string_view value, event::Kind kind = event::Kind::text) {
    std::vector<TestId> out;
    matcher_.find({event::PathId{1}, kind, static_cast<std::uint32_t>(value.size()), value.data()},
                  scratch_, out);
    return out;
  }
  FieldMatcher* operator->() { return &matcher_; }

 private:
  FieldMatcher matcher_;
  FieldMatcher::Scratch scratch_;
};

FieldTest pattern(std::string_view sigma, bool cased = false) {
  return {.field = "f", .cased = cased, .pattern = Pattern::parse(sigma)};
}
FieldTest other(FieldTest::Op op, std::string text = "") {
  return {.field = "f", .op = op, .text = std::move(text)};
}

TEST(FieldMatcher, TellsAllTestsThatHoldSortedAndOnce) {
  Asked asked({pattern("ab*"), pattern("*b*"), pattern("*"), pattern("AB", true),
               other(FieldTest::Op::exists), other(FieldTest::Op::null),
               other(FieldTest::Op::regex, "aba.?b"), other(FieldTest::Op::cidr, "10.0.0.0/8"),
               pattern("a?b")});
  EXPECT_THAT(asked.of("ABAB"), ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(asked.of("AB"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(asked.of("abab"), ElementsAre(0, 1, 2, 4, 6));
  EXPECT_THAT(asked.of("axb"), ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(asked.of("10.1.2.3"), ElementsAre(2, 4, 7));
  EXPECT_THAT(asked.of(""), ElementsAre(2, 4));
  EXPECT_THAT(asked.of("null", event::Kind::null), ElementsAre(4, 5));
  EXPECT_THAT(asked->on_absence(), ElementsAre(5));
  EXPECT_THAT(asked->late(), IsEmpty());
}

TEST(FieldMatcher, LeavesOpenWhatTheValueAloneCannotTell) {
  FieldTest hour = other(FieldTest::Op::number);
  hour.part = TimePart::hour;
  Asked asked({hour, other(FieldTest::Op::fieldref, "g"), other(FieldTest::Op::regex, "^.$"),
               other(FieldTest::Op::regex, "đ"), pattern("x")});
  EXPECT_THAT(asked->late(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(asked.of("x"), ElementsAre(4));
}

TEST(FieldMatcher, UndoesEscapesBeforeItLooks) {
  Asked asked({pattern("a\"b"), pattern("tab\tx"), pattern(R"(a\"b)")});
  EXPECT_THAT(asked.of(R"(a\"b)", event::Kind::json_string), ElementsAre(0));
  EXPECT_THAT(asked.of(R"(tab\u0009X)", event::Kind::json_string), ElementsAre(1));
  EXPECT_THAT(asked.of(R"(a\"b)"), ElementsAre(2));
}

TEST(FieldMatcher, NumbersAreCompared) {
  const std::vector<std::pair<Compare, std::vector<std::string>>> rows{
      {Compare::gt, {"6"}},       {Compare::gte, {"5", "6"}}, {Compare::lt, {"4"}},
      {Compare::lte, {"4", "5"}}, {Compare::eq, {"5"}},       {Compare::neq, {"4", "6"}}};
  for (const auto& [compare, wanted] : rows) {
    FieldTest test = other(FieldTest::Op::number);
    test.compare = compare;
    test.number = 5;
    Asked asked({test});
    std::vector<std::string> held;
    for (const auto* value : {"4", "5", "6", "x"})
      if (!asked.of(value).empty()) held.emplace_back(value);
    EXPECT_EQ(held, wanted);
  }
}

}  // namespace
}  // namespace haidang::detect
