#include "base/utf8.hpp"

namespace haidang::text {
namespace {

constexpr unsigned char byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

// What a lead byte announces: how many bytes follow, and the bounds of the first of them
// (Unicode 15, table 3-7).
struct Lead {
  std::uint8_t follow;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

constexpr Lead lead_of(unsigned char lead) {
  if (lead < 0xC2 || lead > 0xF4) return {0};
  if (lead < 0xE0) return {1};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead < 0xF0) return {2};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {3};
}

CodePoint read_sequence(std::string_view bytes, Lead lead) {
  char32_t value = byte_at(bytes, 0) & (0x3FU >> lead.follow);
  for (std::uint8_t i = 1; i <= lead.follow; ++i) {
    const bool first = i == 1;
    if (i >= bytes.size() || byte_at(bytes, i) < (first ? lead.low : 0x80) ||
        byte_at(bytes, i) > (first ? lead.high : 0xBF)) {
      return {replacement, i, false};
    }
    value = value << 6U | (byte_at(bytes, i) & 0x3FU);
  }
  return {value, static_cast<std::uint8_t>(lead.follow + 1), true};
}

constexpr char tail(char32_t value, unsigned shift) {
  return static_cast<char>(0x80U | (value >> shift & 0x3FU));
}

constexpr bool encodable(char32_t value) {
  return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

}  // namespace

CodePoint read_code_point(std::string_view bytes) {
  const unsigned char lead = byte_at(bytes, 0);
  if (lead < 0x80) return {lead, 1, true};
  const Lead shape = lead_of(lead);
  if (shape.follow == 0) return {replacement, 1, false};
  return read_sequence(bytes, shape);
}

void append_code_point(std::string& out, char32_t value) {
  if (!encodable(value)) value = replacement;
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += {static_cast<char>(0xC0U | value >> 6U), tail(value, 0)};
  } else if (value < 0x10000) {
    out += {static_cast<char>(0xE0U | value >> 12U), tail(value, 6), tail(value, 0)};
  } else {
    out +=
        {static_cast<char>(0xF0U | value >> 18U), tail(value, 12), tail(value, 6), tail(value, 0)};
  }
}

}  // namespace haidang::text
