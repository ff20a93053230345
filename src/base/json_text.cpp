#include "base/json_text.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/utf8.hpp"

namespace haidang {
namespace {

constexpr std::uint64_t each_byte(std::uint64_t value) { return value * 0x0101010101010101ULL; }

// A bit in every byte that is zero; bytes above a zero one may be marked too, which only costs
// time.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - each_byte(1)) & ~word & each_byte(0x80);
}

// Whether some byte of the word is a control, a quote, a backslash or no ASCII.
constexpr bool needs_care(std::uint64_t word) {
  const std::uint64_t control = (word - each_byte(0x20)) & ~word;
  const std::uint64_t quote = zero_bytes(word ^ each_byte('"'));
  const std::uint64_t backslash = zero_bytes(word ^ each_byte('\\'));
  return ((control | quote | backslash | word) & each_byte(0x80)) != 0;
}

constexpr bool is_plain(char c) { return c >= 0x20 && c != '"' && c != '\\' && text::is_ascii(c); }

// How many bytes at the front stand in JSON as they are. PERF: eight at a time; most values are
// all plain, and one append() of the whole beats any byte loop.
std::size_t plain_prefix(std::string_view text) {
  std::size_t i = 0;
  for (std::uint64_t word = 0; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    if (needs_care(word)) break;
  }
  while (i < text.size() && is_plain(text[i])) ++i;
  return i;
}

// The letter after the backslash, or 0: "\u00xx".
constexpr char short_escape(char c) {
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  const auto at = escaped.find(c);
  return at == escaped.npos ? '\0' : letters[at];
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += '\\';
  if (const char letter = short_escape(c); letter != '\0') {
    out += letter;
  } else {
    out += {'u', '0', '0', hex[byte >> 4U], hex[byte & 0xFU]};
  }
}

// The byte or sequence at the front; returns how many bytes it was.
std::size_t append_with_care(std::string& out, std::string_view text) {
  if (text::is_ascii(text.front())) {
    append_escape(out, text.front());
    return 1;
  }
  const text::CodePoint read = text::read_code_point(text);
  if (read.ok) {
    out += text.substr(0, read.size);
  } else {
    text::append_code_point(out, text::replacement);
  }
  return read.size;
}

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  while (true) {
    const std::size_t plain = plain_prefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    text.remove_prefix(append_with_care(out, text));
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, text);
  out += '"';
}

void append_json_key(std::string& out, std::string_view key) {
  if (!out.empty() && out.back() != '{') out += ',';
  append_json_string(out, key);
  out += ':';
}

}  // namespace haidang
