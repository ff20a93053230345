// Where in a text may one of a few short byte strings begin? 64 or 32 places at a time.
//
//   needles -> windows of 2 to 4 bytes -> 8 buckets -> two nibble tables a byte -> candidates
//
// A candidate is a place and the buckets whose windows fit there nibble by nibble; the caller
// compares. ASCII letters are taken in both cases. Nothing that fits is missed.
// Source: the algorithm of Hyperscan's small literal sets ("Teddy"; Wang et al., NSDI 2019).
// With AVX-512 or AVX2 where the machine has it, else byte by byte.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace haidang::detect {

class Teddy {
 public:
  static constexpr std::size_t most_windows = 48;  // beyond, nearly every place is a candidate

  struct Candidate {
    std::uint32_t at;
    std::uint32_t buckets;  // one bit a bucket
  };

  using Found = std::array<Candidate, 128>;

  // What of the machine is used, each being more than the one before.
  enum class Unit : std::uint8_t { plain, avx2, avx512 };
  static Unit best_unit();

  // Windows of `width` bytes (2 to 4); a shorter one fits whatever stands behind it (but nothing
  // at the very end of a text). The bucket of each is returned, in their order.
  std::vector<unsigned> build(const std::vector<std::string_view>& windows, unsigned width);

  // For tests, after build(): no more of the machine than this.
  void limit_to(Unit unit);

  // Calls see(Candidate) in ascending order until it returns true; says whether it did.
  template <class See>
  bool scan(std::string_view text, See&& see) const {
    Found found;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t count = find(text, from, found);
      for (std::size_t i = 0; i < count; ++i)
        if (see(found[i])) return true;
    }
    return false;
  }

 private:
  void enter(std::string_view window, unsigned bucket);
  using Nibbles = std::array<std::uint8_t, 16>;  // nibble -> buckets that have it

  struct Block {
    const char* at;
    std::size_t skip;
  };
  [[nodiscard]] Block block_at(std::string_view text, std::size_t from, std::size_t step) const;

  // Candidates at places >= from; moves `from` past what was looked at.
  std::size_t find(std::string_view text, std::size_t& from, Found& found) const;
  std::size_t find_avx2(std::string_view text, std::size_t& from, Found& found) const;
  std::size_t find_avx512(std::string_view text, std::size_t& from, Found& found) const;
  std::size_t find_plain(std::string_view text, std::size_t& from, Found& found) const;

  unsigned width_ = 3;
  Unit unit_ = Unit::plain;
  std::array<Nibbles, 4> low_{};
  std::array<Nibbles, 4> high_{};
};

// How rare such bytes are in logs, by and large: greater is rarer.
int rarity_of(std::string_view window);
// The bytes of a literal that are rarest in logs, by and large: where its window of `width`
// bytes begins.
std::uint32_t rarest_window(std::string_view literal, unsigned width);

}  // namespace haidang::detect
