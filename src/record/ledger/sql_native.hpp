// What SOCI 4.0 does not tell in one way for both databases: values as they are stored, error
// codes, the state of a transaction. Included by sql_soci.cpp only.
//
// SOCI's own dynamic rows go by the declared type of a column, which COUNT(*) has none of, and cut
// an INTEGER of SQLite to 32 bits; so values are read from its back ends' statements.
#pragma once

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/result.hpp"
#include "record/ledger/sql.hpp"

namespace haidang::ledger::native {

// The row that the statement stands on. `cells` is used again: text keeps its memory.
void read_row(Dialect dialect, soci::statement& statement, Cells& cells);
// The locks and memory of a statement that is not read further.
void release(Dialect dialect, soci::statement& statement);

Error error_of(Dialect dialect, soci::session& session, const soci::soci_error& error);
bool in_transaction(Dialect dialect, soci::session& session);
bool is_lost(Dialect dialect, soci::session& session);
// Rows changed on this connection since it was opened; only SQLite counts so.
std::int64_t changes_so_far(Dialect dialect, soci::session& session);
// COMMIT in a transaction that had failed: PostgreSQL rolls back and calls it success.
bool rolled_back_instead(Dialect dialect, soci::statement& statement);

// For soci::session: from an address of ours.
struct Target {
  Dialect dialect = Dialect::sqlite;
  std::string connect{};
  std::string file{};  // SQLite only
};
Result<Target> target_of(std::string_view address);

}  // namespace haidang::ledger::native
