#include <cstdint>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace haidang::text {
namespace {

using AppendUnit = void (*)(std::string& out, unsigned unit);

void append_little(std::string& out, unsigned unit) {
  out += static_cast<char>(unit & 0xFFU);
  out += static_cast<char>(unit >> 8U);
}

void append_big(std::string& out, unsigned unit) {
  out += static_cast<char>(unit >> 8U);
  out += static_cast<char>(unit & 0xFFU);
}

void append_utf16(std::string& out, char32_t value, AppendUnit append) {
  if (value < 0x10000) return append(out, static_cast<unsigned>(value));
  const char32_t above = value - 0x10000;
  append(out, 0xD800U | static_cast<unsigned>(above >> 10U));
  append(out, 0xDC00U | static_cast<unsigned>(above & 0x3FFU));
}

std::string utf16(std::string_view text, AppendUnit append) {
  std::string out;
  out.reserve(text.size() * 2);
  while (!text.empty()) {
    const CodePoint read = read_code_point(text);
    append_utf16(out, read.value, append);
    text.remove_prefix(read.size);
  }
  return out;
}

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// One to three bytes become four letters; '=' stands for the missing ones.
void append_base64_group(std::string& out, std::string_view group) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
  }
  for (unsigned i = 0; i < 4; ++i) {
    out += i <= group.size() ? base64_letters[bits >> (18 - 6 * i) & 0x3FU] : '=';
  }
}

}  // namespace

std::string utf16le(std::string_view text) { return utf16(text, append_little); }
std::string utf16be(std::string_view text) { return utf16(text, append_big); }

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) append_base64_group(out, bytes.substr(i, 3));
  return out;
}

}  // namespace haidang::text
