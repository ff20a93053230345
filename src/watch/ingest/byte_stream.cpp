#include "watch/ingest/byte_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace haidang::ingest {
namespace {

constexpr int poll_ms = 250;

Error::Kind kind_of(int number) {
  if (number == ENOENT || number == ENOTDIR) return Error::Kind::not_found;
  if (number == EACCES || number == EPERM) return Error::Kind::denied;
  return Error::Kind::unavailable;
}

std::unexpected<Error> system_error(std::string_view doing, const std::string& path) {
  const int number = errno;
  return fail(kind_of(number), std::string(doing) + ": " + std::strerror(number), path);
}

// A descriptor that closes itself; standard input stays open.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Result<Descriptor> open_descriptor(const std::string& path) {
  if (path == "-") return Descriptor(STDIN_FILENO);
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error("cannot be opened", path);
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return system_error("cannot be examined", path);
  if (S_ISDIR(about.st_mode)) return invalid("is a directory, not a file", path);
  return file;
}

Result<std::size_t> read_some(int fd, char* to, std::size_t size, const std::string& path) {
  for (;;) {
    const ssize_t got = ::read(fd, to, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return system_error("cannot be read", path);
  }
}

bool is_pipe(int fd) {
  struct stat about{};
  return ::fstat(fd, &about) == 0 && !S_ISREG(about.st_mode);
}

bool ready_within(int fd, int milliseconds) {
  pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, milliseconds) > 0;
}

class File final : public ByteStream {
 public:
  File(Descriptor file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), pipe_(is_pipe(file_.get())) {}
  Result<std::size_t> read(char* to, std::size_t size) override {
    TRY(const std::size_t got, read_some(file_.get(), to, size, path_));
    waiting_ = pipe_ && got > 0 && !ready_within(file_.get(), 0);
    return got;
  }
  [[nodiscard]] bool waiting() const override { return waiting_; }

 private:
  Descriptor file_;
  std::string path_;
  bool pipe_;
  bool waiting_ = false;
};

class Followed final : public ByteStream {
 public:
  Followed(Descriptor file, std::string path, const std::atomic<bool>& stop)
      : file_(std::move(file)), path_(std::move(path)), stop_(stop) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    waiting_ = false;
    if (stop_.load()) return 0;
    if (path_ == "-") return read_pipe(to, size);
    TRY(const std::size_t got, read_some(file_.get(), to, size, path_));
    waiting_ = got < size;
    if (got > 0) return got;
    if (replaced() || cut_short()) began_again_ = true;
    if (!began_again_) ::poll(nullptr, 0, poll_ms);
    return 0;
  }

  [[nodiscard]] bool waiting() const override { return waiting_; }
  [[nodiscard]] bool began_again() override { return std::exchange(began_again_, false); }

 private:
  // A pipe has an end, but until then its reader must stay stoppable.
  Result<std::size_t> read_pipe(char* to, std::size_t size) {
    if (ready_within(file_.get(), poll_ms)) return read_some(file_.get(), to, size, path_);
    waiting_ = true;
    return 0;
  }

  // While the name is gone (between the two steps of a rotation) the old file is kept.
  bool replaced() {
    struct stat named{};
    struct stat ours{};
    if (::stat(path_.c_str(), &named) != 0 || ::fstat(file_.get(), &ours) != 0) return false;
    if (named.st_ino == ours.st_ino && named.st_dev == ours.st_dev) return false;
    auto next = open_descriptor(path_);
    if (!next) return false;
    file_ = std::move(*next);
    return true;
  }

  bool cut_short() {
    struct stat ours{};
    const off_t here = ::lseek(file_.get(), 0, SEEK_CUR);
    if (here <= 0 || ::fstat(file_.get(), &ours) != 0 || ours.st_size >= here) return false;
    return ::lseek(file_.get(), 0, SEEK_SET) == 0;
  }

  Descriptor file_;
  std::string path_;
  const std::atomic<bool>& stop_;
  bool waiting_ = false;
  bool began_again_ = false;
};

class Memory final : public ByteStream {
 public:
  explicit Memory(std::string_view bytes) : bytes_(bytes) {}
  Result<std::size_t> read(char* to, std::size_t size) override {
    const std::size_t got = bytes_.copy(to, size);
    bytes_.remove_prefix(got);
    return got;
  }

 private:
  std::string_view bytes_;
};

class Prepended final : public ByteStream {
 public:
  Prepended(std::string before, std::unique_ptr<ByteStream> rest)
      : before_(std::move(before)), rest_(std::move(rest)) {}
  Result<std::size_t> read(char* to, std::size_t size) override {
    if (at_ == before_.size()) return rest_->read(to, size);
    const std::size_t got = before_.copy(to, size, at_);
    at_ += got;
    return got;
  }
  [[nodiscard]] bool waiting() const override { return rest_->waiting(); }
  [[nodiscard]] bool began_again() override { return rest_->began_again(); }

 private:
  std::string before_;
  std::size_t at_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_file(const std::string& path) {
  TRY(auto file, open_descriptor(path));
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<File>(std::move(file), path);
}

Result<std::unique_ptr<ByteStream>> follow_file(const std::string& path,
                                                const std::atomic<bool>& stop) {
  TRY(auto file, open_descriptor(path));
  return std::make_unique<Followed>(std::move(file), path, stop);
}

std::unique_ptr<ByteStream> in_memory(std::string_view bytes) {
  return std::make_unique<Memory>(bytes);
}

std::unique_ptr<ByteStream> prepend(std::string before, std::unique_ptr<ByteStream> rest) {
  return std::make_unique<Prepended>(std::move(before), std::move(rest));
}

}  // namespace haidang::ingest
