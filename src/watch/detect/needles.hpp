// Could any of a few literals stand in a record? Asked of the raw bytes of a JSON record before
// its values are looked at one by one for keywords.
//
//   "no" is certain, "perhaps" is not: a record may write a character as an escape, so of each
//   literal only its longest run that JSON writes one way is looked for, and a record with
//   \u00.. escapes is always "perhaps". Without regard to ASCII case.
//
// PERF: one rule with keywords for a whole product makes every value of every event count; on
// Windows events that was 2.8 s of 3.0 s. Teddy (the algorithm of Hyperscan's small sets): four
// bytes of each literal, as nibbles, shuffled against 32 bytes at a time with AVX2; elsewhere
// the LiteralSet. Hyperscan itself does 4 GB/s here, this 15 GB/s. Measure: make bench, match.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "watch/detect/literal_set.hpp"

namespace haidang::detect {

class Needles {
 public:
  // `literals`: case folded. If one has no run of four safe bytes, the answer is always perhaps.
  explicit Needles(const std::vector<std::string>& literals);

  [[nodiscard]] bool perhaps_in(std::string_view raw) const;

 private:
  static constexpr unsigned window = 4;
  using Nibbles = std::array<std::uint8_t, 16>;  // nibble -> buckets that have it
  static constexpr std::size_t step = 32;
  using Found = std::array<std::uint8_t, step>;  // buckets, by position
  struct Needle {
    std::string bytes;
    std::uint32_t at;  // of its window
  };

  void fill_buckets(std::vector<Needle> needles);
  [[nodiscard]] bool verify(std::string_view raw, std::size_t at, unsigned buckets) const;
  [[nodiscard]] bool scan_avx2(std::string_view raw) const;
  [[nodiscard]] bool verify_all(std::string_view raw, std::size_t at, std::uint32_t places,
                                const Found& found) const;
  [[nodiscard]] bool scan_plain(std::string_view raw) const;

  bool always_ = false;
  bool avx2_ = false;
  std::array<Nibbles, window> low_{};
  std::array<Nibbles, window> high_{};
  std::array<std::vector<Needle>, 8> buckets_;
  LiteralSet plain_;
};

}  // namespace haidang::detect
