// A content encrypted at rest, chunk by chunk (libsodium secretstream, XChaCha20-Poly1305).
//
//   8 bytes magic · 8 bytes key id · 24 bytes stream header · chunks of 64 KiB + 17 bytes
//
// The last chunk is shorter and marked final: a cut, a lengthening, a changed byte and chunks out
// of order are found when it is read, as `corrupt`. Another key is told from a damaged file by the
// key id (keyed BLAKE2b of a fixed text). Pieces are pushed before the end is seen: a caller that
// must trust all of them waits for success.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace haidang::ledger {

constexpr std::size_t sealed_key_bytes = 32;
constexpr std::size_t sealed_chunk_bytes = 64U << 10;
constexpr std::size_t sealed_magic_bytes = 8;

// True for contents that a Sealer wrote, from their first `sealed_magic_bytes`. No media type that
// can be told begins so.
bool is_sealed(std::string_view head);

class Sealer {
 public:
  using Push = std::function<Result<>(std::string_view)>;

  explicit Sealer(std::string_view key);
  Sealer(Sealer&&) noexcept;
  ~Sealer();

  Result<> write(std::string_view plain, const Push& out);
  Result<> finish(const Push& out);  // once

 private:
  struct State;
  Result<> seal(std::string_view chunk, bool last, const Push& out);
  std::unique_ptr<State> state_;
};

// Fills as far as there is something: less than `size` only at the end.
using Fill = std::function<Result<std::size_t>(char* to, std::size_t size)>;

// Reads from behind the magic. Errors carry `where`.
Result<> open_sealed(const Fill& from, std::string_view key, const Sealer::Push& out,
                     const std::string& where);

}  // namespace haidang::ledger
