// For tests only, of every module of the record: a ledger of its own on either database, with a
// clock that the test sets.
//
//   class OnBoth : public testing::TestWithParam<ledger::Dialect> {
//     void SetUp() override { if (!ledger::available(GetParam())) GTEST_SKIP() <<
//     ledger::no_postgresql; }
//   };
//   INSTANTIATE_TEST_SUITE_P(Both, OnBoth, testing::ValuesIn(ledger::both), ledger::shown_dialect);
//   TEST_P(OnBoth, …) { ledger::TrialLedger trial(projections(), GetParam()); trial->write(…); }
//
// SQLite lies in a folder that goes away; PostgreSQL is a schema of its own in the database of
// HAIDANG_TEST_POSTGRESQL (tests/postgres.py COMMAND… starts one and sets it).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <stdlib.h>  // mkdtemp
#include <unistd.h>

#include "base/check.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::ledger {

inline constexpr std::array both{Dialect::sqlite, Dialect::postgresql};
inline constexpr const char* no_postgresql =
    "HAIDANG_TEST_POSTGRESQL is not set: run through tests/postgres.py";

inline const char* test_postgresql() { return std::getenv("HAIDANG_TEST_POSTGRESQL"); }
inline bool available(Dialect dialect) {
  return dialect == Dialect::sqlite || test_postgresql() != nullptr;
}
inline constexpr auto shown_dialect = [](const auto& info) {
  return std::string(info.param == Dialect::sqlite ? "SQLite" : "PostgreSQL");
};

// The value, or the end of the test program with the error.
template <class T>
T must(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().message().c_str());
  CHECK(result.has_value(), "the trial works");
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// An empty database that goes away.
class TrialDatabase {
 public:
  explicit TrialDatabase(Dialect dialect = Dialect::sqlite) : dialect_(dialect) {
    std::string name = std::filesystem::temp_directory_path() / "haidang-ledger-XXXXXX";
    CHECK(::mkdtemp(name.data()) != nullptr, "the folder of a test can be made");
    dir_ = name;
    static std::atomic<unsigned> count = 0;
    schema_ = "trial_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    if (dialect_ == Dialect::postgresql) administer("CREATE SCHEMA " + schema_);
  }
  TrialDatabase(const TrialDatabase&) = delete;
  TrialDatabase& operator=(const TrialDatabase&) = delete;
  ~TrialDatabase() {
    if (dialect_ == Dialect::postgresql) administer("DROP SCHEMA " + schema_ + " CASCADE");
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }

  [[nodiscard]] std::string address() const {
    return dialect_ == Dialect::sqlite
               ? "sqlite:" + (dir_ / "record.db").string()
               : std::string(test_postgresql()) + " options='-c search_path=" + schema_ + "'";
  }
  [[nodiscard]] const std::filesystem::path& dir() const { return dir_; }
  [[nodiscard]] Dialect dialect() const { return dialect_; }

 private:
  static void administer(const std::string& statement) {
    CHECK(test_postgresql() != nullptr, no_postgresql);
    must(must(Sql::connect(test_postgresql()))->run(statement));
  }

  Dialect dialect_;
  std::filesystem::path dir_;
  std::string schema_;
};

class TrialLedger {
 public:
  explicit TrialLedger(std::vector<Projection> projections = {}, Dialect dialect = Dialect::sqlite)
      : database_(dialect), projections_(std::move(projections)) {
    reopen();
  }

  Ledger& operator*() { return *ledger_; }
  Ledger* operator->() { return ledger_.get(); }

  // Begins at 2026-03-02T01:00:00Z, a Monday, and stands still.
  void set_time(Time time) { *clock_ = time.time_since_epoch().count(); }
  void advance(std::chrono::nanoseconds by) { *clock_ += by.count(); }
  [[nodiscard]] Time time() const { return Time(std::chrono::nanoseconds(*clock_)); }

  void close() { ledger_.reset(); }
  void reopen() {
    close();
    ledger_ = must(Ledger::open(options(), projections_));
  }
  void reopen(std::vector<Projection> projections) {
    projections_ = std::move(projections);
    reopen();
  }
  [[nodiscard]] Options options() const {
    return {.address = address(), .readers = 4, .clock = [clock = clock_] {
              return Time(std::chrono::nanoseconds(*clock));
            }};
  }
  [[nodiscard]] std::string address() const { return database_.address(); }
  [[nodiscard]] const std::filesystem::path& dir() const { return database_.dir(); }
  [[nodiscard]] const std::vector<Projection>& projections() const { return projections_; }
  // A connection beside the ledger's, as an intruder has it.
  [[nodiscard]] std::unique_ptr<Sql> connect() const { return must(Sql::connect(address())); }

 private:
  TrialDatabase database_;
  std::vector<Projection> projections_;
  std::shared_ptr<std::atomic<std::int64_t>> clock_ =
      std::make_shared<std::atomic<std::int64_t>>(1'772'413'200'000'000'000);
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace haidang::ledger
