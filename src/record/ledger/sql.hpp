// One connection to the record's database, SQLite or PostgreSQL, through SOCI.
//
//   TRY(const auto rows, sql.rows("SELECT id, name FROM unit WHERE kind = ?", {kind}));
//   for (const Row& row : rows) use(row.text(0), row.text(1));
//
// Statements are written once for both: `?` marks a value (never inside quotes), types are
// BIGINT and TEXT, there are no floating numbers (figures of record are exact). Prepared
// statements are kept by their text, so text must not vary with values.
// One thread at a time. SOCI's exceptions stop here: a lost connection or a full disk is
// `unavailable`, a broken uniqueness `conflict`, a damaged file `corrupt`. After a lost connection
// the next call connects again, but within a transaction everything fails until ROLLBACK.
// Refuses text with a zero byte: PostgreSQL cannot hold it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace haidang::ledger {

using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using Cells = std::vector<Cell>;

class Row {
 public:
  explicit Row(Cells cells) : cells_(std::move(cells)) {}

  [[nodiscard]] std::size_t size() const { return cells_.size(); }
  [[nodiscard]] bool is_null(std::size_t column) const { return cells_.at(column).index() == 0; }
  // 0 and "" where the column is null; a CHECK where it holds the other type.
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  [[nodiscard]] const std::string& text(std::size_t column) const;
  // As it is: for what an outsider may have changed.
  [[nodiscard]] const Cell& cell(std::size_t column) const { return cells_.at(column); }

 private:
  friend class Cursor;
  Cells cells_;
};

enum class Dialect : std::uint8_t { sqlite, postgresql };

// The rows of one SELECT, one by one; memory does not grow with their number. A PostgreSQL
// connection stays in a transaction while it lives. It must not outlive its Sql.
class Cursor {
 public:
  Cursor(Cursor&& other) noexcept;
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor();

  // The next row, good until the next call; null after the last.
  Result<const Row*> next();

 private:
  friend class Sql;
  struct State;
  static Cells& cells_of(Row& row);
  explicit Cursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  Row row_{Cells{}};
};

class Sql {
 public:
  // "sqlite:/absolute/path" or "postgresql://user:password@host/database" (also key=value words
  // after "postgresql:").
  static Result<std::unique_ptr<Sql>> connect(std::string_view address);
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;
  ~Sql();

  [[nodiscard]] Dialect dialect() const;

  // How many rows it changed.
  Result<std::uint64_t> run(std::string_view statement, const Cells& values = {});
  Result<std::vector<Row>> rows(std::string_view statement, const Cells& values = {});
  // The same of a SELECT without keeping them: for millions. A failure of `take` ends it.
  Result<> each(std::string_view statement, const Cells& values,
                const std::function<Result<>(const Row&)>& take);
  // The first row, if any.
  Result<std::optional<Row>> row(std::string_view statement, const Cells& values = {});
  Result<Cursor> cursor(std::string_view statement, const Cells& values = {});

  [[nodiscard]] bool in_transaction() const;
  // How often it has connected: a change means that locks and transactions of before are gone.
  [[nodiscard]] std::uint64_t connections() const;

 private:
  friend class Cursor;
  struct State;
  explicit Sql(std::unique_ptr<State> state);
  // Until `take` says that it has enough.
  Result<> scan(std::string_view statement, const Cells& values,
                const std::function<bool(const Row&)>& take);
  std::unique_ptr<State> state_;
};

}  // namespace haidang::ledger
