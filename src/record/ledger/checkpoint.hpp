// Checkpoints: what the ledger was at a moment, signed, kept where its administrator is not.
//
//   {"at":"…","hash":"…","key":"…","ledger":"…","seq":N,"signature":"…"}   one line each, RFC 8785
//
// A cut tail or a history hashed again contradicts one of them. Ed25519 over the RFC 8785 form of
// the line without "signature" (docs/formats/ledger.md). The key pair lies in a file of its own,
// readable by its owner only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang::ledger {

struct Checkpoint {
  std::string ledger;  // Ledger::identity()
  std::uint64_t seq = 0;
  Digest hash{};
  Time at{};
  std::string key{};        // the public key, 64 hex letters
  std::string signature{};  // 128 hex letters
};

class Signer {
 public:
  // Reads the key file, or makes one where it is absent.
  static Result<Signer> open(const std::filesystem::path& key_file);
  [[nodiscard]] const std::string& public_key() const { return public_; }  // hex
  [[nodiscard]] Checkpoint sign(Checkpoint unsigned_one) const;

 private:
  Signer(std::string secret, std::string public_key);
  std::string secret_;
  std::string public_;
};

// True where the signature is of this content and made by `public_key` (hex).
bool signed_by(const Checkpoint& checkpoint, std::string_view public_key);

std::string to_line(const Checkpoint& checkpoint);
Result<Checkpoint> from_line(std::string_view line, std::string where);

// A file that is only appended to, each line synced.
Result<> append_line(const std::filesystem::path& file, const Checkpoint& checkpoint);
Result<std::vector<Checkpoint>> read_checkpoints(const std::filesystem::path& file);

}  // namespace haidang::ledger
