#include "base/id.hpp"

#include <cstdint>
#include <string>
#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

namespace haidang {
namespace {

using RuleId = Id<struct RuleTag, std::string>;
using UnitId = Id<struct UnitTag, std::string>;
using CaseId = Id<struct CaseTag, std::uint64_t>;

static_assert(!std::is_convertible_v<std::string, RuleId>);
static_assert(!std::is_convertible_v<RuleId, std::string>);
static_assert(!std::is_constructible_v<RuleId, UnitId>);
static_assert(!std::equality_comparable_with<RuleId, UnitId>);

TEST(Id, ComparesOnlyByWhatItHolds) {
  EXPECT_EQ(RuleId("a"), RuleId("a"));
  EXPECT_NE(RuleId("a"), RuleId("b"));
  EXPECT_LT(CaseId(9), CaseId(10));
  EXPECT_EQ(CaseId(), CaseId(0));
}

TEST(Id, IsPrintedAsWhatItHolds) {
  EXPECT_EQ(fmt::format("rule {} of case {:04}", RuleId("dns-1"), CaseId(7)),
            "rule dns-1 of case 0007");
  EXPECT_EQ(to_string(CaseId(42)), "42");
}

TEST(Id, StandsAsAKey) {
  std::unordered_set<RuleId> rules{RuleId("a"), RuleId("b"), RuleId("a")};
  EXPECT_EQ(rules.size(), 2U);
  EXPECT_TRUE(rules.contains(RuleId("b")));
}

}  // namespace
}  // namespace haidang
