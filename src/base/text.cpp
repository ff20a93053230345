#include "base/text.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include <utf8proc.h>

#include "base/normal_form.hpp"
#include "base/utf8.hpp"

namespace haidang::text {
namespace {

constexpr std::uint64_t each_byte(std::uint64_t value) { return value * 0x0101010101010101ULL; }
constexpr std::uint64_t high_bits = each_byte(0x80);

std::uint64_t load_word(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// How many bytes at the front are ASCII.
std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t i = 0;
  while (i + 8 <= bytes.size() && (load_word(bytes.data() + i) & high_bits) == 0) i += 8;
  while (i < bytes.size() && is_ascii(bytes[i])) ++i;
  return i;
}

bool all_ascii(std::string_view bytes) { return ascii_prefix(bytes) == bytes.size(); }

// Lower case of the eight bytes of a word, ASCII letters only. Adding carries into the high bit of
// a byte exactly when it is past 'A' - 1, and past 'Z'.
constexpr std::uint64_t lower_word(std::uint64_t word) {
  const std::uint64_t low = word & ~high_bits;
  const std::uint64_t from_a = low + each_byte(0x80 - 'A');
  const std::uint64_t past_z = low + each_byte(0x80 - 'Z' - 1);
  const std::uint64_t upper = (from_a ^ past_z) & ~word & high_bits;
  return word | upper >> 2U;
}

constexpr char lower_byte(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Writes the lower case of ASCII letters; every other byte is copied. Tells whether a byte ≥ 0x80
// was seen. PERF: words of eight, the last one overlapping, so that values of 8..30 bytes (most
// fields of an event) take 1..4 steps and no byte loop: 40 bytes in 9 ns against 30.
bool lower_ascii(const char* in, std::size_t size, char* out) {
  if (size < 8) {
    char seen = 0;
    for (std::size_t i = 0; i < size; ++i) {
      seen = static_cast<char>(seen | in[i]);
      out[i] = lower_byte(in[i]);
    }
    return !is_ascii(seen);
  }
  std::uint64_t seen = 0;
  const auto step = [&](std::size_t at) {
    const std::uint64_t word = load_word(in + at);
    const std::uint64_t lower = lower_word(word);
    seen |= word;
    std::memcpy(out + at, &lower, sizeof lower);
  };
  for (std::size_t at = 0; at + 8 < size; at += 8) step(at);
  step(size - 8);
  return (seen & high_bits) != 0;
}

// utf8proc knows full folding only. Where that is one code point it is also the simple one; where
// it is several, CaseFolding.txt gives the lower case (status S), but for U+0130, which has none.
char32_t simple_fold(char32_t value) {
  constexpr char32_t dotted_capital_i = 0x130;
  if (value == dotted_capital_i) return value;
  std::array<utf8proc_int32_t, 8> full{};
  int boundary = 0;
  const auto code = static_cast<utf8proc_int32_t>(value);
  const auto count =
      utf8proc_decompose_char(code, full.data(), full.size(), UTF8PROC_CASEFOLD, &boundary);
  return static_cast<char32_t>(count == 1 ? full[0] : utf8proc_tolower(code));
}

// PERF: Latin, Vietnamese (U+1EA0..1EF9), Greek and Cyrillic by table; utf8proc costs some 15 ns.
char32_t fold_of(char32_t value) {
  constexpr std::size_t table_size = 0x2000;
  static const auto table = [] {
    std::array<char16_t, table_size> made{};
    for (char32_t i = 0; i < table_size; ++i) {
      const char32_t folded = simple_fold(i);
      made[i] = folded <= 0xFFFF ? static_cast<char16_t>(folded) : static_cast<char16_t>(i);
    }
    return made;
  }();
  return value < table_size ? table[value] : simple_fold(value);
}

void casefold_unicode(std::string_view in, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < in.size();) {
    const CodePoint read = read_code_point(in.substr(i));
    if (read.ok && read.size > 1) {
      append_code_point(out, fold_of(read.value));
    } else if (read.ok) {
      out += lower_byte(in[i]);
    } else {
      out += in.substr(i, read.size);
    }
    i += read.size;
  }
}

// How many bytes stand before the first ill-formed sequence.
std::size_t well_formed_prefix(std::string_view bytes) {
  std::size_t i = ascii_prefix(bytes);
  while (i < bytes.size()) {
    const CodePoint read = read_code_point(bytes.substr(i));
    if (!read.ok) break;
    i += read.size;
  }
  return i;
}

}  // namespace

bool valid_utf8(std::string_view bytes) { return well_formed_prefix(bytes) == bytes.size(); }

Repaired repair_utf8(std::string_view bytes) {
  Repaired result{.text = {}, .replaced = 0};
  result.text.reserve(bytes.size());
  while (true) {
    const std::size_t good = well_formed_prefix(bytes);
    result.text += bytes.substr(0, good);
    bytes.remove_prefix(good);
    if (bytes.empty()) return result;
    append_code_point(result.text, replacement);
    ++result.replaced;
    bytes.remove_prefix(read_code_point(bytes).size);
  }
}

std::string nfc(std::string_view text) {
  return all_ascii(text) ? std::string(text) : normalise(text, UTF8PROC_COMPOSE);
}

std::string nfd(std::string_view text) {
  return all_ascii(text) ? std::string(text) : normalise(text, UTF8PROC_DECOMPOSE);
}

void casefold(std::string_view in, std::string& out) {
  bool beyond_ascii = false;
  // libstdc++ 12 hands over its whole capacity as the size: not to be used.
  out.resize_and_overwrite(in.size(), [&](char* to, std::size_t) {
    beyond_ascii = lower_ascii(in.data(), in.size(), to);
    return in.size();
  });
  if (beyond_ascii) [[unlikely]]
    casefold_unicode(in, out);
}

}  // namespace haidang::text
