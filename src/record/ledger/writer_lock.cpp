#include "record/ledger/writer_lock.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace haidang::ledger {
namespace {

std::unexpected<Error> taken(std::string where) {
  return fail(Error::Kind::conflict,
              "another process has this ledger open for writing; stop it first", std::move(where));
}

}  // namespace

WriterLock::WriterLock(WriterLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

WriterLock::~WriterLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<WriterLock> WriterLock::take_file(std::string_view address) {
  constexpr std::string_view sqlite = "sqlite:";
  if (!address.starts_with(sqlite)) return WriterLock();
  const std::string file = std::string(address.substr(sqlite.size())) + ".lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(errno == EACCES ? Error::Kind::denied : Error::Kind::unavailable,
                "cannot be opened: " + std::string(std::strerror(errno)), file);
  WriterLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return taken(file);
  return lock;
}

Result<> WriterLock::take_connection(Sql& sql) {
  if (sql.dialect() == Dialect::sqlite) return {};
  TRY(const auto row, sql.row("SELECT pg_try_advisory_lock(hashtext('haidang.ledger'), "
                              "hashtext(current_schema()))"));
  if (!row || row->integer(0) == 0) return taken("PostgreSQL");
  return {};
}

}  // namespace haidang::ledger
