// Equality of short byte strings, inline.
//
// PERF: keys and values are mostly 4 to 60 bytes and mostly equal when asked; the call of
// memcmp costs more than the comparison (7 % of a match before). Measure: make bench, match.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace haidang {

inline bool same_bytes(const char* one, const char* other, std::size_t size) {
  const auto differ = [=]<class Word>(Word, std::size_t at) {
    Word a = 0;
    Word b = 0;
    std::memcpy(&a, one + at, sizeof a);
    std::memcpy(&b, other + at, sizeof b);
    return a != b;
  };
  if (size > 32) return std::memcmp(one, other, size) == 0;
  if (size >= 8) {
    constexpr std::uint64_t word = 0;
    if (differ(word, 0) || differ(word, size - 8)) return false;
    return size <= 16 || (!differ(word, 8) && !differ(word, size - 16));
  }
  if (size >= 4) return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
  for (std::size_t i = 0; i < size; ++i)
    if (one[i] != other[i]) return false;
  return true;
}

inline bool same_bytes(std::string_view one, std::string_view other) {
  const char* const bytes = other.data();  // as many as those of `one`
  return one.size() == other.size() && same_bytes(bytes, one.data(), one.size());
}

}  // namespace haidang
