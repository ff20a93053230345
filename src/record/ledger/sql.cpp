#include "record/ledger/sql.hpp"

#include "base/check.hpp"

namespace haidang::ledger {

std::int64_t Row::integer(std::size_t column) const {
  if (is_null(column)) return 0;
  const auto* value = std::get_if<std::int64_t>(&cells_.at(column));
  CHECK(value != nullptr, "the column holds an integer");
  return *value;
}

const std::string& Row::text(std::size_t column) const {
  static const std::string none;
  if (is_null(column)) return none;
  const auto* value = std::get_if<std::string>(&cells_.at(column));
  CHECK(value != nullptr, "the column holds text");
  return *value;
}

Result<std::vector<Row>> Sql::rows(std::string_view statement, const Cells& values) {
  std::vector<Row> kept;
  TRY_VOID(scan(statement, values, [&](const Row& row) {
    kept.push_back(row);
    return true;
  }));
  return kept;
}

Result<std::optional<Row>> Sql::row(std::string_view statement, const Cells& values) {
  std::optional<Row> first;
  TRY_VOID(scan(statement, values, [&](const Row& row) {
    first = row;
    return false;
  }));
  return first;
}

Result<> Sql::each(std::string_view statement, const Cells& values,
                   const std::function<Result<>(const Row&)>& take) {
  TRY(auto rows, cursor(statement, values));
  while (true) {
    TRY(const Row* row, rows.next());
    if (row == nullptr) return {};
    TRY_VOID(take(*row));
  }
}

}  // namespace haidang::ledger
