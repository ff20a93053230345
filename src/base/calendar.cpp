#include "base/calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "base/yaml.hpp"

namespace haidang {

using std::chrono::sys_days;
using yaml::Node;

namespace {

struct Days {
  std::array<bool, 7> weekly{};  // Sunday first
  std::set<sys_days> off{};
  std::set<sys_days> worked{};
  std::set<int> complete{};
};

constexpr yaml::Limits limits{.most_nodes = 20'000, .deepest = 6, .most_bytes = 1U << 20};
constexpr std::chrono::days longest_range{31};
constexpr std::array<std::string_view, 7> weekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};
// Where a Time ends; a term that would go on is cut there.
const sys_days last_day{std::chrono::year(2262) / 4 / 1};

struct Range {
  sys_days first;
  sys_days last;
};

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<sys_days> day_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number<int>(text.substr(0, 4));
  const auto month = number<unsigned>(text.substr(5, 2));
  const auto day = number<unsigned>(text.substr(8, 2));
  if (!year || *year < 1970 || *year > 2261 || !month || !day) return std::nullopt;
  const auto date = std::chrono::year(*year) / std::chrono::month(*month) / std::chrono::day(*day);
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

// "2026-01-01" or "2026-02-16..2026-02-20"
std::optional<Range> range_of(std::string_view text) {
  const auto dots = text.find("..");
  const auto first = day_of(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : day_of(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first > longest_range) return std::nullopt;
  return Range{*first, *last};
}

int year_of(sys_days day) { return static_cast<int>(std::chrono::year_month_day(day).year()); }

class Reader {
 public:
  Reader(std::string_view file, Days& into) : file_(file), into_(into) {}

  Result<> read(const Node& root) {
    TRY_VOID(only(root, {"calendar", "weekly", "years"}));
    const Node* weekly = root.find("weekly");
    const Node* years = root.find("years");
    if (weekly == nullptr || years == nullptr || !years->is_mapping())
      return refuse(root, "a calendar needs 'weekly' and 'years'");
    TRY_VOID(read_weekly(*weekly));
    for (const auto& year : years->items) TRY_VOID(read_year(year));
    return {};
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(const Node& at, std::string what) const {
    return invalid(std::move(what), yaml::place(file_, at));
  }

  [[nodiscard]] Result<> only(const Node& node,
                              std::initializer_list<std::string_view> known) const {
    if (!node.is_mapping()) return refuse(node, "must be a mapping");
    for (const auto& item : node.items)
      if (std::ranges::find(known, item.key) == known.end())
        return refuse(item, fmt::format("unknown key '{}'{}", item.key,
                                        did_you_mean(item.key, {known.begin(), known.size()})));
    return {};
  }

  Result<> read_weekly(const Node& node) {
    for (const auto& name : node.texts()) {
      const auto found = std::ranges::find(weekdays, name);
      if (found == weekdays.end())
        return refuse(node, fmt::format("unknown day '{}'{}", name, did_you_mean(name, weekdays)));
      into_.weekly.at(static_cast<std::size_t>(found - weekdays.begin())) = true;
    }
    // Without it a term of working days would never end.
    if (std::ranges::find(into_.weekly, true) == into_.weekly.end())
      return refuse(node, "'weekly' needs at least one day, as [monday, friday]");
    return {};
  }

  Result<> read_year(const Node& node) {
    TRY_VOID(only(node, {"complete", "off", "worked"}));
    const auto year = number<int>(node.key);
    if (!year || *year < 1970 || *year > 2261)
      return refuse(node, fmt::format("'{}' is not a year", node.key));
    const auto complete = node.text_of("complete");
    if (complete != "true" && complete != "false")
      return refuse(node, "say 'complete: true' or 'complete: false'");
    if (complete == "true") into_.complete.insert(*year);
    TRY_VOID(read_days(node.find("off"), *year, into_.off, into_.worked));
    return read_days(node.find("worked"), *year, into_.worked, into_.off);
  }

  Result<> read_days(const Node* node, int year, std::set<sys_days>& into,
                     const std::set<sys_days>& others) {
    if (node == nullptr) return {};
    if (!node->is_mapping()) return refuse(*node, "must be a mapping of days to their names");
    for (const auto& item : node->items) TRY_VOID(read_range(item, year, into, others));
    return {};
  }

  Result<> read_range(const Node& item, int year, std::set<sys_days>& into,
                      const std::set<sys_days>& others) {
    const auto range = range_of(item.key);
    if (!range)
      return refuse(item, fmt::format("'{}' must be a day as 2026-01-01, or days as "
                                      "2026-02-16..2026-02-20, at most 32",
                                      item.key));
    if (year_of(range->first) != year || year_of(range->last) != year)
      return refuse(item, fmt::format("'{}' does not lie in {}", item.key, year));
    for (auto day = range->first; day <= range->last; day += std::chrono::days(1))
      if (others.contains(day) || !into.insert(day).second)
        return refuse(item, fmt::format("'{}' holds a day that is named already", item.key));
    return {};
  }

  std::string_view file_;
  Days& into_;
};

sys_days vietnam_day(Time time) { return std::chrono::floor<std::chrono::days>(time + vietnam); }

Time end_of(sys_days day) {
  return Time(day + std::chrono::days(1)) - vietnam - std::chrono::nanoseconds(1);
}

}  // namespace

struct Calendar::State {
  Days days{};
};

Result<Calendar> Calendar::parse(std::string_view yaml, std::string_view file) {
  TRY(const auto documents, yaml::parse(yaml, file, limits));
  if (documents.size() != 1)
    return invalid("a file holds exactly one calendar", fmt::format("{}:1", file));
  auto state = std::make_shared<State>();
  TRY_VOID(Reader(file, state->days).read(documents.front()));
  Calendar calendar;
  calendar.state_ = std::move(state);
  return calendar;
}

Result<Calendar> Calendar::load(const std::filesystem::path& file) {
  TRY(const auto text, read_file(file, limits.most_bytes));
  return parse(text, file.string());
}

bool Calendar::works(sys_days day) const {
  if (state_->days.off.contains(day)) return false;
  if (state_->days.worked.contains(day)) return true;
  return state_->days.weekly.at(std::chrono::weekday(day).c_encoding());
}

bool Calendar::known(int year) const { return state_->days.complete.contains(year); }

Time Calendar::after_working_days(Time from, std::uint32_t days) const {
  auto day = vietnam_day(from);
  for (std::uint32_t passed = 0; passed < days && day < last_day;) {
    day += std::chrono::days(1);
    if (works(day)) ++passed;
  }
  return end_of(std::min(day, last_day));
}

}  // namespace haidang
