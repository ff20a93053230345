// The ledger on SQLite: durable acts a second beside plain SQLite in the same run, and what a
// ledger of five million acts costs to open and to verify.
#include <chrono>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <sqlite3.h>
#include <stdlib.h>  // mkdtemp
#include <unistd.h>

#include "base/check.hpp"
#include "record/ledger/ledger.hpp"
#include "record/ledger/verify.hpp"
#include "report.hpp"

namespace haidang::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int durable = 8'000;
constexpr std::uint64_t many = 5'000'000;
constexpr std::uint64_t at_once = 5'000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

class Folder {
 public:
  Folder() {
    std::string name = fs::temp_directory_path() / "haidang-bench-XXXXXX";
    CHECK(::mkdtemp(name.data()) != nullptr, "a folder can be made");
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string file(std::string_view name) const { return path_ / name; }

 private:
  fs::path path_;
};

ledger::Draft draft(std::uint64_t number) {
  return {.actor = "an.nguyen",
          .unit = "so-khcn",
          .case_id = fmt::format("SC-2026-{:06}", number % 50'000),
          .kind = "case.changed",
          .body = {{"state", "contained"},
                   {"version", number},
                   {"note", "Đã cô lập máy trạm khỏi mạng nội bộ, chờ kiểm tra"}}};
}

// One row for each case, as every procedure has it.
ledger::Projection cases() {
  return {.name = "cases",
          .version = 1,
          .tables = {"cases"},
          .schema = {"CREATE TABLE cases (id TEXT PRIMARY KEY, seq BIGINT NOT NULL)"},
          .apply = [](ledger::Sql& sql, const ledger::Act& act) -> Result<> {
            TRY_VOID(
                sql.run("INSERT INTO cases (id, seq) VALUES (?, ?) "
                        "ON CONFLICT (id) DO UPDATE SET seq = excluded.seq",
                        {act.case_id, static_cast<std::int64_t>(act.seq)}));
            return {};
          }};
}

std::unique_ptr<ledger::Ledger> open(const std::string& file) {
  auto opened = ledger::Ledger::open({.address = "sqlite:" + file}, {cases()});
  CHECK(opened.has_value(), "the ledger opens");
  return std::move(*opened);
}

void append(ledger::Ledger& to, std::uint64_t from, std::uint64_t count) {
  const auto done = to.write([&](ledger::Writer& writer) -> Result<> {
    for (std::uint64_t i = 0; i < count; ++i) TRY_VOID(writer.append(draft(from + i)));
    return {};
  });
  CHECK(done.has_value(), "the acts are written");
}

void run(sqlite3* database, const char* statement) {
  CHECK(sqlite3_exec(database, statement, nullptr, nullptr, nullptr) == SQLITE_OK, statement);
}

class Statement {
 public:
  Statement(sqlite3* database, const char* text) {
    CHECK(sqlite3_prepare_v2(database, text, -1, &statement_, nullptr) == SQLITE_OK, text);
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }
  void run(int number = 0, const std::string& id = {}, const std::string& rest = {}) {
    const auto bind = [&](int at, const std::string& text) {
      if (sqlite3_bind_parameter_count(statement_) >= at)
        sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()),
                          SQLITE_STATIC);
    };
    if (sqlite3_bind_parameter_count(statement_) > 0) sqlite3_bind_int(statement_, 1, number);
    bind(2, id);
    bind(3, rest);
    CHECK(sqlite3_step(statement_) == SQLITE_DONE, "SQLite takes the row");
    sqlite3_reset(statement_);
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

double insert_plainly(sqlite3* database) {
  Statement begin(database, "BEGIN IMMEDIATE");
  Statement act(database, "INSERT INTO acts VALUES (?1, ?2, ?3)");
  Statement of_case(database, "INSERT INTO cases (seq, id) VALUES (?1, ?2)");
  Statement commit(database, "COMMIT");
  const std::string rest(330, 'x');
  const auto start = Clock::now();
  for (int i = 1; i <= durable; ++i) {
    const std::string id = fmt::format("SC-2026-{:06}", i);
    begin.run();
    act.run(i, id, rest);
    of_case.run(i, id);
    commit.run();
  }
  return durable / seconds_since(start);
}

// Rows of the same size into the same tables, by nothing but SQLite.
double plain_per_second(const std::string& file) {
  sqlite3* database = nullptr;
  CHECK(sqlite3_open(file.c_str(), &database) == SQLITE_OK, "SQLite opens");
  for (const auto* statement :
       {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
        "CREATE TABLE acts (seq INTEGER PRIMARY KEY, case_id TEXT, rest TEXT)",
        "CREATE INDEX acts_case ON acts (case_id, seq)",
        "CREATE TABLE cases (id TEXT PRIMARY KEY, seq BIGINT NOT NULL)"})
    run(database, statement);
  const double per_second = insert_plainly(database);
  sqlite3_close(database);
  return per_second;
}

double ledger_per_second(const std::string& file) {
  const auto to = open(file);
  const auto start = Clock::now();
  for (int i = 0; i < durable; ++i) append(*to, static_cast<std::uint64_t>(i), 1);
  return durable / seconds_since(start);
}

void measure_durable(Report& report, const Folder& folder) {
  const double plain = plain_per_second(folder.file("plain.db"));
  const double ours = ledger_per_second(folder.file("durable.db"));
  report.add({.group = "ledger",
              .name = "durable acts, one a transaction",
              .value = ours,
              .unit = "acts/s",
              .bar = 3000,
              .note = "SQLite, WAL, synchronous FULL, one projection"});
  report.add({.group = "ledger",
              .name = "  plain SQLite, the same rows",
              .value = plain,
              .unit = "rows/s",
              .note = fmt::format("ours is {:.2f} of it", ours / plain)});
}

void fill(Report& report, const std::string& file) {
  const auto to = open(file);
  const auto start = Clock::now();
  for (std::uint64_t done = 0; done < many; done += at_once) append(*to, done, at_once);
  report.add({.group = "ledger",
              .name = "acts, 5,000 a transaction",
              .value = static_cast<double>(many) / seconds_since(start),
              .unit = "acts/s"});
}

void measure_open(Report& report, const std::string& file) {
  const double before = resident_mb();
  const auto start = Clock::now();
  const auto opened = open(file);
  report.add({.group = "ledger",
              .name = "open 5 million acts",
              .value = seconds_since(start),
              .unit = "s",
              .bar = 5,
              .at_most = true,
              .note = fmt::format("file of {:.2f} GB, {:.1f} MB of memory",
                                  static_cast<double>(fs::file_size(file)) / 1e9,
                                  resident_mb() - before)});
}

void measure_verify(Report& report, const std::string& file,
                    std::vector<ledger::Projection> projections, std::string name,
                    std::optional<double> bar) {
  const double before = resident_mb();
  const auto start = Clock::now();
  const auto verified =
      ledger::verify({.address = "sqlite:" + file, .projections = std::move(projections)});
  const double taken = seconds_since(start);
  CHECK(verified && verified->acts == many && verified->findings.empty(), "the ledger is whole");
  report.add({.group = "ledger",
              .name = std::move(name),
              .value = static_cast<double>(many) / taken,
              .unit = "acts/s",
              .bar = bar,
              .note = fmt::format("{:.1f} s, {:.1f} MB of memory", taken, resident_mb() - before)});
}

}  // namespace

void bench_ledger(Report& report) {
  const Folder folder;
  measure_durable(report, folder);
  const auto file = folder.file("many.db");
  fill(report, file);
  measure_open(report, file);
  measure_verify(report, file, {}, "verify: acts and SQLite's pages", 200'000);
  measure_verify(report, file, {cases()}, "verify: and a projection made again", {});
}

}  // namespace haidang::bench
