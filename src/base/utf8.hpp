// One code point of UTF-8, read and written.
//
// Reading never fails and never looks past the end: an ill-formed sequence
// comes back as U+FFFD with `ok` false, and `size` is the maximal subpart to
// skip (Unicode 15 §3.9, the practice of the WHATWG decoder), so a scan always
// goes forward. Overlong forms, surrogates and code points past U+10FFFF are ill-formed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace haidang::text {

constexpr char32_t replacement = 0xFFFD;

struct CodePoint {
  char32_t value;
  std::uint8_t size;  // bytes read: 1..4
  bool ok;
};

// `bytes` must not be empty.
CodePoint read_code_point(std::string_view bytes);

// Surrogates and values past U+10FFFF are written as U+FFFD.
void append_code_point(std::string& out, char32_t value);

constexpr bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

}  // namespace haidang::text
