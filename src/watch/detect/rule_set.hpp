// All rules of some directories: what was understood and what was refused.
//
//   files --yaml--> documents --> Rule | Correlation | filter --resolve--> RuleSet
//
// Filters (Sigma "global exclusions") are worked into the rules they name;
// references of correlations are resolved to indices. A part that cannot be
// honoured is left out and named in `refused`; the rest goes on. Loading uses
// all cores. Immutable afterwards: share it.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "watch/detect/correlation.hpp"
#include "watch/detect/rule.hpp"

namespace haidang::detect {

struct RuleSet {
  std::vector<Rule> rules{};
  std::vector<Correlation> correlations{};
  std::vector<Error> refused{};
  std::size_t files = 0;
  std::size_t filters = 0;  // understood, and worked into the rules they name

  // Is this rule's own match to be told, or is it only food for correlations
  // (referred to, and none of those has `generate: true`)?
  std::vector<bool> reported{};
  // The same of correlations; the Correlator keeps silent about the others by itself.
  std::vector<bool> reported_correlations{};
};

// One YAML text, as a file of that name would be read.
RuleSet read_rules(std::string_view text, std::string_view file, const Placeholders& placeholders);

// Of files and directories: the files (*.yml, *.yaml), sorted, each once.
Result<std::vector<std::string>> rule_files(const std::vector<std::string>& paths);

// Files and directories. Fails only if a path cannot be read at all.
Result<RuleSet> load_rules(const std::vector<std::string>& paths, const Placeholders& placeholders);

// All *.yml of a directory: mappings of name to list of values.
Result<Placeholders> load_placeholders(const std::string& directory);

}  // namespace haidang::detect
