// Random streams, judged twice: by the Correlator and straight from the definition.
#include "watch/detect/window.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace haidang::detect {
namespace {

using Type = Correlation::Type;
using std::chrono::seconds;

constexpr Time dawn{std::chrono::hours(24 * 365 * 50)};
constexpr seconds timespan{10};
constexpr std::uint32_t rules = 3;

// --- The definition, without any thought of speed ------------------------------------------------

struct Known {
  Time time{};
  Origin origin{};
  std::uint32_t reference = 0;
  std::string value{};
  double measured = 0;
  bool holds = false;
  bool told = false;
};
using Line = std::vector<Known>;  // of one group, in order

double chain_length(const Line& window) {
  std::vector<int> longest(window.size(), 1);
  for (std::size_t j = 0; j < window.size(); ++j)
    for (std::size_t i = 0; i < j; ++i)
      if (window[i].reference < window[j].reference &&
          std::tie(window[i].time, window[i].origin) < std::tie(window[j].time, window[j].origin))
        longest[j] = std::max(longest[j], longest[i] + 1);
  return *std::ranges::max_element(longest);
}

double ranked(std::vector<double> numbers, double percent) {
  std::ranges::sort(numbers);
  const double rank = std::ceil(percent * static_cast<double>(numbers.size()) / 100);
  return numbers[std::max<std::size_t>(1, static_cast<std::size_t>(rank)) - 1];
}

double measured(const Correlation& correlation, const Line& window) {
  std::set<std::string> values;
  std::set<std::uint32_t> references;
  std::vector<double> numbers;
  double sum = 0;
  for (const auto& known : window) {
    values.insert(known.value);
    references.insert(known.reference);
    numbers.push_back(std::stod(known.value));
    sum += numbers.back();
  }
  const auto size = static_cast<double>(window.size());
  switch (correlation.type) {
    case Type::event_count: return size;
    case Type::value_count: return static_cast<double>(values.size());
    case Type::temporal: return static_cast<double>(references.size());
    case Type::temporal_ordered: return chain_length(window);
    case Type::value_sum: return sum;
    case Type::value_avg: return sum / size;
    case Type::value_min: return *std::ranges::min_element(numbers);
    case Type::value_max: return *std::ranges::max_element(numbers);
    case Type::value_percentile:
      if (correlation.percentile) return ranked(numbers, *correlation.percentile);
      return 100.0 *
             static_cast<double>(std::ranges::count(window, window.back().value, &Known::value)) /
             size;
  }
  return 0;
}

class Definition {
 public:
  Definition(const Correlation& correlation, std::chrono::nanoseconds lateness)
      : correlation_(correlation), lateness_(lateness) {}

  std::vector<Known> see(const std::string& group, Known known) {
    newest_ = std::max(newest_, known.time);
    if (newest_ - known.time > lateness_) return {};
    Line& line = lines_[group];
    const auto place = std::ranges::upper_bound(line, known, [](const Known& a, const Known& b) {
      return std::tuple(a.time, a.origin, -int(a.reference)) <
             std::tuple(b.time, b.origin, -int(b.reference));
    });
    const auto at = static_cast<std::size_t>(place - line.begin());
    line.insert(place, std::move(known));
    for (auto i = at; i < line.size(); ++i) measure(line, i);
    return judge(line, at);
  }

 private:
  void measure(Line& line, std::size_t i) const {
    Line window;
    for (auto j = i + 1; j > 0 && line[i].time - line[j - 1].time < timespan; --j)
      window.insert(window.begin(), line[j - 1]);
    line[i].measured = measured(correlation_, window);
    line[i].holds = correlation_.bounds.empty() ? line[i].measured == rules
                                                : meets(correlation_.bounds, line[i].measured);
  }
  static bool rises(const Line& line, std::size_t i) {
    return line[i].holds && (i == 0 || !line[i - 1].holds);
  }
  static bool told_before(const Line& line, std::size_t i) {
    for (auto j = i; j > 0 && line[i].time - line[j - 1].time < timespan; --j)
      if (line[j - 1].told) return true;
    return false;
  }
  static bool told_after(const Line& line, std::size_t i) {
    for (auto j = i + 1; j < line.size() && !rises(line, j); ++j)
      if (line[j].told && line[j].time - line[i].time < timespan) return true;
    return false;
  }
  static std::vector<Known> judge(Line& line, std::size_t from) {
    std::vector<Known> reports;
    for (auto i = from; i < line.size(); ++i) {
      if (!line[i].holds || line[i].told || told_after(line, i)) continue;
      if (!rises(line, i) && told_before(line, i)) continue;
      line[i].told = true;
      reports.push_back(line[i]);
    }
    return reports;
  }

  const Correlation& correlation_;
  std::chrono::nanoseconds lateness_;
  Time newest_{};
  std::map<std::string, Line> lines_;
};

// --- Streams -------------------------------------------------------------------------------------

struct Stream {
  double late = 0;  // share that is late
  int steps = 4000;
  int most_late = 24;  // seconds; beyond the lateness of 20 now and then
  int groups = 3;
};

std::shared_ptr<const RuleSet> rule_set(Type type, std::vector<Correlation::Bound> bounds,
                                        std::optional<double> percentile) {
  auto set = std::make_shared<RuleSet>();
  set->rules.resize(rules);
  Correlation correlation;
  correlation.type = type;
  for (std::uint32_t i = 0; i < rules; ++i)
    correlation.references.push_back({.text = {}, .correlation = false, .index = i});
  correlation.group_by = {"g"};
  correlation.fields = {"v"};
  correlation.timespan = timespan;
  correlation.bounds = std::move(bounds);
  correlation.percentile = percentile;
  set->correlations.push_back(std::move(correlation));
  return set;
}

class Source {
 public:
  Source(const Stream& stream, unsigned seed) : stream_(stream), random_(seed) {}

  Occurrence next() {
    if (line_ > 0 && chance(0.1)) {  // the same event, matched by another rule
      last_.rule = (last_.rule + 1) % rules;
      return last_;
    }
    now_ += std::chrono::milliseconds(500 * below(7));
    last_ = {.rule = static_cast<std::uint32_t>(below(rules)),
             .time = now_,
             .origin = {.file = static_cast<std::uint32_t>(below(2)), .line = ++line_},
             .values = {{"g", std::to_string(below(stream_.groups))},
                        {"v", std::to_string(below(8) - 2)}}};
    if (chance(stream_.late))
      last_.time -= std::chrono::milliseconds(500 * below(2 * stream_.most_late));
    if (chance(0.05)) last_.origin.line = static_cast<std::uint64_t>(below(1000));
    return last_;
  }

 private:
  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }
  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }

  Stream stream_;
  std::mt19937 random_;
  Time now_ = dawn;
  std::uint64_t line_ = 0;
  Occurrence last_{};
};

std::string shown(Time time, const Origin& origin, const std::string& group, double value) {
  return fmt::format("{}s {}:{} group {} value {:.9g}",
                     std::chrono::duration<double>(time - dawn).count(), origin.file, origin.line,
                     group, value);
}

// How many reports there were; fails at the first step where the two differ.
std::size_t compare(const std::shared_ptr<const RuleSet>& set, const Stream& stream,
                    unsigned seed) {
  constexpr seconds lateness{20};
  Correlator correlator(set, {.lateness = lateness});
  Definition definition(set->correlations.front(), lateness);
  Source source(stream, seed);
  std::size_t reports = 0;
  for (int step = 0; step < stream.steps; ++step) {
    const auto occurrence = source.next();
    std::vector<Correlated> out;
    correlator.see(occurrence, out);
    std::vector<std::string> got, wanted;
    for (const auto& told : out)
      got.push_back(shown(told.time, told.origin, told.group[0].second, told.value));
    const auto& group = occurrence.values[0].second;
    for (const auto& told : definition.see(group, {.time = occurrence.time,
                                                   .origin = occurrence.origin,
                                                   .reference = occurrence.rule,
                                                   .value = occurrence.values[1].second}))
      wanted.push_back(shown(told.time, told.origin, group, told.measured));
    EXPECT_EQ(got, wanted) << "step " << step << " seed " << seed;
    if (got != wanted) break;
    reports += got.size();
  }
  return reports;
}

struct Row {
  Type type{};
  std::optional<double> percentile{};
  double low = 0, high = 0;  // bounds that are crossed now and then
};
constexpr Row rows[] = {
    {Type::event_count, {}, 3, 5},        {Type::value_count, {}, 3, 4},
    {Type::temporal, {}, 2, 3},           {Type::temporal_ordered, {}, 2, 3},
    {Type::value_sum, {}, 3, 8},          {Type::value_avg, {}, 1, 2},
    {Type::value_min, {}, -2, 0},         {Type::value_max, {}, 3, 5},
    {Type::value_percentile, 50.0, 1, 2}, {Type::value_percentile, 90.0, 3, 5},
    {Type::value_percentile, 0.0, -2, 0}, {Type::value_percentile, {}, 25, 50},
};
constexpr Compare compares[] = {Compare::eq,  Compare::neq, Compare::gt,
                                Compare::gte, Compare::lt,  Compare::lte};

void compare_all(const Stream& stream) {
  unsigned seed = 1;
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::Message() << name_of(row.type) << " " << row.percentile.value_or(-1));
    std::size_t reports = 0;
    for (const auto how : compares) {
      SCOPED_TRACE(testing::Message() << "bound " << static_cast<int>(how));
      reports += compare(rule_set(row.type, {{how, row.low}}, row.percentile), stream, seed++);
    }
    reports += compare(
        rule_set(row.type, {{Compare::gte, row.low}, {Compare::lt, row.high}}, row.percentile),
        stream, seed++);
    EXPECT_GT(reports, 100U) << "too few to show anything";
  }
  for (const auto type : {Type::temporal, Type::temporal_ordered})
    EXPECT_GT(compare(rule_set(type, {}, {}), stream, seed++), 10U);
}

TEST(Window, ReportsInOrderWhatTheDefinitionSays) { compare_all({.late = 0}); }
TEST(Window, ReportsWithLateOccurrencesWhatTheDefinitionSays) { compare_all({.late = 0.3}); }
TEST(Window, ReportsInOneCrowdedGroupWhatTheDefinitionSays) {
  compare_all({.late = 0.5, .steps = 1500, .most_late = 19, .groups = 1});
}

// Every crossing is told whatever the order of arrival, at most a timespan from where it would
// be told in order. (Bounds that more occurrences cannot undo.)
void expect_covered(const std::set<std::pair<std::string, Time>>& some,
                    const std::set<std::pair<std::string, Time>>& others) {
  for (const auto& [group, time] : some)
    EXPECT_TRUE(std::ranges::any_of(others,
                                    [&](const auto& other) {
                                      return other.first == group &&
                                             std::chrono::abs(other.second - time) < timespan;
                                    }))
        << group << " at " << std::chrono::duration<double>(time - dawn).count();
}

TEST(Window, TellsEveryCrossingInWhateverOrderOccurrencesCome) {
  for (const auto& [type, bound] :
       {std::pair(Type::event_count, 4.0), std::pair(Type::value_count, 3.0),
        std::pair(Type::temporal, 3.0), std::pair(Type::temporal_ordered, 3.0),
        std::pair(Type::value_max, 5.0)}) {
    SCOPED_TRACE(name_of(type));
    const auto set = rule_set(type, {{Compare::gte, bound}}, {});
    Source source({.late = 0}, 7);
    std::vector<Occurrence> stream(3000);
    for (auto& occurrence : stream) occurrence = source.next();
    auto mixed = stream;
    std::mt19937 random(11);
    for (std::size_t i = 0; i + 12 <= mixed.size(); i += 12)
      std::shuffle(mixed.begin() + static_cast<std::ptrdiff_t>(i),
                   mixed.begin() + static_cast<std::ptrdiff_t>(i) + 12, random);
    const auto told = [&](const std::vector<Occurrence>& occurrences) {
      Correlator correlator(set);
      std::vector<Correlated> out;
      for (const auto& occurrence : occurrences) correlator.see(occurrence, out);
      std::set<std::pair<std::string, Time>> crossings;
      for (const auto& one : out) crossings.emplace(one.group[0].second, one.time);
      return crossings;
    };
    const auto in_order = told(stream);
    EXPECT_GT(in_order.size(), 20U);
    expect_covered(in_order, told(mixed));
    expect_covered(told(mixed), in_order);
  }
}

TEST(Window, SumsForgetTheRoundingOfWhatHasLeft) {
  const Terms terms{.type = Type::value_sum, .timespan = seconds(100), .references = 1};
  Window window(terms);
  Window::Found found;
  for (int i = 0; i < 50'000; ++i) {
    const int turn = i % 5'000;
    const double number = turn == 0 ? 1e60 : turn == 1 ? 1e30 : 0.1;
    window.put(terms, {.at = {.time = dawn + seconds(i)}, .number = number}, {}, found);
    window.forget(terms, dawn + seconds(i), seconds(0));
    if (turn == 4'999) {
      EXPECT_NEAR(found.values.back(), 10.0, 1e-9) << i;
    }
  }
}

}  // namespace
}  // namespace haidang::detect
