#include "base/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace haidang {
namespace {

namespace fs = std::filesystem;

Error::Kind kind_of(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR: return Error::Kind::not_found;
    case EACCES:
    case EPERM:
    case EROFS: return Error::Kind::denied;
    default: return Error::Kind::unavailable;
  }
}

std::unexpected<Error> system_failure(std::string_view doing, const fs::path& path, int code) {
  return fail(kind_of(code),
              fmt::format("cannot {}: {}", doing, std::generic_category().message(code)),
              path.string());
}

// A file descriptor that is closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close_now(); }

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }
  int close_now() { return open() ? ::close(std::exchange(number_, -1)) : 0; }

 private:
  int number_;
};

std::unexpected<Error> too_large(const fs::path& path, std::size_t limit) {
  return invalid(fmt::format("larger than {} bytes; split it or raise the limit", limit),
                 path.string());
}

// Up to `size` bytes more, or the error number.
std::expected<std::size_t, int> read_some(const Descriptor& file, char* to, std::size_t size) {
  while (true) {
    const ssize_t count = ::read(file.number(), to, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return std::unexpected(errno);
  }
}

// Reads past the size that stat told, because a file may grow, and those of /proc tell 0.
Result<std::string> read_all(const Descriptor& file, const fs::path& path, std::size_t told,
                             std::size_t limit) {
  std::string bytes(std::min(told, limit) + 1, '\0');
  std::size_t used = 0;
  while (true) {
    if (used == bytes.size()) bytes.resize(std::min(bytes.size() * 2 + 4096, limit + 1));
    const auto count = read_some(file, bytes.data() + used, bytes.size() - used);
    if (!count) return system_failure("read", path, count.error());
    used += *count;
    if (used > limit) return too_large(path, limit);
    if (*count == 0) break;
  }
  bytes.resize(used);
  return bytes;
}

Result<> write_all(const Descriptor& file, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(file.number(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// A rename lasts once its directory is on the disk.
Result<> sync_directory(const fs::path& path) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.number()) != 0) {
    return system_failure("sync the directory", parent, errno);
  }
  return {};
}

// A new file beside its target, taken away again unless it was put in its place.
class Draft {
 public:
  explicit Draft(const fs::path& target)
      : name_(target.string() + ".XXXXXX"), file_(::mkostemp(name_.data(), O_CLOEXEC)) {
    failure_ = file_.open() ? 0 : errno;
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (failure_ == 0 && !placed_) ::unlink(name_.c_str());
  }

  [[nodiscard]] int failure() const { return failure_; }

  Result<> fill(std::string_view content, const fs::path& target) {
    TRY_VOID(write_all(file_, content, target));
    if (::fsync(file_.number()) != 0) return system_failure("sync", target, errno);
    if (file_.close_now() != 0) return system_failure("close", target, errno);
    return {};
  }
  Result<> place(const fs::path& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) {
      return system_failure("replace", target, errno);
    }
    placed_ = true;
    return {};
  }

 private:
  std::string name_;
  Descriptor file_;
  int failure_ = 0;
  bool placed_ = false;
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_wanted(const fs::path& path, const Listing& listing) {
  return listing.extensions.empty() ||
         std::ranges::find(listing.extensions, path.extension().string()) !=
             listing.extensions.end();
}

Result<> check_limits(const fs::path& root, const fs::path& at, int depth, std::size_t count,
                      const Listing& listing) {
  if (std::cmp_greater(depth, listing.most_deep)) {
    return invalid(
        fmt::format("more than {} directories deep; name a directory nearer to the files",
                    listing.most_deep),
        at.string());
  }
  if (count > listing.most_files) {
    return invalid(fmt::format("more than {} files; name a smaller directory", listing.most_files),
                   root.string());
  }
  return {};
}

// Wanted or not. What vanishes while we look is no error, and no file either.
bool is_listed(const fs::directory_entry& entry, const Listing& listing) {
  std::error_code gone;
  return is_wanted(entry.path(), listing) && entry.is_regular_file(gone);
}

Result<std::vector<fs::path>> walk(const fs::path& root, const Listing& listing) {
  std::vector<fs::path> files;
  std::error_code failed;
  fs::recursive_directory_iterator at(root, failed);
  for (; !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
    if (is_hidden(at->path())) {
      at.disable_recursion_pending();
      continue;
    }
    if (is_listed(*at, listing)) files.push_back(at->path());
    TRY_VOID(check_limits(root, at->path(), at.depth(), files.size(), listing));
  }
  if (failed) return system_failure("list", root, failed.value());
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  // Not waiting: a pipe without a writer would hold us here for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.open()) return system_failure("open", path, errno);
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return system_failure("look at", path, errno);
  if (!S_ISREG(facts.st_mode)) return invalid("not a file; name one", path.string());
  const auto told = static_cast<std::size_t>(facts.st_size);
  if (told > limit) return too_large(path, limit);
  return read_all(file, path, told, limit);
}

Result<> write_file(const fs::path& path, std::string_view content) {
  Draft draft(path);
  if (draft.failure() != 0) return system_failure("write beside", path, draft.failure());
  TRY_VOID(draft.fill(content, path));
  TRY_VOID(draft.place(path));
  return sync_directory(path);
}

Result<std::vector<fs::path>> list_files(const fs::path& root, const Listing& listing) {
  std::error_code failed;
  const fs::file_status status = fs::status(root, failed);
  if (failed) return system_failure("list", root, failed.value());
  if (fs::is_regular_file(status)) return std::vector{root};
  if (!fs::is_directory(status)) return invalid("neither a file nor a directory", root.string());
  return walk(root, listing);
}

}  // namespace haidang
