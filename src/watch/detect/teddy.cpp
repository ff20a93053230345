#include "watch/detect/teddy.hpp"

#include <algorithm>
#include <numeric>

// g++ 12 warns of its own AVX-512 header (GCC bug 105593).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "watch/detect/ascii.hpp"

namespace haidang::detect {
namespace {

constexpr std::size_t buckets = 8;

int rarity(char c) {
  const auto among = [c](std::string_view set) { return set.find(c) != std::string_view::npos; };
  if (among("qxzjkvw")) return 5;
  if (c >= 'a' && c <= 'z') return among("eaotinsr") ? 1 : 3;
  if (c >= '0' && c <= '9') return 1;
  return among(" .:-_\\/") ? 2 : 4;
}

__attribute__((target("avx2"))) inline __m256i table(const std::array<std::uint8_t, 16>& nibbles) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(nibbles.data())));
}

// Buckets that the byte at each of 32 places allows.
__attribute__((target("avx2"))) inline __m256i fits(__m256i low, __m256i high, const char* at) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i lo = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
  const __m256i shifted = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
  return _mm256_and_si256(lo, _mm256_shuffle_epi8(high, shifted));
}

__attribute__((target("avx512bw"))) inline __m512i wide_table(
    const std::array<std::uint8_t, 16>& nibbles) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(nibbles.data())));
}

__attribute__((target("avx512bw"))) inline __m512i wide_fits(__m512i low, __m512i high,
                                                             const char* at) {
  const __m512i nibble = _mm512_set1_epi8(15);
  const __m512i bytes = _mm512_loadu_si512(at);
  const __m512i lo = _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, nibble));
  const __m512i shifted = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble);
  return _mm512_and_si512(lo, _mm512_shuffle_epi8(high, shifted));
}

}  // namespace

int rarity_of(std::string_view window) {
  int score = 0;
  for (const char c : window) score += rarity(c);
  // A doubled mark ("::", "--") is far rarer than its letters tell.
  for (std::size_t i = 1; i < window.size(); ++i)
    if (window[i] == window[i - 1] && rarity(window[i]) % 2 == 0) score += 6;
  return score;
}

std::uint32_t rarest_window(std::string_view literal, unsigned width) {
  std::uint32_t best = 0;
  for (std::uint32_t at = 1; at + width <= literal.size(); ++at)
    if (rarity_of(literal.substr(at, width)) > rarity_of(literal.substr(best, width))) best = at;
  return best;
}

Teddy::Unit Teddy::best_unit() {
  if (__builtin_cpu_supports("avx512bw") != 0) return Unit::avx512;
  return __builtin_cpu_supports("avx2") != 0 ? Unit::avx2 : Unit::plain;
}

void Teddy::limit_to(Unit unit) { unit_ = std::min(unit_, unit); }

std::vector<unsigned> Teddy::build(const std::vector<std::string_view>& windows, unsigned width) {
  width_ = width;
  unit_ = best_unit();
  // Windows that begin alike share a bucket, so that fewer texts fit one by accident.
  std::vector<std::size_t> order(windows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::size_t i) { return windows[i]; });
  std::vector<unsigned> bucket_of(windows.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    const auto bucket = static_cast<unsigned>(place * buckets / order.size());
    bucket_of[order[place]] = bucket;
    enter(windows[order[place]], bucket);
  }
  return bucket_of;
}

// A window that is too short fits whatever stands behind it.
void Teddy::enter(std::string_view window, unsigned bucket) {
  const auto bit = static_cast<std::uint8_t>(1U << bucket);
  for (unsigned k = 0; k < width_; ++k) {
    if (k >= window.size()) {
      for (auto& nibble : low_[k]) nibble |= bit;
      for (auto& nibble : high_[k]) nibble |= bit;
      continue;
    }
    for (const char c : {ascii_lower(window[k]), ascii_upper(window[k])}) {
      const auto byte = static_cast<std::uint8_t>(c);
      low_[k][byte & 15U] |= bit;
      high_[k][byte >> 4U] |= bit;
    }
  }
}

std::size_t Teddy::find(std::string_view text, std::size_t& from, Found& found) const {
  if (unit_ == Unit::avx512 && text.size() >= 64 + width_) return find_avx512(text, from, found);
  if (unit_ != Unit::plain && text.size() >= 32 + width_) return find_avx2(text, from, found);
  return find_plain(text, from, found);
}

// Where the block of `step` places that begins at `from` must be read so that it ends in the text:
// the last one is read again from further ahead, and `skip` of its places are known.
Teddy::Block Teddy::block_at(std::string_view text, std::size_t from, std::size_t step) const {
  const std::size_t last = text.size() + 1 - width_ - step;
  return from <= last ? Block{text.data() + from, 0} : Block{text.data() + last, from - last};
}

std::size_t Teddy::find_plain(std::string_view text, std::size_t& from, Found& found) const {
  std::size_t count = 0;
  for (; from + width_ <= text.size(); ++from) {
    if (count == found.size()) return count;
    unsigned fit = 0xFF;
    for (unsigned k = 0; k < width_ && fit != 0; ++k) {
      const auto byte = static_cast<std::uint8_t>(text[from + k]);
      fit &= low_[k][byte & 15U] & high_[k][byte >> 4U];
    }
    if (fit != 0) found[count++] = {static_cast<std::uint32_t>(from), fit};
  }
  from = text.size();
  return count;
}

// PERF: two rounds written as one expression, the others behind branches that never change.
__attribute__((target("avx2"))) std::size_t Teddy::find_avx2(std::string_view text,
                                                             std::size_t& from,
                                                             Found& found) const {
  const __m256i low[4] = {table(low_[0]), table(low_[1]), table(low_[2]), table(low_[3])};
  const __m256i high[4] = {table(high_[0]), table(high_[1]), table(high_[2]), table(high_[3])};
  const __m256i zero = _mm256_setzero_si256();
  const bool three = width_ >= 3;
  const bool four = width_ == 4;
  constexpr std::size_t step = 32;
  std::size_t count = 0;
  for (; from + width_ <= text.size(); from += step) {
    if (count + step > found.size()) return count;
    const auto [at, skip] = block_at(text, from, step);
    __m256i fit = _mm256_and_si256(fits(low[0], high[0], at), fits(low[1], high[1], at + 1));
    if (three) fit = _mm256_and_si256(fit, fits(low[2], high[2], at + 2));
    if (four) fit = _mm256_and_si256(fit, fits(low[3], high[3], at + 3));
    auto places = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(fit, zero))) &
                  ~0U << skip;
    if (places == 0) [[likely]]
      continue;
    std::array<std::uint8_t, step> buckets_at{};
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(buckets_at.data()), fit);
    for (; places != 0; places &= places - 1) {
      const auto i = static_cast<std::uint32_t>(std::countr_zero(places));
      found[count++] = {static_cast<std::uint32_t>(at - text.data()) + i, buckets_at[i]};
    }
  }
  from = text.size();
  return count;
}

// The same, 64 places at a time.
__attribute__((target("avx512bw"))) std::size_t Teddy::find_avx512(std::string_view text,
                                                                   std::size_t& from,
                                                                   Found& found) const {
  const __m512i low[4] = {wide_table(low_[0]), wide_table(low_[1]), wide_table(low_[2]),
                          wide_table(low_[3])};
  const __m512i high[4] = {wide_table(high_[0]), wide_table(high_[1]), wide_table(high_[2]),
                           wide_table(high_[3])};
  const bool three = width_ >= 3;
  const bool four = width_ == 4;
  constexpr std::size_t step = 64;
  std::size_t count = 0;
  for (; from + width_ <= text.size(); from += step) {
    if (count + step > found.size()) return count;
    const auto [at, skip] = block_at(text, from, step);
    __m512i fit =
        _mm512_and_si512(wide_fits(low[0], high[0], at), wide_fits(low[1], high[1], at + 1));
    if (three) fit = _mm512_and_si512(fit, wide_fits(low[2], high[2], at + 2));
    if (four) fit = _mm512_and_si512(fit, wide_fits(low[3], high[3], at + 3));
    std::uint64_t places = _mm512_test_epi8_mask(fit, fit) & ~std::uint64_t{0} << skip;
    if (places == 0) [[likely]]
      continue;
    std::array<std::uint8_t, step> buckets_at{};
    _mm512_storeu_si512(buckets_at.data(), fit);
    for (; places != 0; places &= places - 1) {
      const auto i = static_cast<std::uint32_t>(std::countr_zero(places));
      found[count++] = {static_cast<std::uint32_t>(at - text.data()) + i, buckets_at[i]};
    }
  }
  from = text.size();
  return count;
}

}  // namespace haidang::detect
