#include <array>

#include "base/time.hpp"

namespace haidang {
namespace {

void append_digits(std::string& out, unsigned value, std::size_t count) {
  std::array<char, 9> digits{};
  for (std::size_t i = count; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits.data(), count);
}

std::size_t digits_of(Fraction fraction, unsigned nanosecond) {
  if (fraction != Fraction::shortest) return static_cast<std::size_t>(fraction);
  if (nanosecond == 0) return 0;
  if (nanosecond % 1'000'000 == 0) return 3;
  return nanosecond % 1'000 == 0 ? 6 : 9;
}

void append_fraction(std::string& out, unsigned nanosecond, std::size_t digits) {
  if (digits == 0) return;
  for (std::size_t i = digits; i < 9; ++i) nanosecond /= 10;
  out += '.';
  append_digits(out, nanosecond, digits);
}

void append_offset(std::string& out, Offset offset) {
  if (offset == utc) {
    out += 'Z';
    return;
  }
  const auto minutes = static_cast<unsigned>(std::chrono::abs(offset).count());
  out += offset < utc ? '-' : '+';
  append_digits(out, minutes / 60, 2);
  out += ':';
  append_digits(out, minutes % 60, 2);
}

}  // namespace

void append_time(std::string& out, Time time, Fraction fraction, Offset offset) {
  const WallClock wall = wall_clock(time, offset);
  append_digits(out, static_cast<unsigned>(wall.year), 4);
  struct Part {
    char before;
    unsigned value;
  };
  for (const Part part : {Part{'-', wall.month}, Part{'-', wall.day}, Part{'T', wall.hour},
                          Part{':', wall.minute}, Part{':', wall.second}}) {
    out += part.before;
    append_digits(out, part.value, 2);
  }
  append_fraction(out, wall.nanosecond, digits_of(fraction, wall.nanosecond));
  append_offset(out, offset);
}

std::string format_time(Time time, Fraction fraction, Offset offset) {
  std::string out;
  out.reserve(sizeof "2026-01-31T07:00:00.123456789+07:00");
  append_time(out, time, fraction, offset);
  return out;
}

}  // namespace haidang
