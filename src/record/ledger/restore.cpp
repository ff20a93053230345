#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "record/ledger/backup.hpp"
#include "record/ledger/backup_format.hpp"
#include "record/ledger/backup_import.hpp"
#include "record/ledger/disk.hpp"
#include "record/ledger/packed.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_manifest_bytes = 512U << 20;
constexpr std::size_t piece_bytes = 128U << 10;
constexpr std::size_t told_each = 1000;

std::unexpected<Error> damaged(std::string what, const fs::path& where) {
  return fail(Error::Kind::corrupt, std::move(what), where.string());
}

// A file that the manifest names but is not there is damage, not a slip of who called.
template <class T>
Result<T> as_damage(Result<T> read) {
  if (!read && read.error().kind == Error::Kind::not_found)
    read.error().kind = Error::Kind::corrupt;
  return read;
}

// --- files against the manifest ------------------------------------------

Result<> check_file(const fs::path& root, const BackupFile& told) {
  const fs::path path = root / told.name;
  TRY(FileReader file, as_damage(FileReader::open(path)));
  if (file.size() != told.bytes) {
    return damaged(fmt::format("it has {} bytes, the manifest says {}", file.size(), told.bytes),
                   path);
  }
  Sha256 hash;
  std::string piece(piece_bytes, '\0');
  for (std::size_t got = piece.size(); got == piece.size();) {
    TRY(got, file.read(piece.data(), piece.size()));
    hash.update(std::string_view(piece).substr(0, got));
  }
  if (hex(hash.finish()) == told.sha256) return {};
  return damaged("the file was changed: it is not what the manifest says", path);
}

bool names(const Manifest& manifest, std::string_view file) {
  return std::ranges::find(manifest.files, file, &BackupFile::name) != manifest.files.end();
}

Result<Manifest> read_manifest(const fs::path& root) {
  const fs::path path = root / manifest_file;
  TRY(const std::string text, read_file(path, most_manifest_bytes));
  TRY(Manifest manifest, manifest_from(text, path.string()));
  for (const std::string_view file : {acts_file, checkpoints_file}) {
    if (!names(manifest, file)) return damaged(fmt::format("it does not name {}", file), path);
  }
  return manifest;
}

// --- acts ----------------------------------------------------------------

// The acts of a backup in order, each verified, and at the end whether they are all.
class Acts {
 public:
  static Result<Acts> open(const fs::path& root, const Manifest& manifest) {
    TRY(LinesReader lines, LinesReader::open(root / acts_file));
    return Acts(std::move(lines), manifest);
  }

  Result<bool> next(Act& act) {
    TRY(const bool more, lines_.next(line_));
    if (!more) return at_end();
    TRY(act, act_from_line(line_, lines_.where()));
    TRY_VOID(chain_.take(act, lines_.where()));
    return true;
  }
  [[nodiscard]] std::uint64_t seq() const { return chain_.seq(); }

 private:
  Acts(LinesReader lines, const Manifest& manifest)
      : lines_(std::move(lines)), manifest_(manifest), chain_(manifest.ledger) {}

  Result<bool> at_end() {
    if (chain_.seq() == manifest_.acts && hex(chain_.head()) == manifest_.head) return false;
    return fail(Error::Kind::corrupt,
                fmt::format("it ends at act {} with another head than act {} of the manifest",
                            chain_.seq(), manifest_.acts),
                lines_.where());
  }

  LinesReader lines_;
  const Manifest& manifest_;
  Chain chain_;
  std::string line_;
};

// --- checkpoints ---------------------------------------------------------

using Signed = std::multimap<std::uint64_t, Checkpoint>;

Result<Signed> read_signed(const fs::path& root, const Manifest& manifest) {
  const fs::path path = root / checkpoints_file;
  TRY(auto checkpoints, read_checkpoints(path));
  Signed by_seq;
  for (Checkpoint& one : checkpoints) {
    if (one.ledger != manifest.ledger || !signed_by(one, one.key) || one.seq > manifest.acts) {
      return damaged(fmt::format("the checkpoint of act {} is not one of this backup", one.seq),
                     path);
    }
    by_seq.emplace(one.seq, std::move(one));
  }
  return by_seq;
}

Result<> check_signed(const Signed& by_seq, const Act& act, const fs::path& root) {
  const auto [first, last] = by_seq.equal_range(act.seq);
  for (auto at = first; at != last; ++at) {
    if (at->second.hash != act.hash) {
      return damaged(fmt::format("act {} is not the one that a checkpoint signed", act.seq),
                     root / acts_file);
    }
  }
  return {};
}

Result<> check_acts(const fs::path& root, const Manifest& manifest, const Progress& progress) {
  TRY(const Signed by_seq, read_signed(root, manifest));
  TRY(Acts acts, Acts::open(root, manifest));
  for (Act act;;) {
    TRY(const bool more, acts.next(act));
    if (!more) return {};
    TRY_VOID(check_signed(by_seq, act, root));
    if (progress && act.seq % told_each == 0) progress(act.seq, 2 * manifest.acts);
  }
}

// --- documents -----------------------------------------------------------

Result<> check_documents_target(const Documents& documents, const Manifest& manifest) {
  const auto ours = manifest.documents();
  const std::set<std::string, std::less<>> expected(ours.begin(), ours.end());
  return documents.each([&](std::string_view sha256) -> Result<> {
    if (expected.contains(sha256)) return {};
    return fail(Error::Kind::conflict,
                "there are documents of others here; restore into an empty directory",
                std::string(sha256));
  });
}

Result<> restore_document(const fs::path& root, const BackupFile& told,
                          const Documents& documents) {
  TRY(FileReader file, FileReader::open(root / told.name));
  std::string piece(piece_bytes, '\0');
  const Pull pull = [&]() -> Result<std::string_view> {
    TRY(const std::size_t got, file.read(piece.data(), piece.size()));
    return std::string_view(piece).substr(0, got);
  };
  TRY(const Stored stored,
      documents.put(pull,
                    {.most_bytes = std::numeric_limits<std::uint64_t>::max(), .types = {"*/*"}}));
  if (stored.sha256 == told.sha256) return {};
  return damaged("the file was changed while it was restored", root / told.name);
}

Result<> restore_documents(const fs::path& root, const Manifest& manifest,
                           const Documents& documents) {
  for (const BackupFile& file : manifest.files) {
    if (file.name.starts_with(documents_folder)) {
      TRY_VOID(restore_document(root, file, documents));
    }
  }
  return {};
}

BackedUp told_of(const Manifest& manifest) {
  BackedUp told{.acts = manifest.acts, .missing = manifest.missing};
  told.documents = manifest.documents().size();
  for (const BackupFile& file : manifest.files) told.bytes += file.bytes;
  return told;
}

// Everything that can be known without writing.
Result<Manifest> check_all(const fs::path& from, const Progress& progress) {
  TRY(Manifest manifest, read_manifest(from));
  for (const BackupFile& file : manifest.files) TRY_VOID(check_file(from, file));
  TRY_VOID(check_acts(from, manifest, progress));
  return manifest;
}

}  // namespace

Result<BackedUp> check_backup(const fs::path& from, const Progress& progress) {
  TRY(const Manifest manifest, check_all(from, progress));
  return told_of(manifest);
}

Result<BackedUp> restore(const fs::path& from, const std::string& address,
                         std::vector<Projection> projections, const Documents& documents,
                         const Progress& progress) {
  TRY(const Manifest manifest, check_all(from, progress));
  TRY_VOID(check_documents_target(documents, manifest));
  TRY_VOID(check_no_ledger(address));
  TRY_VOID(restore_documents(from, manifest, documents));
  TRY(Acts acts, Acts::open(from, manifest));
  TRY_VOID(
      import_acts(address, manifest.ledger, std::move(projections), [&](Act& act) -> Result<bool> {
        TRY(const bool more, acts.next(act));
        if (more && progress && act.seq % told_each == 0) {
          progress(manifest.acts + act.seq, 2 * manifest.acts);
        }
        return more;
      }));
  return told_of(manifest);
}

}  // namespace haidang::ledger
