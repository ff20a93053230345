#include "watch/detect/needles.hpp"

#include <algorithm>
#include <bit>

#include <immintrin.h>

#include "base/hash.hpp"

namespace haidang::detect {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// JSON writes it as itself or as \u00..; never as a short escape, never in another case.
bool safe(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '/'; }

std::string longest_safe_run(std::string_view literal) {
  std::string_view best;
  for (std::size_t at = 0; at < literal.size();) {
    std::size_t end = at;
    while (end < literal.size() && safe(literal[end])) ++end;
    if (end - at > best.size()) best = literal.substr(at, end - at);
    at = end + 1;
  }
  return std::string(best);
}

// How rare a byte is in logs, by and large: only to choose the window of a needle.
int rarity(char c) {
  if (std::string_view("qxzjkvw").find(c) != std::string_view::npos) return 5;
  if (c >= 'a' && c <= 'z')
    return std::string_view("eaotinsr").find(c) == std::string_view::npos ? 3 : 1;
  if (c >= '0' && c <= '9') return 1;
  return std::string_view(" .:-_").find(c) == std::string_view::npos ? 4 : 2;
}

std::uint32_t rarest_window(std::string_view run, unsigned width) {
  std::uint32_t best = 0;
  int best_score = -1;
  for (std::uint32_t at = 0; at + width <= run.size(); ++at) {
    int score = 0;
    for (unsigned i = 0; i < width; ++i) score += rarity(run[at + i]);
    // A doubled mark ("::", "--") is far rarer than its letters tell.
    for (unsigned i = 1; i < width; ++i)
      if (run[at + i] == run[at + i - 1] && rarity(run[at + i]) % 2 == 0) score += 6;
    if (score > best_score) best = at, best_score = score;
  }
  return best;
}

__attribute__((target("avx2"))) inline __m256i table(const std::array<std::uint8_t, 16>& nibbles) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(nibbles.data())));
}

}  // namespace

Needles::Needles(const std::vector<std::string>& literals)
    : avx2_(__builtin_cpu_supports("avx2") != 0) {
  std::vector<Needle> needles;
  const auto add = [&](const std::string& run) {
    needles.push_back({run, rarest_window(run, window)});
    plain_.add(Where::anywhere, run, 0);
  };
  for (const auto& literal : literals) {
    const std::string run = longest_safe_run(literal);
    if (run.size() < window) always_ = true;
    if (!always_) add(run);
  }
  add("\\u00");
  plain_.build();
  fill_buckets(std::move(needles));
}

// Windows that begin alike share a bucket, so that fewer texts fit one by accident.
void Needles::fill_buckets(std::vector<Needle> needles) {
  const auto own_window = [](const Needle& needle) {
    return std::string_view(needle.bytes).substr(needle.at, window);
  };
  std::ranges::sort(needles, {}, own_window);
  for (std::size_t i = 0; i < needles.size(); ++i) {
    const std::size_t bucket = i * buckets_.size() / needles.size();
    for (unsigned k = 0; k < window; ++k)
      for (const char c : {lower(own_window(needles[i])[k]), upper(own_window(needles[i])[k])}) {
        const auto byte = static_cast<std::uint8_t>(c);
        low_[k][byte & 15U] |= static_cast<std::uint8_t>(1U << bucket);
        high_[k][byte >> 4U] |= static_cast<std::uint8_t>(1U << bucket);
      }
    buckets_[bucket].push_back(std::move(needles[i]));
  }
}

bool Needles::perhaps_in(std::string_view raw) const {
  if (always_) return true;
  return avx2_ ? scan_avx2(raw) : scan_plain(raw);
}

bool Needles::verify(std::string_view raw, std::size_t at, unsigned buckets) const {
  for (; buckets != 0; buckets &= buckets - 1)
    for (const auto& needle : buckets_[static_cast<unsigned>(std::countr_zero(buckets))]) {
      if (at < needle.at || at - needle.at + needle.bytes.size() > raw.size()) continue;
      const auto here = raw.substr(at - needle.at, needle.bytes.size());
      if (std::ranges::equal(here, needle.bytes, {}, lower)) return true;
    }
  return false;
}

bool Needles::scan_plain(std::string_view raw) const {
  std::string low(raw);
  std::ranges::transform(low, low.begin(), lower);
  bool found = false;
  plain_.find(low, [&found](std::uint32_t) { found = true; });
  return found;
}

bool Needles::verify_all(std::string_view raw, std::size_t at, std::uint32_t places,
                         const Found& found) const {
  for (; places != 0; places &= places - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(places));
    if (verify(raw, at + i, found[i])) return true;
  }
  return false;
}

__attribute__((target("avx2"))) bool Needles::scan_avx2(std::string_view raw) const {
  if (raw.size() < step + window) return scan_plain(raw);
  const __m256i low[window] = {table(low_[0]), table(low_[1]), table(low_[2]), table(low_[3])};
  const __m256i high[window] = {table(high_[0]), table(high_[1]), table(high_[2]), table(high_[3])};
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i zero = _mm256_setzero_si256();
  const std::size_t last = raw.size() - step - window + 1;
  for (std::size_t at = 0;; at = std::min(at + step, last)) {  // the last step overlaps
    __m256i buckets = _mm256_set1_epi8(-1);
#pragma GCC unroll 4
    for (unsigned i = 0; i < window; ++i) {
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(raw.data() + at + i));
      const __m256i lo = _mm256_shuffle_epi8(low[i], _mm256_and_si256(bytes, nibble));
      const __m256i hi =
          _mm256_shuffle_epi8(high[i], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
      buckets = _mm256_and_si256(buckets, _mm256_and_si256(lo, hi));
    }
    const auto none =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, zero)));
    if (none != ~0U) [[unlikely]] {
      Found found;
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(found.data()), buckets);
      if (verify_all(raw, at, ~none, found)) return true;
    }
    if (at == last) return false;
  }
}

}  // namespace haidang::detect
