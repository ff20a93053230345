#include "watch/event/event.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <optional>

namespace haidang::event {
namespace {

char* put_utf8(char* to, std::uint32_t code) {
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
    return to;
  }
  if (code < 0x800) {
    put(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
  }
  put(0x80 | (code & 0x3F));
  return to;
}

std::optional<std::uint32_t> hex4(std::string_view digits) {
  if (digits.size() < 4) return {};
  std::uint32_t code = 0;
  for (const char digit : digits.substr(0, 4)) {
    const auto value = digit >= '0' && digit <= '9'   ? digit - '0'
                       : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                       : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                      : -1;
    if (value < 0) return {};
    code = code << 4 | static_cast<std::uint32_t>(value);
  }
  return code;
}

constexpr std::uint32_t replacement = 0xFFFD;
bool high_surrogate(std::uint32_t code) { return (code & 0xFFFFFC00U) == 0xD800; }
bool low_surrogate(std::uint32_t code) { return (code & 0xFFFFFC00U) == 0xDC00; }

// `at` stands behind "\u"; moves past all that was used.
std::uint32_t unicode_escape(std::string_view bytes, std::size_t& at) {
  const auto first = hex4(bytes.substr(at));
  if (!first) return replacement;
  at += 4;
  if (low_surrogate(*first)) return replacement;
  if (!high_surrogate(*first)) return *first;
  if (bytes.substr(at, 2) != "\\u") return replacement;
  const auto second = hex4(bytes.substr(at + 2));
  if (!second || !low_surrogate(*second)) return replacement;
  at += 6;
  return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
}

char simple_escape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;  // \" \\ \/ and what is no escape at all stand for themselves
  }
}

// Copies up to the next backslash or the end; PERF: 16 bytes at a time, as Windows paths have one
// every ten bytes and a call for each would cost more than the copy.
std::size_t copy_plain(std::string_view bytes, std::size_t at, char*& to) {
#ifdef __SSE2__
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; at + 16 <= bytes.size(); at += 16, to += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + at));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, backslash)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
    if (found == 0) continue;
    const auto before = static_cast<unsigned>(std::countr_zero(found));
    to += before;
    return at + before;
  }
#endif
  while (at < bytes.size() && bytes[at] != '\\') *to++ = bytes[at++];
  return at;
}

std::string_view unescape(std::string_view bytes, std::string& out) {
  // A broken \u of two bytes becomes the three of U+FFFD; copy_plain writes whole blocks of 16.
  const std::size_t room = bytes.size() + bytes.size() / 2 + 32;
  if (out.size() < room) out.resize(room);
  char* to = out.data();
  for (std::size_t at = 0;;) {
    at = copy_plain(bytes, at, to);
    if (at >= bytes.size()) break;
    if (at + 1 >= bytes.size()) {
      *to++ = bytes[at++];  // a lone backslash at the end
    } else if (bytes[at + 1] == 'u') {
      at += 2;
      to = put_utf8(to, unicode_escape(bytes, at));
    } else {
      *to++ = simple_escape(bytes[at + 1]);
      at += 2;
    }
  }
  return {out.data(), static_cast<std::size_t>(to - out.data())};
}

}  // namespace

std::string_view plain(const Field& field, std::string& scratch) {
  if (field.kind != Kind::json_string) return field.bytes();
  const bool escaped = field.bytes().find('\\') != std::string_view::npos;
  return escaped ? unescape(field.bytes(), scratch) : field.bytes();
}

}  // namespace haidang::event
