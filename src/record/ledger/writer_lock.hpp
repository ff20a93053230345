// Who may write: one process for one ledger.
//
// SQLite: an exclusive flock on "<file>.lock", which the system lets go when the process ends
// however it ends. PostgreSQL: an advisory lock of the writer's connection, one for each schema.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "record/ledger/sql.hpp"

namespace haidang::ledger {

class WriterLock {
 public:
  WriterLock() = default;
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  ~WriterLock();

  // On the file of an SQLite address; nothing for others. `conflict` where another has it.
  static Result<WriterLock> take_file(std::string_view address);
  // On the connection; nothing for SQLite. Again after every reconnect.
  static Result<> take_connection(Sql& sql);

 private:
  explicit WriterLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace haidang::ledger
