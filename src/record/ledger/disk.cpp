#include "record/ledger/disk.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;

Error::Kind kind_of(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR: return Error::Kind::not_found;
    case EEXIST: return Error::Kind::conflict;
    case EACCES:
    case EPERM:
    case EROFS: return Error::Kind::denied;
    default: return Error::Kind::unavailable;
  }
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

std::unexpected<Error> disk_failure(std::string_view doing, const fs::path& path, int code) {
  return fail(kind_of(code),
              fmt::format("cannot {}: {}", doing, std::generic_category().message(code)),
              path.string());
}

int Descriptor::close() { return is_open() ? ::close(std::exchange(number_, -1)) : 0; }

Result<> write_all(const Descriptor& file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return disk_failure("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<> sync_directory(const fs::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || ::fsync(opened.number()) != 0) {
    return disk_failure("sync the directory", directory, errno);
  }
  return {};
}

Result<> make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) return sync_directory(parent_of(directory));
  const int code = errno;
  std::error_code failed;
  if (code == EEXIST && fs::is_directory(directory, failed)) return {};
  return disk_failure("make the directory", directory, code);
}

// --- FileReader ----------------------------------------------------------

FileReader::FileReader(Descriptor file, fs::path path, std::uint64_t size)
    : file_(std::move(file)), path_(std::move(path)), size_(size) {}

Result<FileReader> FileReader::open(const fs::path& path) {
  // Not waiting: a pipe without a writer would hold us here for ever.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return disk_failure("open", path, errno);
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return disk_failure("look at", path, errno);
  if (!S_ISREG(facts.st_mode)) return invalid("not a file; name one", path.string());
  return FileReader(std::move(file), path, static_cast<std::uint64_t>(facts.st_size));
}

Result<std::size_t> FileReader::read(char* to, std::size_t size) {
  std::size_t used = 0;
  while (used < size) {
    const ssize_t count = ::read(file_.number(), to + used, size - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return disk_failure("read", path_, errno);
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
  }
  return used;
}

// --- NewFile -------------------------------------------------------------

NewFile::NewFile(std::string name, Descriptor file)
    : name_(std::move(name)), file_(std::move(file)) {}

NewFile::NewFile(NewFile&& other) noexcept
    : name_(std::exchange(other.name_, {})), file_(std::move(other.file_)) {}

NewFile::~NewFile() {
  if (!name_.empty()) ::unlink(name_.c_str());
}

Result<NewFile> NewFile::in(const fs::path& directory) {
  std::string name = (directory / fmt::format("{}XXXXXX", prefix)).string();
  Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.is_open()) return disk_failure("write in", directory, errno);
  return NewFile(std::move(name), std::move(file));
}

Result<> NewFile::write(std::string_view bytes) { return write_all(file_, bytes, name_); }

Result<> NewFile::finish() {
  if (::fsync(file_.number()) != 0) return disk_failure("sync", name_, errno);
  if (file_.close() != 0) return disk_failure("close", name_, errno);
  return {};
}

Result<> NewFile::place(const fs::path& target) {
  TRY_VOID(finish());
  if (::rename(name_.c_str(), target.c_str()) != 0) {
    return disk_failure("put in place", target, errno);
  }
  name_.clear();
  return sync_directory(parent_of(target));
}

// A link, unlike a rename, never replaces.
Result<> NewFile::place_first(const fs::path& target) {
  TRY_VOID(finish());
  if (::link(name_.c_str(), target.c_str()) != 0) {
    return disk_failure("put in place", target, errno);
  }
  return sync_directory(parent_of(target));
}

}  // namespace haidang::ledger
