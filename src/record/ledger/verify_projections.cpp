#include <compare>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdlib.h>  // mkdtemp

#include "base/text.hpp"
#include "record/ledger/findings.hpp"
#include "record/ledger/projections.hpp"
#include "record/ledger/readers.hpp"
#include "record/ledger/tables.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page = 1000;

// A database for a while: beside the ledger, where there is as much room as it needs, or among
// the temporary files.
class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> open(const std::string& address) {
    constexpr std::string_view sqlite = "sqlite:";
    std::string dir;
    if (address.starts_with(sqlite))
      dir = make_dir(fs::path(address.substr(sqlite.size())).parent_path());
    if (dir.empty()) dir = make_dir(fs::temp_directory_path());
    if (dir.empty()) return fail(Error::Kind::unavailable, "no folder for a scratch database");
    std::unique_ptr<Scratch> scratch(new Scratch(dir));
    TRY(scratch->sql_, Sql::connect("sqlite:" + dir + "/scratch.db"));
    for (const auto* setting : {"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF"})
      TRY_VOID(scratch->sql_->run(setting));
    return scratch;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    sql_.reset();
    std::error_code ignored;  // a file left over harms nobody
    fs::remove_all(dir_, ignored);
  }
  Sql& sql() { return *sql_; }

 private:
  explicit Scratch(std::string dir) : dir_(std::move(dir)) {}
  static std::string make_dir(const fs::path& in) {
    std::string name = in / ".haidang-verify-XXXXXX";
    return ::mkdtemp(name.data()) == nullptr ? std::string() : name;
  }

  std::string dir_;
  std::unique_ptr<Sql> sql_;
};

std::string shown(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&cell)) return '"' + text::shown(*text) + '"';
  return "null";
}

std::string shown(const Row& row) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(shown(row.cell(i)));
  return fmt::format("({})", fmt::join(cells, ", "));
}

// As the databases are asked to sort: null, integers, text by its bytes.
std::weak_ordering order(const Row* live, const Row* made) {
  if (live == nullptr || made == nullptr) return (live == nullptr) <=> (made == nullptr);
  for (std::size_t i = 0; i < made->size(); ++i) {
    if (live->cell(i) < made->cell(i)) return std::weak_ordering::less;
    if (made->cell(i) < live->cell(i)) return std::weak_ordering::greater;
  }
  return std::weak_ordering::equivalent;
}

// SELECT of all columns that the scratch has, sorted by all of them.
Result<std::string> select(Sql& scratch, const std::string& table, Dialect dialect) {
  std::vector<std::string> names;
  std::vector<std::string> keys;
  TRY(const auto columns,
      scratch.rows("SELECT name, UPPER(type) FROM pragma_table_info(?) ORDER BY cid", {table}));
  for (const Row& column : columns) {
    names.push_back(column.text(0));
    const bool collated = dialect == Dialect::postgresql && column.text(1) == "TEXT";
    keys.push_back(column.text(0) + (collated ? " COLLATE \"C\" NULLS FIRST" : " NULLS FIRST"));
  }
  return fmt::format("SELECT {} FROM {} ORDER BY {}", fmt::join(names, ", "), table,
                     fmt::join(keys, ", "));
}

class Comparison {
 public:
  Comparison(std::string table, Findings& findings)
      : table_(std::move(table)), findings_(findings) {}

  Result<> run(Cursor live, Cursor made) {
    TRY(const Row* left, live.next());
    TRY(const Row* right, made.next());
    while ((left != nullptr || right != nullptr) && !findings_.full()) {
      const auto ordered = order(left, right);
      if (ordered < 0) tell(*left, "is not made by the acts");
      if (ordered > 0) tell(*right, "is made by the acts and absent");
      if (ordered <= 0) {
        TRY(left, live.next());
      }
      if (ordered >= 0) {
        TRY(right, made.next());
      }
    }
    return {};
  }

 private:
  void tell(const Row& row, std::string_view what) {
    findings_.add(Finding::Kind::projection, 0,
                  fmt::format("table {}: row {} {}", table_, shown(row), what));
  }

  std::string table_;
  Findings& findings_;
};

Result<> compare_table(Sql& live, Sql& scratch, const std::string& table, Findings& findings) {
  TRY(const auto of_live, select(scratch, table, live.dialect()));
  TRY(const auto of_made, select(scratch, table, Dialect::sqlite));
  TRY(auto left, live.cursor(of_live));
  TRY(auto right, scratch.cursor(of_made));
  return Comparison(table, findings).run(std::move(left), std::move(right));
}

// Whether all acts were taken; what was not is told.
Result<bool> feed(Sql& from, Sql& scratch, const Projections& projections, Findings& findings) {
  for (std::uint64_t done = 0;;) {
    const auto acts = acts_after(from, done, page);
    if (!acts) {
      findings.add(Finding::Kind::unreadable, done + 1,
                   "the projections cannot be made again: " + acts.error().message());
      return false;
    }
    if (acts->empty()) return true;
    for (const Act& act : *acts)
      if (const auto taken = projections.apply(scratch, act); !taken) {
        findings.add(Finding::Kind::projection, act.seq, taken.error().message());
        return false;
      }
    done = acts->back().seq;
  }
}

Result<bool> make(Sql& from, Sql& scratch, const Projections& projections, Findings& findings) {
  TRY_VOID(scratch.run("BEGIN"));
  TRY_VOID(projections.create_tables(scratch));
  TRY(const bool all, feed(from, scratch, projections, findings));
  TRY_VOID(scratch.run("COMMIT"));
  return all;
}

// PostgreSQL reads nothing more in a transaction that has failed.
Result<> begin_reading_again(Sql& sql) {
  if (sql.in_transaction()) TRY_VOID(sql.run("ROLLBACK"));
  return begin_reading(sql);
}

}  // namespace

Result<> compare_projections(Sql& sql, const VerifyOptions& options, Findings& findings) {
  TRY(const auto projections, Projections::of(options.projections));
  TRY(const auto scratch, Scratch::open(options.address));
  TRY(const bool all, make(sql, scratch->sql(), projections, findings));
  if (!all) return {};
  for (const auto& projection : projections.list())
    for (const auto& table : projection.tables)
      if (const auto compared = compare_table(sql, scratch->sql(), table, findings); !compared) {
        findings.add(Finding::Kind::projection, 0,
                     fmt::format("table {}: {}", table, compared.error().message()));
        TRY_VOID(begin_reading_again(sql));
      }
  return {};
}

}  // namespace haidang::ledger
