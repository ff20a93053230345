#include "app/watch_rules.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "watch/detect/rule_cache.hpp"

namespace haidang::app {

Result<detect::Placeholders> placeholders_of(const std::string& catalogue) {
  const std::string directory = catalogue + "/placeholders";
  if (!std::filesystem::exists(directory)) return detect::Placeholders{};
  return detect::load_placeholders(directory);
}

Result<detect::Mappings> mappings_of(const std::string& catalogue) {
  return detect::Mappings::load(catalogue + "/mappings");
}

std::string cache_directory() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/haidang";
  const char* home = std::getenv("HOME");
  return home == nullptr || *home != '/' ? "" : std::string(home) + "/.cache/haidang";
}

Result<std::shared_ptr<const detect::Engine>> load_watch_rules(const std::string& catalogue,
                                                               std::vector<std::string> directories,
                                                               const std::string& cache) {
  if (directories.empty()) directories.push_back(catalogue + "/rules");
  TRY(const auto placeholders, placeholders_of(catalogue));
  TRY(auto mappings, mappings_of(catalogue));
  TRY(auto rules, cache.empty() ? detect::load_rules(directories, placeholders)
                                : detect::load_rules_cached(directories, placeholders, cache));
  if (rules.rules.empty()) {
    const std::string where = fmt::format("{}", fmt::join(directories, ", "));
    if (rules.refused.empty()) return invalid("there are no rules (*.yml) here", where);
    return invalid(fmt::format("all {} rules are refused; see: haidang rules check {}",
                               rules.refused.size(), directories.front()),
                   where);
  }
  return detect::Engine::build(std::make_shared<const detect::RuleSet>(std::move(rules)),
                               std::make_shared<const detect::Mappings>(std::move(mappings)));
}

std::vector<RuleUse> uses_of(const detect::RuleSet& rules, const detect::Correlator& correlator) {
  std::vector<RuleUse> uses;
  uses.reserve(rules.rules.size());
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i)
    uses.push_back({rules.reported[i], correlator.wants(i), correlator.fields_of(i)});
  return uses;
}

}  // namespace haidang::app
