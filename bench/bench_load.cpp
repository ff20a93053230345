// From 3,754 files to an engine that matches, with and without the cache; and what it weighs.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "data.hpp"
#include "report.hpp"
#include "watch/detect/rule_cache.hpp"

namespace haidang::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

template <class Work>
double best_of(int times, const Work& work) {
  double best = 1e9;
  for (int i = 0; i < times; ++i) {
    const auto start = Clock::now();
    work();
    best = std::min(best, seconds_since(start));
  }
  return best;
}

}  // namespace

void bench_load(Report& report) {
  if (!shared_data()) return report.skip("load", "no shared data beside the project");
  const auto maps = mappings();
  const double before = resident_mb();
  const auto held = detect::Engine::build(sigma_rules(), maps);
  report.add(
      {.group = "load",
       .name = "memory of the loaded set",
       .value = resident_mb() - before,
       .unit = "MB",
       .bar = 200,
       .at_most = true,
       .note = fmt::format("{} rules, {} tests", held->rules().rules.size(), held->tests())});
  const double plain = best_of(3, [&] { (void)detect::Engine::build(sigma_rules(), maps); });
  report.add(Figure{.group = "load",
                    .name = "read and compile the rules",
                    .value = plain,
                    .unit = "s",
                    .bar = 1,
                    .at_most = true,
                    .note = "best of 3"});
  const auto cache = std::filesystem::temp_directory_path() / "haidang-bench-cache";
  const auto placeholders =
      detect::load_placeholders(std::string(HAIDANG_SOURCE_DIR) + "/catalogue/placeholders");
  const auto cached = [&] {
    auto rules = detect::load_rules_cached({*shared_data() + "/sigma"}, *placeholders, cache);
    (void)detect::Engine::build(std::make_shared<const detect::RuleSet>(std::move(*rules)), maps);
  };
  cached();  // fills the cache
  report.add(Figure{.group = "load",
                    .name = "the same from the cache",
                    .value = best_of(3, cached),
                    .unit = "s",
                    .bar = 0.1,
                    .at_most = true,
                    .note = "best of 3"});
  std::filesystem::remove_all(cache);
}

}  // namespace haidang::bench
