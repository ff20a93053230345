// Points in time as logs write them, and the calendar a wall shows for them.
//
// A Time is nanoseconds since 1970 in UTC, without leap seconds (":60" is read
// as the second after). Read times lie in the years 1970..2261; anything else
// is an error, never an overflow. Reading does not allocate unless it fails.
// Sources: RFC 3339, RFC 3164 §4.1.2, Apache's %t, ISO 8601 weeks.
// Time zones with daylight saving are not known here, only offsets: Vietnam has one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace haidang {

using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
using Offset = std::chrono::minutes;  // east of Greenwich is positive

constexpr Offset utc{0};
constexpr Offset vietnam{7 * 60};

// Any form that names its year:
//   2026-01-31T07:00:00.123456789+07:00   T or space; 1..9 digits after . or ,; Z, +0700, +07;
//   2026-01-31 07:00:00                   without a zone it is UTC
//   17/May/2015:10:05:03 +0000            Apache
//   1521911721.255387                     epoch in s, ms, us or ns, told by its magnitude; numbers
//                                         that would lie before March 1973 are refused: they are
//                                         counters, years or up-times more often than times
Result<Time> parse_time(std::string_view text);

// RFC 3164: "Mar  7 13:06:56", fraction allowed, on a clock at `offset`. The year is the one that
// puts it nearest to `reference` but at most a day after it: senders' clocks run ahead a little,
// and in January the logs of December arrive.
Result<Time> parse_syslog_time(std::string_view text, Time reference, Offset offset = utc);

enum class Fraction : std::uint8_t { none = 0, millis = 3, micros = 6, nanos = 9, shortest = 10 };

// RFC 3339: "2026-01-31T00:00:00.123Z", or with "+07:00" when `offset` is not zero. `shortest`
// leaves out what is zero, in steps of three digits. Digits that are left out are cut, not rounded.
std::string format_time(Time time, Fraction fraction = Fraction::shortest, Offset offset = utc);
void append_time(std::string& out, Time time, Fraction fraction = Fraction::shortest,
                 Offset offset = utc);

Time now();

struct WallClock {
  int year;
  unsigned month;       // 1..12
  unsigned day;         // 1..31
  unsigned hour;        // 0..23
  unsigned minute;      // 0..59
  unsigned second;      // 0..59
  unsigned nanosecond;  // 0..999'999'999
  unsigned weekday;     // 1 is Monday .. 7 (ISO 8601)
  int week_year;        // the year the ISO week belongs to
  unsigned week;        // 1..53
};
WallClock wall_clock(Time time, Offset offset = utc);

}  // namespace haidang
