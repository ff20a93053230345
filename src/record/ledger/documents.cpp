#include "record/ledger/documents.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/quantity.hpp"
#include "record/ledger/disk.hpp"
#include "record/ledger/media_type.hpp"
#include "record/ledger/sealed.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 64U << 10;
constexpr std::string_view every_type = "*/*";
constexpr std::string_view untold = "application/octet-stream";

bool is_name(std::string_view sha256) {
  return sha256.size() == 64 && std::ranges::all_of(sha256, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::unexpected<Error> no_document(std::string_view sha256) {
  return fail(Error::Kind::not_found, "there is no such document",
              std::string(sha256.substr(0, 64)));
}

// --- putting -------------------------------------------------------------

Result<> check_list(const DocumentLimits& limits) {
  for (const std::string& type : limits.types) {
    if (type != every_type && std::ranges::find(media_types(), type) == media_types().end()) {
      return invalid(fmt::format("'{}' is no media type that can be told from a content", type));
    }
  }
  return {};
}

bool takes(const DocumentLimits& limits, std::string_view type) {
  const auto& types = limits.types;
  if (std::ranges::find(types, every_type) != types.end()) return true;
  if (types.empty()) return !type.empty() && !is_program(type);
  return std::ranges::find(types, type) != types.end();
}

Result<std::string> check_type(const DocumentLimits& limits, std::string_view type) {
  if (takes(limits, type)) return std::string(type.empty() ? untold : type);
  if (type.empty()) {
    return invalid("what kind of file this is cannot be told from its content, so it is not taken");
  }
  return invalid(fmt::format("files of the type {} are not taken here", type));
}

// What happens to a content on its way into its file.
class Intake {
 public:
  Intake(NewFile& file, const std::optional<std::string>& key, const DocumentLimits& limits)
      : file_(file), limits_(limits) {
    if (key) sealer_.emplace(*key);
  }

  Result<> take(std::string_view piece) {
    bytes_ += piece.size();
    if (bytes_ > limits_.most_bytes) {
      return invalid(fmt::format("the document is larger than {}, the most that is taken here",
                                 format_size(limits_.most_bytes)));
    }
    if (begins_.size() < sealed_magic_bytes) {
      begins_ += piece.substr(0, sealed_magic_bytes - begins_.size());
    }
    hash_.update(piece);
    teller_.update(piece);
    return sealer_ ? sealer_->write(piece, out()) : file_.write(piece);
  }

  Result<Stored> finish() {
    if (bytes_ == 0) return invalid("the document is empty");
    if (is_sealed(begins_)) return invalid("this is an encrypted document of ours, not a document");
    TRY(std::string type, check_type(limits_, teller_.tell()));
    if (sealer_) TRY_VOID(sealer_->finish(out()));
    return Stored{hex(hash_.finish()), bytes_, std::move(type)};
  }

 private:
  Sealer::Push out() {
    return [this](std::string_view bytes) { return file_.write(bytes); };
  }

  NewFile& file_;
  const DocumentLimits& limits_;
  std::optional<Sealer> sealer_;
  Sha256 hash_;
  MediaTeller teller_;
  std::string begins_;
  std::uint64_t bytes_ = 0;
};

// --- finding -------------------------------------------------------------

std::unexpected<Error> cannot_list(const fs::path& dir, std::error_code why) {
  return disk_failure("list", dir, why.value());
}

Result<std::vector<std::string>> names_in(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(dir, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    names.push_back(at->path().filename().string());
  }
  if (failed) return cannot_list(dir, failed);
  std::ranges::sort(names);
  return names;
}

// What a killed process left; another process may be writing a younger one now.
Result<> sweep(const fs::path& dir) {
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24);
  TRY(const auto names, names_in(dir));
  for (const std::string& name : names) {
    if (!name.starts_with(NewFile::prefix)) continue;
    std::error_code gone;
    const auto written = fs::last_write_time(dir / name, gone);
    if (!gone && written < long_ago) fs::remove(dir / name, gone);
  }
  return {};
}

Result<> make_with_parents(const fs::path& dir) {
  std::error_code failed;
  if (dir.has_parent_path()) fs::create_directories(dir.parent_path(), failed);
  if (failed) return disk_failure("make the directory", dir.parent_path(), failed.value());
  return make_directory(dir);
}

// --- getting -------------------------------------------------------------

Result<> stream_plain(FileReader& file, std::string_view head, const Push& push) {
  TRY_VOID(push(head));
  std::string piece(piece_bytes, '\0');
  while (true) {
    TRY(const std::size_t got, file.read(piece.data(), piece.size()));
    if (got > 0) TRY_VOID(push(std::string_view(piece).substr(0, got)));
    if (got < piece.size()) return {};
  }
}

}  // namespace

Documents::Documents(fs::path dir, std::optional<std::string> key)
    : dir_(std::move(dir)), key_(std::move(key)) {}

Result<Documents> Documents::open(fs::path dir, std::optional<std::string> key) {
  if (key && key->size() != sealed_key_bytes) {
    return invalid(fmt::format("the key of the documents has {} bytes; it must have {}",
                               key->size(), sealed_key_bytes));
  }
  TRY_VOID(make_with_parents(dir));
  TRY_VOID(sweep(dir));
  return Documents(std::move(dir), std::move(key));
}

fs::path Documents::file_of(std::string_view sha256) const {
  return dir_ / sha256.substr(0, 2) / sha256;
}

Result<Stored> Documents::put(const Pull& pull, const DocumentLimits& limits) const {
  TRY_VOID(check_list(limits));
  TRY(NewFile file, NewFile::in(dir_));
  Intake intake(file, key_, limits);
  while (true) {
    TRY(const std::string_view piece, pull());
    if (piece.empty()) break;
    TRY_VOID(intake.take(piece));
  }
  TRY(Stored stored, intake.finish());
  const fs::path target = file_of(stored.sha256);
  TRY_VOID(make_directory(target.parent_path()));
  TRY_VOID(file.place(target));
  return stored;
}

Result<Stored> Documents::put(std::string_view content, const DocumentLimits& limits) const {
  return put([&] { return Result<std::string_view>(std::exchange(content, {})); }, limits);
}

Result<> Documents::stream(const fs::path& path, const Push& push) const {
  TRY(FileReader file, FileReader::open(path));
  std::array<char, sealed_magic_bytes> head{};
  TRY(const std::size_t got, file.read(head.data(), head.size()));
  const std::string_view begins(head.data(), got);
  if (!is_sealed(begins)) return stream_plain(file, begins, push);
  if (!key_) {
    return fail(Error::Kind::denied, "the document is encrypted; set the key it was stored with",
                path.string());
  }
  const Fill rest = [&](char* to, std::size_t size) { return file.read(to, size); };
  return open_sealed(rest, *key_, push, path.string());
}

Result<> Documents::get(std::string_view sha256, const Push& push) const {
  if (!has(sha256)) return no_document(sha256);
  const fs::path path = file_of(sha256);
  Sha256 hash;
  TRY_VOID(stream(path, [&](std::string_view piece) {
    hash.update(piece);
    return push(piece);
  }));
  if (hex(hash.finish()) != sha256) {
    return fail(Error::Kind::corrupt, "the document is not what its name says: it was changed",
                path.string());
  }
  return {};
}

Result<std::string> Documents::get(std::string_view sha256, std::uint64_t most_bytes) const {
  std::string content;
  TRY_VOID(get(sha256, [&](std::string_view piece) -> Result<> {
    if (content.size() + piece.size() > most_bytes) {
      return invalid(fmt::format("the document is larger than {}", format_size(most_bytes)),
                     std::string(sha256));
    }
    content += piece;
    return {};
  }));
  return content;
}

bool Documents::has(std::string_view sha256) const {
  std::error_code failed;
  return is_name(sha256) && fs::is_regular_file(file_of(sha256), failed);
}

Result<> Documents::each(const std::function<Result<>(std::string_view)>& take) const {
  TRY(const auto folders, names_in(dir_));
  for (const std::string& folder : folders) {
    std::error_code failed;
    if (folder.size() != 2 || !fs::is_directory(dir_ / folder, failed)) continue;
    TRY(const auto names, names_in(dir_ / folder));
    for (const std::string& name : names) {
      if (name.starts_with(folder) && has(name)) TRY_VOID(take(name));
    }
  }
  return {};
}

Result<> Documents::verify(
    const std::function<void(std::string_view, const Result<>&)>& tell) const {
  return each([&](std::string_view sha256) -> Result<> {
    tell(sha256, get(sha256, [](std::string_view) { return Result<>(); }));
    return {};
  });
}

}  // namespace haidang::ledger
