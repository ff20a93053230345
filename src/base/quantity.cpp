#include "base/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace haidang {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t amount;
};

constexpr std::array duration_units{
    Unit{"w", 604'800'000'000'000},
    Unit{"d", 86'400'000'000'000},
    Unit{"h", 3'600'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"ms", 1'000'000},
    Unit{"us", 1'000},
    Unit{"ns", 1},
};

constexpr std::array size_units{
    Unit{"TiB", 1ULL << 40U},
    Unit{"GiB", 1ULL << 30U},
    Unit{"MiB", 1ULL << 20U},
    Unit{"KiB", 1ULL << 10U},
    Unit{"B", 1},
    Unit{"kB", 1'000},
    Unit{"MB", 1'000'000},
    Unit{"GB", 1'000'000'000},
    Unit{"TB", 1'000'000'000'000},
};

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return c | 0x20; }, [](char c) { return c | 0x20; });
}

// A number and the letters after it, taken off the front of `text`.
struct Term {
  std::uint64_t number;
  std::string_view unit;
};

std::optional<Term> take_term(std::string_view& text) {
  Term term{};
  const char* const begin = text.data();
  const auto [rest, failed] = std::from_chars(begin, begin + text.size(), term.number);
  if (failed != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - begin));
  const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
  term.unit = text.substr(0, letters);
  text.remove_prefix(letters);
  return term;
}

// Adds number × unit to `sum`; false if it would pass `most`.
bool add_within(std::uint64_t& sum, std::uint64_t number, std::uint64_t unit, std::uint64_t most) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(number, unit, &product)) return false;
  return !__builtin_add_overflow(sum, product, &sum) && sum <= most;
}

std::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return invalid(fmt::format("'{}' {}", text::shown(text), why));
}

constexpr std::string_view duration_form = "is not a duration; write it as 30s, 5m or 1h30m";
constexpr std::string_view size_form = "is not a size; write it as 512B, 64MiB or 2GB";

}  // namespace

Result<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [rest, failed] = std::from_chars(begin, end, value);
  if (failed == std::errc::result_out_of_range) return bad(text, "has too many digits");
  if (failed != std::errc{} || rest != end) return bad(text, "is not a whole number");
  return value;
}

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds{0};
  if (text.empty()) return bad(text, duration_form);
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::uint64_t sum = 0;
  const auto* larger = duration_units.begin();  // units before it are used up
  for (std::string_view rest = text; !rest.empty();) {
    const auto term = take_term(rest);
    if (!term) return bad(text, duration_form);
    const auto* const unit = std::find_if(larger, duration_units.end(),
                                          [&](auto known) { return known.name == term->unit; });
    if (unit == duration_units.end()) return bad(text, duration_form);
    if (!add_within(sum, term->number, unit->amount, most)) return bad(text, "is too long");
    larger = unit + 1;
  }
  return std::chrono::nanoseconds{static_cast<std::int64_t>(sum)};
}

std::string format_duration(std::chrono::nanoseconds duration) {
  if (duration.count() == 0) return "0";
  std::string out = duration.count() < 0 ? "-" : "";
  const auto bits = static_cast<std::uint64_t>(duration.count());
  std::uint64_t left = duration.count() < 0 ? 0 - bits : bits;
  for (const Unit& unit : duration_units) {
    if (left < unit.amount) continue;
    out += fmt::format("{}{}", left / unit.amount, unit.name);
    left %= unit.amount;
  }
  return out;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  if (text == "0") return 0;
  std::string_view rest = text;
  const auto term = take_term(rest);
  if (!term || !rest.empty()) return bad(text, size_form);
  const auto* const unit = std::ranges::find_if(
      size_units, [&](const Unit& known) { return same_letters(known.name, term->unit); });
  if (unit == size_units.end()) return bad(text, size_form);
  std::uint64_t bytes = 0;
  if (!add_within(bytes, term->number, unit->amount, std::numeric_limits<std::uint64_t>::max())) {
    return bad(text, "is too large");
  }
  return bytes;
}

std::string format_size(std::uint64_t bytes) {
  if (bytes == 0) return "0";
  // The binary ones come first, and B, which always fits, before the decimal ones.
  const auto* const unit =
      std::ranges::find_if(size_units, [&](auto known) { return bytes % known.amount == 0; });
  return fmt::format("{}{}", bytes / unit->amount, unit->name);
}

}  // namespace haidang
