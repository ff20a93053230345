// Documents of the record: each content stored once, named by its SHA-256, never changed.
//
// Files under DIR/ab/abcdef…; written beside, synced, renamed: a document that put() has returned
// is on the disk whole. With a key they are encrypted at rest (libsodium secretstream,
// XChaCha20-Poly1305); a changed file is found when it is read. Streamed: memory does not grow with
// size. Type is told from the content, never from the name: what is not on the list is refused.
// A content put again replaces its file by an equal one, which mends a damaged file and encrypts
// one that was stored plain.
// Safe from any thread. Knows no cases and no access: who may read is for the caller to say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace haidang::ledger {

struct DocumentLimits {
  std::uint64_t most_bytes = 64U << 20;
  // Media types that are taken, as told from the content ("application/pdf", "image/png",
  // "text/plain" …); media_type.hpp lists those it can tell. Empty: all it can tell but programs.
  // "*/*": everything, told or not, as a restore must.
  std::vector<std::string> types{};
};

struct Stored {
  std::string sha256;  // hex, of the plain content
  std::uint64_t bytes = 0;
  std::string media_type;  // "application/octet-stream" where it cannot be told
};

// Gives the next piece of a content; empty: the end.
using Pull = std::function<Result<std::string_view>()>;
// Takes the next piece.
using Push = std::function<Result<>(std::string_view)>;

class Documents {
 public:
  // `key`: 32 bytes, or none for plain files. The directory is made where it is absent.
  static Result<Documents> open(std::filesystem::path dir, std::optional<std::string> key = {});

  Result<Stored> put(const Pull& pull, const DocumentLimits& limits = {}) const;
  Result<Stored> put(std::string_view content, const DocumentLimits& limits = {}) const;
  // not_found, or corrupt where the content is not what its name says: then pieces pushed
  // before are not to be trusted.
  Result<> get(std::string_view sha256, const Push& push) const;
  Result<std::string> get(std::string_view sha256, std::uint64_t most_bytes) const;
  [[nodiscard]] bool has(std::string_view sha256) const;
  // Every stored name, in order; what is not a document of ours is passed over.
  Result<> each(const std::function<Result<>(std::string_view sha256)>& take) const;
  // Every stored name, and for each whether its content is what it says.
  Result<> verify(
      const std::function<void(std::string_view sha256, const Result<>& found)>& tell) const;

 private:
  Documents(std::filesystem::path dir, std::optional<std::string> key);
  [[nodiscard]] std::filesystem::path file_of(std::string_view sha256) const;
  Result<> stream(const std::filesystem::path& file, const Push& push) const;
  std::filesystem::path dir_;
  std::optional<std::string> key_;
};

}  // namespace haidang::ledger
