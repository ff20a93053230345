#include "record/ledger/sql_native.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace haidang::ledger::native {
namespace {

using namespace sqlite_api;  // NOLINT(google-build-using-namespace): SOCI puts sqlite3.h there

sqlite3_stmt* sqlite_statement(soci::statement& statement) {
  return static_cast<soci::sqlite3_statement_backend*>(statement.get_backend())->stmt_;
}
sqlite3* sqlite_connection(soci::session& session) {
  return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}
soci::postgresql_statement_backend& postgres_statement(soci::statement& statement) {
  return *static_cast<soci::postgresql_statement_backend*>(statement.get_backend());
}
PGconn* postgres_connection(soci::session& session) {
  return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

void set_text(Cell& cell, std::string_view text) {
  if (auto* kept = std::get_if<std::string>(&cell))
    kept->assign(text);
  else
    cell.emplace<std::string>(text);
}

void read_sqlite_cell(sqlite3_stmt* statement, int column, Cell& cell) {
  const int type = sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) {
    cell.emplace<std::monostate>();
  } else if (type == SQLITE_INTEGER) {
    cell.emplace<std::int64_t>(sqlite3_column_int64(statement, column));
  } else {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    set_text(cell, bytes == nullptr ? std::string_view() : std::string_view(bytes, size));
  }
}

void read_sqlite(sqlite3_stmt* statement, Cells& cells) {
  cells.resize(static_cast<std::size_t>(sqlite3_column_count(statement)));
  for (std::size_t i = 0; i < cells.size(); ++i)
    read_sqlite_cell(statement, static_cast<int>(i), cells[i]);
}

bool is_integer_type(Oid type) {
  constexpr std::array<Oid, 5> types{20, 21, 23, 26, 1700};  // int8, int2, int4, oid, numeric
  return std::ranges::find(types, type) != types.end();
}

void read_postgres_cell(const PGresult* result, int row, int column, Cell& cell) {
  constexpr Oid boolean = 16;
  if (PQgetisnull(result, row, column) != 0) {
    cell.emplace<std::monostate>();
    return;
  }
  const std::string_view text(PQgetvalue(result, row, column),
                              static_cast<std::size_t>(PQgetlength(result, row, column)));
  const Oid type = PQftype(result, column);
  if (type == boolean) {
    cell.emplace<std::int64_t>(text == "t" ? 1 : 0);
    return;
  }
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  // SUM() of BIGINT is numeric there; a fraction stays text.
  if (is_integer_type(type) && std::from_chars(text.data(), end, number).ptr == end)
    cell.emplace<std::int64_t>(number);
  else
    set_text(cell, text);
}

void read_postgres(soci::postgresql_statement_backend& statement, Cells& cells) {
  const PGresult* result = statement.result_;
  cells.resize(static_cast<std::size_t>(PQnfields(result)));
  for (std::size_t i = 0; i < cells.size(); ++i)
    read_postgres_cell(result, statement.currentRow_, static_cast<int>(i), cells[i]);
}

struct SqliteKind {
  int code;  // primary
  Error::Kind kind;
};
constexpr std::array sqlite_kinds{
    SqliteKind{SQLITE_BUSY, Error::Kind::unavailable},
    SqliteKind{SQLITE_LOCKED, Error::Kind::unavailable},
    SqliteKind{SQLITE_NOMEM, Error::Kind::unavailable},
    SqliteKind{SQLITE_IOERR, Error::Kind::unavailable},
    SqliteKind{SQLITE_FULL, Error::Kind::unavailable},
    SqliteKind{SQLITE_CANTOPEN, Error::Kind::unavailable},
    SqliteKind{SQLITE_PROTOCOL, Error::Kind::unavailable},
    SqliteKind{SQLITE_READONLY, Error::Kind::denied},
    SqliteKind{SQLITE_PERM, Error::Kind::denied},
    SqliteKind{SQLITE_AUTH, Error::Kind::denied},
    SqliteKind{SQLITE_CORRUPT, Error::Kind::corrupt},
    SqliteKind{SQLITE_NOTADB, Error::Kind::corrupt},
};

Error::Kind kind_of_sqlite(int extended) {
  if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
      extended == SQLITE_CONSTRAINT_ROWID)
    return Error::Kind::conflict;
  const auto found = std::ranges::find(sqlite_kinds, extended & 0xFF, &SqliteKind::code);
  return found == sqlite_kinds.end() ? Error::Kind::invalid : found->kind;
}

struct PostgresKind {
  std::string_view state;  // SQLSTATE or its class
  Error::Kind kind;
};
constexpr std::array postgres_kinds{
    PostgresKind{"23505", Error::Kind::conflict},     // unique_violation
    PostgresKind{"40", Error::Kind::conflict},        // transaction rollback
    PostgresKind{"08", Error::Kind::unavailable},     // connection
    PostgresKind{"53", Error::Kind::unavailable},     // insufficient resources
    PostgresKind{"55P03", Error::Kind::unavailable},  // lock_not_available
    PostgresKind{"57", Error::Kind::unavailable},     // operator intervention
    PostgresKind{"58", Error::Kind::unavailable},     // system error
    PostgresKind{"28", Error::Kind::denied},          // authorization
    PostgresKind{"42501", Error::Kind::denied},       // insufficient_privilege
    PostgresKind{"XX", Error::Kind::corrupt},         // internal, data_corrupted, index_corrupted
};

Error::Kind kind_of_postgres(std::string_view state) {
  for (const auto& [prefix, kind] : postgres_kinds)
    if (state.starts_with(prefix)) return kind;
  return Error::Kind::invalid;
}

// The first line: what follows may repeat values.
std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

// An error of SOCI itself leaves SQLite's code as it was before.
Error sqlite_error(soci::session& session, const soci::soci_error& error) {
  const bool of_sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error) != nullptr;
  const int code = of_sqlite ? sqlite3_extended_errcode(sqlite_connection(session)) : SQLITE_ERROR;
  return {kind_of_sqlite(code), "SQLite: " + first_line(error.get_error_message())};
}

Error postgres_error(soci::session& session, const soci::soci_error& error) {
  const auto* known = dynamic_cast<const soci::postgresql_soci_error*>(&error);
  Error told{kind_of_postgres(known == nullptr ? "" : known->sqlstate()),
             "PostgreSQL: " + first_line(error.get_error_message())};
  if (is_lost(Dialect::postgresql, session)) told.kind = Error::Kind::unavailable;
  return told;
}

Result<Target> sqlite_target(std::string_view path) {
  if (!path.starts_with('/'))
    return invalid("the path is not absolute; write sqlite:/absolute/path", std::string(path));
  if (path.find('"') != path.npos || path.find('\0') != path.npos)
    return invalid("a path with a quotation mark or a zero byte cannot be used", std::string(path));
  return Target{.dialect = Dialect::sqlite,
                .connect = "dbname=\"" + std::string(path) + "\" timeout=10",
                .file = std::string(path)};
}

// SOCI takes only key='value' words, so a URI is taken apart by libpq.
Result<Target> postgres_target(const std::string& words) {
  char* why = nullptr;
  PQconninfoOption* options = PQconninfoParse(words.c_str(), &why);
  if (options == nullptr) {
    const std::string told = why == nullptr ? "out of memory" : first_line(why);
    PQfreemem(why);
    return invalid("not an address of PostgreSQL: " + told);
  }
  Target target{.dialect = Dialect::postgresql};
  for (const auto* option = options; option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    target.connect += std::string(option->keyword) + "='";
    for (const char* c = option->val; *c != '\0'; ++c) {
      if (*c == '\'' || *c == '\\') target.connect += '\\';
      target.connect += *c;
    }
    target.connect += "' ";
  }
  PQconninfoFree(options);
  return target;
}

}  // namespace

void read_row(Dialect dialect, soci::statement& statement, Cells& cells) {
  if (dialect == Dialect::sqlite)
    read_sqlite(sqlite_statement(statement), cells);
  else
    read_postgres(postgres_statement(statement), cells);
}

void release(Dialect dialect, soci::statement& statement) {
  if (dialect == Dialect::sqlite)
    sqlite3_reset(sqlite_statement(statement));
  else
    postgres_statement(statement).result_.reset();
}

Error error_of(Dialect dialect, soci::session& session, const soci::soci_error& error) {
  return dialect == Dialect::sqlite ? sqlite_error(session, error) : postgres_error(session, error);
}

bool in_transaction(Dialect dialect, soci::session& session) {
  if (dialect == Dialect::sqlite) return sqlite3_get_autocommit(sqlite_connection(session)) == 0;
  const auto status = PQtransactionStatus(postgres_connection(session));
  return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}

bool is_lost(Dialect dialect, soci::session& session) {
  return dialect == Dialect::postgresql && PQstatus(postgres_connection(session)) != CONNECTION_OK;
}

std::int64_t changes_so_far(Dialect dialect, soci::session& session) {
  return dialect == Dialect::sqlite ? sqlite3_total_changes64(sqlite_connection(session)) : 0;
}

bool rolled_back_instead(Dialect dialect, soci::statement& statement) {
  if (dialect == Dialect::sqlite) return false;
  PGresult* result = postgres_statement(statement).result_.get_result();
  return result != nullptr && std::string_view(PQcmdStatus(result)) == "ROLLBACK";
}

Result<Target> target_of(std::string_view address) {
  if (address.starts_with("sqlite:")) return sqlite_target(address.substr(7));
  if (address.starts_with("postgresql://") || address.starts_with("postgres://"))
    return postgres_target(std::string(address));
  if (address.starts_with("postgresql:")) return postgres_target(std::string(address.substr(11)));
  return invalid(
      "not an address of a database; write sqlite:/absolute/path or "
      "postgresql://user@host/database");
}

}  // namespace haidang::ledger::native
