// Who listens to whom: rules and correlations on one side, the correlations that refer to them
// on the other, with the fields that each of them reads there.
//
// Aliases are resolved here: a name in `group-by` or `field` that is an alias stands for the
// field given for the referred rule (by its text in `rules`, its name or its id); where the
// alias names no field for that rule, for the field of its own name.
// A circle of references is a broken invariant: RuleSet has none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "watch/detect/rule_set.hpp"

namespace haidang::detect {

struct Listener {
  std::uint32_t correlation = 0;
  std::uint32_t reference = 0;  // which of the correlation's references
  std::vector<std::string> group_by{};
  std::vector<std::string> fields{};
};

struct Plan {
  std::vector<std::vector<Listener>> of_rule{};
  std::vector<std::vector<Listener>> of_correlation{};
  std::vector<std::vector<std::string>> fields_of_rule{};
  // What outer correlations read of an occurrence that completed this one, beyond its group.
  std::vector<std::vector<std::string>> carried{};
};

Plan plan_of(const RuleSet& rules);

}  // namespace haidang::detect
