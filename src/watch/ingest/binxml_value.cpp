#include "watch/ingest/binxml_value.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "watch/ingest/utf16.hpp"

namespace haidang::ingest {
namespace {

using event::Kind;

template <class Number>
Number load(std::string_view bytes, std::size_t at = 0) {
  Number value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    fmt::format_to(std::back_inserter(text), "{:02X}", static_cast<unsigned char>(c));
  return text;
}

template <class Number>
std::string decimal(std::string_view bytes) {
  return fmt::format("{}", load<Number>(bytes));
}
template <class Number>
std::string hexadecimal(std::string_view bytes) {
  return fmt::format("0x{:x}", load<Number>(bytes));
}
// int8 is a character to fmt.
std::string signed_byte(std::string_view bytes) {
  return fmt::format("{}", int{load<std::int8_t>(bytes)});
}
std::string unsigned_byte(std::string_view bytes) {
  return fmt::format("{}", unsigned{load<std::uint8_t>(bytes)});
}
std::string boolean(std::string_view bytes) {
  return load<std::uint32_t>(bytes) != 0 ? "true" : "false";
}

std::string guid(std::string_view bytes) {
  return fmt::format("{:08X}-{:04X}-{:04X}-{}-{}", load<std::uint32_t>(bytes),
                     load<std::uint16_t>(bytes, 4), load<std::uint16_t>(bytes, 6),
                     hex(bytes.substr(8, 2)), hex(bytes.substr(10)));
}

// 100 ns since 1601.
std::string file_time(std::string_view bytes) {
  using namespace std::chrono;
  constexpr std::uint64_t per_second = 10'000'000;
  const auto ticks = load<std::uint64_t>(bytes);
  const sys_seconds time = sys_days{year{1601} / 1 / 1} + seconds{ticks / per_second};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     ticks % per_second / 10);
}

// year, month, weekday, day, hour, minute, second, millisecond
std::string system_time(std::string_view bytes) {
  const auto part = [bytes](std::size_t i) { return load<std::uint16_t>(bytes, i * 2); };
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", part(0), part(1), part(3),
                     part(4), part(5), part(6), part(7));
}

std::string floating(double value) { return fmt::format("{}", value); }
std::string single(std::string_view bytes) { return floating(double{load<float>(bytes)}); }
std::string twice(std::string_view bytes) { return floating(load<double>(bytes)); }

struct Type {
  std::uint8_t code;
  std::size_t size;
  Kind kind;
  std::string (*text)(std::string_view);
};

constexpr std::array types{
    Type{0x03, 1, Kind::number, signed_byte},
    Type{0x04, 1, Kind::number, unsigned_byte},
    Type{0x05, 2, Kind::number, decimal<std::int16_t>},
    Type{0x06, 2, Kind::number, decimal<std::uint16_t>},
    Type{0x07, 4, Kind::number, decimal<std::int32_t>},
    Type{0x08, 4, Kind::number, decimal<std::uint32_t>},
    Type{0x09, 8, Kind::number, decimal<std::int64_t>},
    Type{0x0A, 8, Kind::number, decimal<std::uint64_t>},
    Type{0x0B, 4, Kind::number, single},
    Type{0x0C, 8, Kind::number, twice},
    Type{0x0D, 4, Kind::boolean, boolean},
    Type{0x0F, 16, Kind::text, guid},
    Type{0x10, 8, Kind::text, hexadecimal<std::uint64_t>},
    Type{0x10, 4, Kind::text, hexadecimal<std::uint32_t>},
    Type{0x11, 8, Kind::text, file_time},
    Type{0x12, 16, Kind::text, system_time},
    Type{0x14, 4, Kind::text, hexadecimal<std::uint32_t>},
    Type{0x15, 8, Kind::text, hexadecimal<std::uint64_t>},
};

const Type* find_type(std::uint8_t code, std::size_t size) {
  const auto* found = std::ranges::find_if(
      types, [=](const Type& type) { return type.code == code && type.size == size; });
  return found == types.end() ? nullptr : found;
}

// S-1-5-21-…; empty if the bytes are no SID.
std::string sid(std::string_view bytes) {
  if (bytes.size() < 8) return {};
  const auto parts = load<std::uint8_t>(bytes, 1);
  if (bytes.size() < 8 + std::size_t{parts} * 4) return {};
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8U | load<std::uint8_t>(bytes, i);
  std::string text = fmt::format("S-{}-{}", unsigned{load<std::uint8_t>(bytes)}, authority);
  for (std::size_t i = 0; i < parts; ++i)
    fmt::format_to(std::back_inserter(text), "-{}", load<std::uint32_t>(bytes, 8 + i * 4));
  return text;
}

std::string latin1(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, bytes.find('\0')))
    text::append_code_point(text, static_cast<unsigned char>(c));
  return text;
}

XmlValue value_of(std::uint8_t type, std::string_view bytes, Arena& arena) {
  if (type == 0x01) return {utf8_of(bytes, arena)};
  if (type == 0x02) return {arena.keep(latin1(bytes))};
  if (type == 0x13) {
    if (const std::string text = sid(bytes); !text.empty()) return {arena.keep(text)};
  }
  const Type* known = find_type(type, bytes.size());
  if (known == nullptr) return {arena.keep(hex(bytes))};
  const std::string text = known->text(bytes);
  const bool no_json_number =
      known->kind == Kind::number && text.find_first_of("ni") != std::string::npos;
  return {arena.keep(text), no_json_number ? Kind::text : known->kind};
}

// Strings of an array stand one after another, each with its NUL.
void append_strings(std::string_view units, Arena& arena, std::vector<XmlValue>& values) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at + 1 < units.size(); at += 2) {
    if (units[at] != '\0' || units[at + 1] != '\0') continue;
    values.push_back({utf8_of(units.substr(begin, at - begin), arena)});
    begin = at + 2;
  }
  if (begin + 1 < units.size()) values.push_back({utf8_of(units.substr(begin), arena)});
}

void append_array(std::uint8_t type, std::string_view bytes, Arena& arena,
                  std::vector<XmlValue>& values) {
  if (type == 0x01) return append_strings(bytes, arena, values);
  const auto* known = std::ranges::find(types, type, &Type::code);
  if (known == types.end() || bytes.size() % known->size != 0)
    return values.push_back({arena.keep(hex(bytes))});
  for (std::size_t at = 0; at < bytes.size(); at += known->size)
    values.push_back(value_of(type, bytes.substr(at, known->size), arena));
}

}  // namespace

std::string_view utf8_of(std::string_view units, Arena& arena) {
  while (units.size() >= 2 && units.ends_with(std::string_view("\0\0", 2)) && units.size() % 2 == 0)
    units.remove_suffix(2);
  std::string text;
  char16_t pending = 0;
  append_utf8(text, units, ByteOrder::little, pending);
  if (pending != 0) text::append_code_point(text, text::replacement);
  return arena.keep(text);
}

void append_values(std::uint8_t type, std::string_view bytes, Arena& arena,
                   std::vector<XmlValue>& values) {
  constexpr std::uint8_t array = 0x80;
  if (type == binxml_null) return;
  if ((type & array) != 0) return append_array(type & ~array, bytes, arena, values);
  values.push_back(value_of(type, bytes, arena));
}

}  // namespace haidang::ingest
