// What the files of a backup hold: acts as lines, the manifest.
//
//   act       {"actor":…,"at":MICROSECONDS,"body":{…},"case":…,"hash":…,"kind":…,"previous":…,
//              "seq":N,"unit":…}
//   manifest  {"acts":N,"files":[{"bytes":N,"name":…,"sha256":…}…],"format":1,"head":…,
//              "ledger":…,"made_at":…,"missing":[…],"sha256":…}
//
// Both are RFC 8785 and are refused in any other form. "sha256" of the manifest is over itself
// without that member, so that a damaged manifest is told from a damaged file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/ledger/act.hpp"

namespace haidang::ledger {

constexpr std::string_view acts_file = "acts.ndjson.zst";
constexpr std::string_view checkpoints_file = "checkpoints.ndjson";
constexpr std::string_view manifest_file = "manifest.json";
constexpr std::string_view documents_folder = "documents/";

Result<std::string> act_line(const Act& act);
// Well formed and itself; whether it follows from the one before is Chain's.
Result<Act> act_from_line(std::string_view line, const std::string& where);

// Acts that must follow from each other, from the first.
class Chain {
 public:
  explicit Chain(std::string_view identity);
  Result<> take(const Act& act, const std::string& where = {});
  [[nodiscard]] std::uint64_t seq() const { return seq_; }
  [[nodiscard]] const Digest& head() const { return head_; }  // of the first act's before, if none

 private:
  std::uint64_t seq_ = 0;
  Digest head_;
};

struct BackupFile {
  std::string name;  // below the backup's directory
  std::uint64_t bytes = 0;
  std::string sha256;
};

// "documents/ab/abcdef…"
std::string document_file(std::string_view sha256);

struct Manifest {
  std::string ledger;
  std::uint64_t acts = 0;
  std::string head;  // hex
  std::string made_at;
  std::vector<BackupFile> files{};
  std::vector<std::string> missing{};  // documents that acts name and the store does not have

  [[nodiscard]] std::vector<std::string> documents() const;  // their SHA-256
};

Result<std::string> manifest_text(const Manifest& manifest);
Result<Manifest> manifest_from(std::string_view text, const std::string& where);

}  // namespace haidang::ledger
