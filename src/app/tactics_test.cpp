#include "app/tactics.hpp"

#include <gtest/gtest.h>

namespace haidang::app {
namespace {

TEST(Tactic, IsTheAttackTagThatIsNoNumber) {
  struct Row {
    std::string_view tag, tactic;
  };
  constexpr Row rows[] = {
      {"attack.credential-access", "credential-access"},
      {"attack.credential_access", "credential-access"},
      {"attack.Impact", "impact"},
      {"attack.stealth", "stealth"},
      {"attack.t1110", ""},
      {"attack.t1110.001", ""},
      {"attack.g0016", ""},
      {"attack.s0154", ""},
      {"cve.2024-3400", ""},
      {"attack.", ""},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(tactic_of(row.tag).value_or(""), row.tactic) << row.tag;
}

TEST(Tactic, IsNamedInBothLanguages) {
  EXPECT_EQ(tactic_name("impact", Language::en), "Impact");
  EXPECT_EQ(tactic_name("impact", Language::vi), "Phá hoại");
  EXPECT_EQ(tactic_name("to-come", Language::vi), "to-come");
  EXPECT_LT(tactic_order("execution"), tactic_order("impact"));
  EXPECT_LT(tactic_order("impact"), tactic_order("to-come"));
}

}  // namespace
}  // namespace haidang::app
