#include <iterator>

#include <fmt/format.h>
#include <utf8proc.h>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace haidang::text {
namespace {

std::size_t width_of(char32_t value) {
  if (value >= 0x20 && value < 0x7F) return 1;
  const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(value));
  return width > 0 ? static_cast<std::size_t>(width) : 0;
}

// The bytes at the front that take at most `width` columns, marks of the last letter included.
std::size_t prefix_within(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    const CodePoint read = read_code_point(text.substr(i));
    used += width_of(read.value);
    if (used > width) break;
    i += read.size;
  }
  return i;
}

bool is_control(char32_t value) { return value < 0x20 || (value >= 0x7F && value < 0xA0); }

// Turns the reading direction (UAX #9): can make a message show other words than it holds.
bool is_direction(char32_t value) {
  return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069) ||
         value == 0x200E || value == 0x200F || value == 0x061C || value == 0x2028 ||
         value == 0x2029;
}

void append_shown(std::string& out, char32_t value) {
  if (is_control(value)) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(value));
  } else if (is_direction(value)) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(value));
  } else {
    append_code_point(out, value);
  }
}

}  // namespace

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  while (!text.empty()) {
    const CodePoint read = read_code_point(text);
    sum += width_of(read.value);
    text.remove_prefix(read.size);
  }
  return sum;
}

std::string clip(std::string_view text, std::size_t width) {
  if (prefix_within(text, width) == text.size()) return std::string(text);
  if (width == 0) return {};
  return std::string(text.substr(0, prefix_within(text, width - 1))) + "…";
}

std::string fit(std::string_view text, std::size_t width) {
  std::string out = clip(text, width);
  out.append(width - columns(out), ' ');
  return out;
}

std::string shown(std::string_view bytes, std::size_t width) {
  // Every code point but marks takes a column; a hostile run of marks is cut here.
  constexpr std::size_t bytes_per_column = 16;
  std::string_view rest = bytes.substr(0, (width + 1) * bytes_per_column);
  const bool cut = rest.size() < bytes.size();
  std::string out;
  while (!rest.empty()) {
    const CodePoint read = read_code_point(rest);
    append_shown(out, read.value);
    rest.remove_prefix(read.size);
  }
  if (cut) out += "…";
  return clip(out, width);
}

}  // namespace haidang::text
