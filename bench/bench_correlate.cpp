// What an occurrence costs the Correlator, and that it does not grow with the window.
//
// One group, one occurrence a millisecond, so that a timespan of N ms holds N of them; "late":
// share of occurrences that come up to 50 ms late. "groups": ten occurrences each, of many users.
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report.hpp"
#include "watch/detect/correlate.hpp"

namespace haidang::bench {
namespace {

using namespace detect;

using std::chrono::milliseconds;
using Type = Correlation::Type;

struct Case {
  std::string_view name;
  Type type;
  std::optional<double> percentile;
  int window;
  double late;
  int groups = 1;
};

std::shared_ptr<const RuleSet> rules_for(const Case& c) {
  auto set = std::make_shared<RuleSet>();
  set->rules.resize(2);
  Correlation correlation;
  correlation.type = c.type;
  correlation.references = {{.text = "a", .correlation = false, .index = 0},
                            {.text = "b", .correlation = false, .index = 1}};
  correlation.group_by = {"user"};
  correlation.timespan = milliseconds(c.window * c.groups);
  correlation.bounds = {{Compare::gte, 1e15}};
  correlation.fields = {"value"};
  correlation.percentile = c.percentile;
  set->correlations.push_back(std::move(correlation));
  return set;
}

std::vector<Occurrence> stream_for(const Case& c, int count) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> behind(1, 50), value(0, 4095), user(0, c.groups - 1);
  std::bernoulli_distribution late(c.late);
  std::vector<Occurrence> stream;
  const Time start{std::chrono::hours(24 * 365 * 50)};
  for (int i = 0; i < count; ++i)
    stream.push_back({.rule = static_cast<std::uint32_t>(i & 1),
                      .time = start + milliseconds(late(random) ? i - behind(random) : i),
                      .origin = {0, static_cast<std::uint64_t>(i)},
                      .values = {{"user", std::to_string(user(random))},
                                 {"value", std::to_string(value(random))}}});
  return stream;
}

void measure(Report& report, const Case& c, int count) {
  const auto stream = stream_for(c, count);
  Correlator correlator(rules_for(c), {.lateness = milliseconds(100)});
  std::vector<Correlated> out;
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& occurrence : stream) correlator.see(occurrence, out);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const std::string late = c.late > 0 ? fmt::format(", {:.0f} % late", c.late * 100) : "";
  const std::string groups = c.groups > 1 ? fmt::format(", {} groups", c.groups) : "";
  report.add(
      Figure{.group = "correlate",
             .name = fmt::format("{}, window of {}{}{}", name_of(c.type), c.window, late, groups),
             .value = count / took.count() / 1e6,
             .unit = "M/s"});
}

}  // namespace

void bench_correlate(Report& report) {
  constexpr int count = 500'000;
  struct Kind {
    std::string_view name;
    Type type;
    std::optional<double> percentile{};
  };
  const Kind kinds[] = {{"count", Type::event_count},
                        {"distinct", Type::value_count},
                        {"temporal", Type::temporal},
                        {"ordered", Type::temporal_ordered},
                        {"sum", Type::value_sum},
                        {"max", Type::value_max},
                        {"p95", Type::value_percentile, 95.0}};
  for (const auto& kind : kinds)
    for (const int window : {10, 1'000, 100'000}) {
      measure(report, {kind.name, kind.type, kind.percentile, window, 0}, count);
      if (kind.type != Type::temporal_ordered)
        measure(report, {kind.name, kind.type, kind.percentile, window, 0.1}, count);
    }
  measure(report, {"ordered", Type::temporal_ordered, {}, 1'000, 0.1}, count / 10);
  measure(report, {"groups", Type::event_count, {}, 10, 0, 100'000}, count);
  measure(report, {"groups", Type::value_count, {}, 10, 0, 100'000}, count);
}

}  // namespace haidang::bench
