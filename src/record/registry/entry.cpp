#include "record/registry/entry.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace haidang::registry {
namespace {

constexpr auto first_day = std::chrono::sys_days{std::chrono::year{1900} / 1 / 1};

bool digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

template <class Number>
Number number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Result<Day> parse_day(std::string_view text) {
  const auto bad = [&] {
    return invalid("'" + text::shown(text) + "' is no day; write 2026-07-31");
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad();
  if (!digits(text.substr(0, 4)) || !digits(text.substr(5, 2)) || !digits(text.substr(8))) {
    return bad();
  }
  const std::chrono::year_month_day day{std::chrono::year{number<int>(text.substr(0, 4))},
                                        std::chrono::month{number<unsigned>(text.substr(5, 2))},
                                        std::chrono::day{number<unsigned>(text.substr(8))}};
  if (!day.ok() || Day{day} < first_day) return bad();
  return Day{day};
}

std::string format_day(Day day) {
  const std::chrono::year_month_day parts{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(parts.year()),
                     static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day()));
}

Day day_of(Time time) { return std::chrono::floor<std::chrono::days>(time + vietnam); }

}  // namespace haidang::registry
