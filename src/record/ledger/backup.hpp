// Copies of a ledger: taken while it works, put back only when they verify.
//
// A backup is one directory: acts.ndjson.zst (every act, one canonical JSON line each), the
// documents it names, checkpoints, manifest.json with counts and hashes. It restores into either
// database: SQLite may be backed up and PostgreSQL restored. The identity of the ledger stays.
// Documents lie in it plain, so that they can be restored under another key: whoever keeps a
// backup encrypts the medium it lies on. The directory is readable by its owner only.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/ledger/checkpoint.hpp"
#include "record/ledger/documents.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::ledger {

struct BackedUp {
  std::uint64_t acts = 0;
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;  // of all files but the manifest
  // Documents (sha256) that acts name and the store does not have, in the order of their names.
  std::vector<std::string> missing{};
};

using Progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

// Into a directory that does not exist yet; work goes on meanwhile. Acts after the head at the
// start are not in it. Fails where an act or a named document is damaged; a document that is gone
// is told in `missing`. Nothing stays of a backup that failed.
Result<BackedUp> backup(const Ledger& ledger, const Documents& documents,
                        const std::filesystem::path& into, const Progress& progress = {},
                        const std::vector<Checkpoint>& checkpoints = {});

// The whole of it, as restore() does before it writes anything: each file by its SHA-256, the chain
// of acts, checkpoints against acts, documents against their names. `corrupt` names the file.
Result<BackedUp> check_backup(const std::filesystem::path& from, const Progress& progress = {});

// From a backup into an empty database and documents directory. Verifies first: a backup that is
// not whole changes nothing. `conflict` where a ledger is there, or documents that are not of this
// backup (those that are may be left of an attempt before). Acts come in one transaction, after the
// documents: what fails on the way leaves an empty database and may be tried again.
Result<BackedUp> restore(const std::filesystem::path& from, const std::string& address,
                         std::vector<Projection> projections, const Documents& documents,
                         const Progress& progress = {});

}  // namespace haidang::ledger
