// A RuleSet kept as one binary file, so that unchanged rules are not read as YAML again.
//
//   paths --list, stat--> key --<cache_dir>/<key>.rules--> opened, decoded --> RuleSet
//                          '-- absent or unsound: load_rules() --> encoded, sealed, stored
//
// The key covers the program itself, the placeholders, and path, size, times and inode of every
// rule file. A cache file that is damaged, foreign (not owned by us, or others may write it) or
// in any way inconsistent is not believed, and trouble with the cache never fails loading. Bound
// to one machine and one build: not a format to hand rules around in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "watch/detect/rule_set.hpp"

namespace haidang::detect {

// What the cache was good for: for a log line, at debug.
struct CacheUse {
  bool hit = false;
  bool stored = false;
  std::string why{};  // it was no hit, or not stored
};

// As load_rules(), from `cache_dir` where possible, which is made if it is missing. The few sets
// used last are kept there.
Result<RuleSet> load_rules_cached(const std::vector<std::string>& paths,
                                  const Placeholders& placeholders,
                                  const std::filesystem::path& cache_dir, CacheUse* use = nullptr);

}  // namespace haidang::detect
