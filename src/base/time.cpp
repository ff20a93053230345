#include "base/time.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace haidang {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

enum class Fault : std::uint8_t { shape, calendar, range };
using Read = std::expected<Time, Fault>;

constexpr std::int64_t first_second = 0;            // 1970-01-01T00:00:00Z
constexpr std::int64_t end_second = 9'214'646'400;  // 2262-01-01T00:00:00Z
constexpr std::array<std::int64_t, 10> powers_of_ten{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What is left to read. Each take_… moves on only when it returns true.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void skip() { rest_.remove_prefix(1); }

  bool take(char wanted) {
    if (peek() != wanted || done()) return false;
    skip();
    return true;
  }
  bool take_any(std::string_view wanted) {
    if (done() || wanted.find(peek()) == wanted.npos) return false;
    skip();
    return true;
  }
  // Exactly `count` digits.
  bool take_number(std::size_t count, unsigned& value) {
    if (rest_.size() < count) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return false;
      sum = sum * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    value = sum;
    return true;
  }
  // 1..9 digits after the point, as billionths.
  bool take_billionths(std::int64_t& value) {
    const std::size_t count = digits();
    if (count == 0 || count > 9) return false;
    unsigned read = 0;
    take_number(count, read);
    value = read * powers_of_ten[9 - count];
    return true;
  }
  // January is 1.
  bool take_month(unsigned& month) {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (rest_.size() < 3) return false;
    const auto at = names.find(rest_.substr(0, 3));
    if (at == names.npos || at % 3 != 0) return false;
    rest_.remove_prefix(3);
    month = static_cast<unsigned>(at / 3 + 1);
    return true;
  }
  [[nodiscard]] std::size_t digits() const {
    return static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
  }

 private:
  std::string_view rest_;
};

// The parts of a time as they stand in the text.
struct Parts {
  unsigned year = 1970, month = 1, day = 1;
  unsigned hour = 0, minute = 0, second = 0;
  std::int64_t nanosecond = 0;
  std::int64_t offset = 0;  // seconds
};

Read in_range(std::int64_t whole_seconds, std::int64_t nanosecond) {
  if (whole_seconds < first_second || whole_seconds >= end_second) {
    return std::unexpected(Fault::range);
  }
  return Time{seconds{whole_seconds} + nanoseconds{nanosecond}};
}

Read assemble(const Parts& parts) {
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(parts.year)},
                                         std::chrono::month{parts.month},
                                         std::chrono::day{parts.day}};
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) {
    return std::unexpected(Fault::calendar);
  }
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t clock = parts.hour * 3600 + parts.minute * 60 + parts.second;
  return in_range(days * 86'400 + clock - parts.offset, parts.nanosecond);
}

bool take_clock(Cursor& from, Parts& parts) {
  return from.take_number(2, parts.hour) && from.take(':') && from.take_number(2, parts.minute) &&
         from.take(':') && from.take_number(2, parts.second);
}

// A fraction, if a point begins one.
bool take_fraction(Cursor& from, Parts& parts) {
  return !from.take_any(".,") || from.take_billionths(parts.nanosecond);
}

// +07, +0700, +07:00
bool take_offset(Cursor& from, Parts& parts) {
  const bool west = from.peek() == '-';
  if (!from.take_any("+-")) return false;
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!from.take_number(2, hours)) return false;
  if (from.take(':') || !from.done()) {
    if (!from.take_number(2, minutes)) return false;
  }
  if (hours > 23 || minutes > 59) return false;
  const std::int64_t east = hours * 3600 + minutes * 60;
  parts.offset = west ? -east : east;
  return true;
}

// Nothing, Z, or an offset, which may stand apart.
bool take_zone(Cursor& from, Parts& parts) {
  if (from.done()) return true;
  if (from.take_any("Zz")) return from.done();
  from.take(' ');
  return take_offset(from, parts) && from.done();
}

Read read_rfc3339(std::string_view text) {
  Cursor from(text);
  Parts parts;
  const bool fits = from.take_number(4, parts.year) && from.take('-') &&
                    from.take_number(2, parts.month) && from.take('-') &&
                    from.take_number(2, parts.day) && from.take_any("Tt ") &&
                    take_clock(from, parts) && take_fraction(from, parts) && take_zone(from, parts);
  return fits ? assemble(parts) : std::unexpected(Fault::shape);
}

Read read_apache(std::string_view text) {
  Cursor from(text);
  Parts parts;
  const bool fits = from.take_number(2, parts.day) && from.take('/') &&
                    from.take_month(parts.month) && from.take('/') &&
                    from.take_number(4, parts.year) && from.take(':') && take_clock(from, parts) &&
                    from.take(' ') && take_offset(from, parts) && from.done();
  return fits ? assemble(parts) : std::unexpected(Fault::shape);
}

struct Unit {
  std::int64_t least;     // the first number that is read in this unit
  std::int64_t a_second;  // how many of it make one
};
// Each begins at the same moment, 1973-03-03.
constexpr std::array units{
    Unit{100'000'000'000'000'000, 1'000'000'000},
    Unit{100'000'000'000'000, 1'000'000},
    Unit{100'000'000'000, 1'000},
    Unit{100'000'000, 1},
};

Read read_epoch(std::string_view text) {
  Cursor from(text);
  if (from.digits() > 19) return std::unexpected(Fault::range);
  std::uint64_t number = 0;
  for (; is_digit(from.peek()); from.skip()) {
    number = number * 10 + static_cast<unsigned>(from.peek() - '0');
  }
  Parts parts;
  if (from.take('.') && !from.take_billionths(parts.nanosecond)) {
    return std::unexpected(Fault::shape);
  }
  if (!from.done()) return std::unexpected(Fault::shape);
  const auto value = static_cast<std::int64_t>(std::min<std::uint64_t>(number, INT64_MAX));
  const auto* const unit = std::ranges::find_if(units, [&](auto u) { return value >= u.least; });
  if (unit == units.end()) return std::unexpected(Fault::shape);
  const std::int64_t below = value % unit->a_second * (1'000'000'000 / unit->a_second);
  return in_range(value / unit->a_second, below + parts.nanosecond / unit->a_second);
}

// The form is told by the first character that is not a digit.
Read read_time(std::string_view text) {
  const std::size_t digits = Cursor(text).digits();
  if (digits == 4 && text.substr(4).starts_with('-')) return read_rfc3339(text);
  if (digits == 2 && text.substr(2).starts_with('/')) return read_apache(text);
  if (digits > 0) return read_epoch(text);
  return std::unexpected(Fault::shape);
}

Error time_error(Fault fault, std::string_view text) {
  constexpr std::array<std::string_view, 3> told{
      "not a time; write it as 2026-01-31T07:00:00+07:00 or as seconds since 1970",
      "no such date or time of day",
      "a time outside the years 1970 to 2261",
  };
  return {Error::Kind::invalid,
          "'" + text::shown(text) + "': " + std::string(told[static_cast<std::size_t>(fault)])};
}

bool take_syslog(std::string_view text, Parts& parts) {
  Cursor from(text);
  if (!from.take_month(parts.month) || !from.take(' ')) return false;
  const std::size_t digits = from.take(' ') ? 1 : std::clamp<std::size_t>(from.digits(), 1, 2);
  return from.take_number(digits, parts.day) && from.take(' ') && take_clock(from, parts) &&
         take_fraction(from, parts) && from.done();
}

// The last year in which this date was (29 February: up to eight years back).
Read latest_year(Parts parts, Time reference) {
  constexpr std::chrono::days ahead{1};
  const Time bound = reference > Time::max() - ahead ? Time::max() : reference + ahead;
  const int year = wall_clock(bound).year + 1;  // the sender's calendar may be a day ahead
  for (int candidate = year; candidate > year - 10 && candidate >= 1970; --candidate) {
    parts.year = static_cast<unsigned>(candidate);
    const Read read = assemble(parts);
    if (read && *read <= bound) return read;
  }
  return std::unexpected(Fault::calendar);
}

std::int64_t floor_seconds(Time time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

// Not by subtracting floor_seconds(), which as nanoseconds would lie before Time::min().
unsigned below_a_second(Time time) {
  constexpr std::int64_t a_second = 1'000'000'000;
  const std::int64_t rest = time.time_since_epoch().count() % a_second;
  return static_cast<unsigned>(rest < 0 ? rest + a_second : rest);
}

}  // namespace

Result<Time> parse_time(std::string_view text) {
  const Read read = read_time(text);
  if (!read) return std::unexpected(time_error(read.error(), text));
  return *read;
}

Result<Time> parse_syslog_time(std::string_view text, Time reference, Offset offset) {
  Parts parts;
  parts.offset = seconds{offset}.count();
  const Read read = take_syslog(text, parts) ? latest_year(parts, reference)
                                             : Read{std::unexpected(Fault::shape)};
  if (!read) return std::unexpected(time_error(read.error(), text));
  return *read;
}

Time now() { return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()); }

WallClock wall_clock(Time time, Offset offset) {
  using namespace std::chrono;
  const sys_seconds local{seconds{floor_seconds(time)} + offset};
  const auto date = floor<days>(local);
  const year_month_day ymd{date};
  const auto clock = static_cast<unsigned>((local - date).count());
  const unsigned weekday_number = weekday{date}.iso_encoding();
  // An ISO week belongs to the year of its Thursday.
  const auto thursday = date + days{4 - static_cast<int>(weekday_number)};
  const year week_year = year_month_day{thursday}.year();
  const auto days_in = (thursday - sys_days{week_year / January / 1}).count();
  return {
      .year = static_cast<int>(ymd.year()),
      .month = static_cast<unsigned>(ymd.month()),
      .day = static_cast<unsigned>(ymd.day()),
      .hour = clock / 3600,
      .minute = clock / 60 % 60,
      .second = clock % 60,
      .nanosecond = below_a_second(time),
      .weekday = weekday_number,
      .week_year = static_cast<int>(week_year),
      .week = static_cast<unsigned>(days_in / 7 + 1),
  };
}

}  // namespace haidang
