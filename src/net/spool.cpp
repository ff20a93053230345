#include "net/spool.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/quantity.hpp"

namespace haidang::net {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "haidang-body-";

std::unexpected<Error> failure(std::string_view doing, const fs::path& path, int code) {
  return fail(Error::Kind::unavailable,
              fmt::format("cannot {}: {}", doing, std::generic_category().message(code)),
              path.string());
}

// "haidang-body-<process>-XXXXXX" of a process that is no more.
bool is_left_behind(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(prefix)) return false;
  const auto rest = std::string_view(name).substr(prefix.size());
  const auto process = parse_integer(rest.substr(0, rest.find('-')));
  if (!process || *process <= 0) return false;
  return ::kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH;
}

}  // namespace

struct Spool::File {
  fs::path path;
  int descriptor = -1;

  File(fs::path where, int opened) : path(std::move(where)), descriptor(opened) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    ::close(descriptor);
    ::unlink(path.c_str());
  }
};

Result<Spool> Spool::create(const fs::path& directory) {
  std::string name = (directory / fmt::format("{}{}-XXXXXX", prefix, ::getpid())).string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);  // 0600
  if (descriptor < 0) return failure("create a file for a large body", directory, errno);
  return Spool(std::make_shared<File>(name, descriptor));
}

Result<> Spool::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_->descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("write a large body", file_->path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

const fs::path& Spool::path() const { return file_->path; }

std::shared_ptr<void> Spool::keeps() const { return file_; }

void Spool::remove_left_behind(const fs::path& directory) {
  std::error_code ignored;  // another's file in a shared directory stays, and that is right
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (is_left_behind(entry.path())) fs::remove(entry.path(), ignored);
}

}  // namespace haidang::net
