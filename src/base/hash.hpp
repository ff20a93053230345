// SHA-256 for evidence (FIPS 180-4, by OpenSSL), XXH3 for tables.
//
// hash64() is fast and no secret: never where an outsider gains by a collision
// or where the value is kept; it may differ between versions of the program.
// A Sha256 belongs to one thread and is spent by finish().
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

// PERF: in the header, because keys are short and the call would cost as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace haidang {

using Digest = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  [[nodiscard]] Digest finish();  // once, and nothing after it

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view bytes);

std::string hex(const Digest& digest);  // 64 letters, lower case
std::string sha256_hex(std::string_view bytes);

inline std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

// For maps with text keys that are looked up by views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash64(text); }
};

}  // namespace haidang
