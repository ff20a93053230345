#include "record/ledger/backup.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "record/ledger/backup_format.hpp"
#include "record/ledger/disk.hpp"
#include "record/ledger/packed.hpp"
#include "record/ledger/tables.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t acts_at_once = 200;
constexpr std::size_t piece_bytes = 128U << 10;

// A directory beside the one that is to be: an unfinished backup never has its name.
class Staging {
 public:
  static Result<Staging> beside(const fs::path& into) {
    std::error_code failed;
    if (fs::exists(fs::symlink_status(into, failed))) {
      return fail(Error::Kind::conflict, "it is there already; name a directory that is not",
                  into.string());
    }
    std::string name = into.string() + ".part-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return disk_failure("make a directory", into, errno);
    return Staging(std::move(name));
  }
  Staging(Staging&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Staging& operator=(Staging&&) = delete;
  ~Staging() {
    std::error_code failed;
    if (!path_.empty()) fs::remove_all(path_, failed);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }

  Result<> place(const fs::path& into) {
    TRY_VOID(sync_directory(path_));
    std::error_code failed;
    fs::rename(path_, into, failed);
    if (failed) return disk_failure("put in place", into, failed.value());
    path_.clear();
    return sync_directory(into.has_parent_path() ? into.parent_path() : fs::path("."));
  }

 private:
  explicit Staging(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

// --- which documents acts name -------------------------------------------

// A text of 64 hex letters may name a document; one beside a media type does.
class Named {
 public:
  explicit Named(const Documents& documents) : documents_(documents) {}

  void look(const json::value& value) {
    if (value.is_array()) {
      for (const json::value& item : value.get_array()) look(item);
    } else if (value.is_object()) {
      look_at(value.get_object());
    } else if (value.is_string()) {
      take(value.get_string());
    }
  }
  [[nodiscard]] const std::set<std::string>& found() const { return found_; }
  [[nodiscard]] std::vector<std::string> missing() const {
    return {missing_.begin(), missing_.end()};
  }

 private:
  void look_at(const json::object& object) {
    for (const auto& member : object) {
      take(member.key());
      look(member.value());
    }
    const json::value* name = object.if_contains("sha256");
    if (name == nullptr || !name->is_string() || !object.contains("media_type")) return;
    const std::string sha256(name->get_string());
    if (digest_of(sha256) && !found_.contains(sha256)) missing_.insert(sha256);
  }
  void take(std::string_view text) {
    if (text.size() == 64 && documents_.has(text)) found_.emplace(text);
  }

  const Documents& documents_;
  std::set<std::string> found_;
  std::set<std::string> missing_;
};

// --- the parts of a backup -----------------------------------------------

Result<BackupFile> measure(const fs::path& root, std::string name) {
  TRY(FileReader file, FileReader::open(root / name));
  Sha256 hash;
  std::uint64_t bytes = 0;
  std::string piece(piece_bytes, '\0');
  for (std::size_t got = piece.size(); got == piece.size();) {
    TRY(got, file.read(piece.data(), piece.size()));
    hash.update(std::string_view(piece).substr(0, got));
    bytes += got;
  }
  return BackupFile{std::move(name), bytes, hex(hash.finish())};
}

class Backup {
 public:
  Backup(const Ledger& ledger, const Documents& documents, fs::path root, const Progress& progress)
      : ledger_(ledger),
        documents_(documents),
        root_(std::move(root)),
        progress_(progress),
        head_(ledger.head()),
        named_(documents) {}

  Result<> write_acts() {
    TRY(PackedLines lines, PackedLines::in(root_));
    Chain chain(ledger_.identity());
    while (chain.seq() < head_) {
      const auto wanted = std::min<std::uint64_t>(acts_at_once, head_ - chain.seq());
      TRY(const auto acts, ledger_.acts(chain.seq(), wanted));
      if (acts.empty()) {
        return fail(Error::Kind::corrupt, fmt::format("act {} is absent", chain.seq() + 1));
      }
      for (const Act& act : acts) TRY_VOID(write_act(act, chain, lines));
      tell(chain.seq(), head_);
    }
    TRY_VOID(lines.place(root_ / acts_file));
    manifest_.acts = chain.seq();
    manifest_.head = hex(chain.head());
    return add(std::string(acts_file));
  }

  Result<> write_documents() {
    TRY_VOID(make_directory(root_ / documents_folder));
    std::uint64_t done = 0;
    for (const std::string& sha256 : named_.found()) {
      TRY_VOID(copy(sha256));
      tell(head_ + ++done, head_ + named_.found().size());
    }
    manifest_.missing = named_.missing();
    return {};
  }

  Result<> write_checkpoints(const std::vector<Checkpoint>& checkpoints) {
    std::string lines;
    for (const Checkpoint& one : checkpoints) {
      if (one.ledger == ledger_.identity() && one.seq <= head_) lines += to_line(one) + "\n";
    }
    TRY_VOID(write_file(root_ / checkpoints_file, lines));
    return add(std::string(checkpoints_file));
  }

  Result<BackedUp> write_manifest() {
    manifest_.ledger = ledger_.identity();
    manifest_.made_at = format_time(ledger_.time(), Fraction::micros);
    TRY(const std::string text, manifest_text(manifest_));
    TRY_VOID(write_file(root_ / manifest_file, text));
    return BackedUp{.acts = manifest_.acts,
                    .documents = named_.found().size(),
                    .bytes = bytes_,
                    .missing = manifest_.missing};
  }

 private:
  Result<> write_act(const Act& act, Chain& chain, PackedLines& lines) {
    TRY_VOID(chain.take(act, "the ledger; run 'haidang ledger verify'"));
    named_.look(act.body);
    TRY(const std::string line, act_line(act));
    return lines.write(line);
  }

  Result<> copy(const std::string& sha256) {
    const fs::path target = root_ / document_file(sha256);
    TRY_VOID(make_directory(target.parent_path()));
    TRY(NewFile file, NewFile::in(target.parent_path()));
    TRY_VOID(documents_.get(sha256, [&](std::string_view piece) { return file.write(piece); }));
    TRY_VOID(file.place(target));
    return add(document_file(sha256));
  }

  Result<> add(std::string name) {
    TRY(BackupFile file, measure(root_, std::move(name)));
    bytes_ += file.bytes;
    manifest_.files.push_back(std::move(file));
    return {};
  }

  void tell(std::uint64_t done, std::uint64_t of) const {
    if (progress_) progress_(done, of);
  }

  const Ledger& ledger_;
  const Documents& documents_;
  fs::path root_;
  const Progress& progress_;
  std::uint64_t head_;
  Named named_;
  Manifest manifest_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<BackedUp> backup(const Ledger& ledger, const Documents& documents, const fs::path& into,
                        const Progress& progress, const std::vector<Checkpoint>& checkpoints) {
  TRY(Staging staging, Staging::beside(into));
  Backup work(ledger, documents, staging.path(), progress);
  TRY_VOID(work.write_acts());
  TRY_VOID(work.write_documents());
  TRY_VOID(work.write_checkpoints(checkpoints));
  TRY(BackedUp done, work.write_manifest());
  TRY_VOID(staging.place(into));
  return done;
}

}  // namespace haidang::ledger
