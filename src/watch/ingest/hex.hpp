// Hexadecimal digits, read.
#pragma once

#include <string_view>

namespace haidang::ingest {

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}
constexpr bool is_hex(char c) { return hex_value(c) >= 0; }
constexpr bool is_hex_pair(std::string_view text) {
  return text.size() >= 2 && is_hex(text[0]) && is_hex(text[1]);
}
// The byte that the first two digits stand for.
constexpr char hex_pair(std::string_view text) {
  return static_cast<char>(hex_value(text[0]) * 16 + hex_value(text[1]));
}

}  // namespace haidang::ingest
