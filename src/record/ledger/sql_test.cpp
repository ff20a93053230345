#include "record/ledger/sql.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/ledger/trial.hpp"

namespace haidang::ledger {
namespace {

class OnBoth : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (!available(GetParam())) GTEST_SKIP() << no_postgresql;
    database_ = std::make_unique<TrialDatabase>(GetParam());
    sql_ = must(Sql::connect(database_->address()));
    must(sql_->run("CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT)"));
  }
  void TearDown() override {
    sql_.reset();
    database_.reset();
  }
  void put_many(std::int64_t count) {
    must(sql_->run("BEGIN"));
    for (std::int64_t id = 0; id < count; ++id) put(id, std::string("x"));
    must(sql_->run("COMMIT"));
  }
  void put(std::int64_t id, Cell name) {
    must(sql_->run("INSERT INTO t (id, name) VALUES (?, ?)", {id, std::move(name)}));
  }

  std::unique_ptr<TrialDatabase> database_;
  std::unique_ptr<Sql> sql_;
};
INSTANTIATE_TEST_SUITE_P(Both, OnBoth, testing::ValuesIn(both), shown_dialect);

TEST_P(OnBoth, GivesBackWhatWasPut) {
  const std::int64_t large = 9'007'199'254'740'993;
  put(large, std::string("Sở Thông tin ' \" ? :x"));
  put(-5, Cell{});
  const auto rows = must(sql_->rows("SELECT id, name FROM t ORDER BY id"));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].integer(0), -5);
  EXPECT_TRUE(rows[0].is_null(1));
  EXPECT_EQ(rows[0].text(1), "");
  EXPECT_EQ(rows[1].integer(0), large);
  EXPECT_EQ(rows[1].text(1), "Sở Thông tin ' \" ? :x");
}

TEST_P(OnBoth, KnowsTheKindOfWhatIsComputed) {
  put(1, std::string("a"));
  put(2, std::string("b"));
  const auto row = must(sql_->row("SELECT COUNT(*), SUM(id), MAX(name), '?' FROM t"));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->integer(0), 2);
  EXPECT_EQ(row->integer(1), 3);
  EXPECT_EQ(row->text(2), "b");
  EXPECT_EQ(row->text(3), "?");
}

TEST_P(OnBoth, CountsTheRowsThatChanged) {
  put(1, std::string("a"));
  put(2, std::string("a"));
  EXPECT_EQ(must(sql_->run("UPDATE t SET name = ? WHERE name = ?", {"b", "a"})), 2U);
  EXPECT_EQ(must(sql_->run("DELETE FROM t WHERE id = ?", {std::int64_t{7}})), 0U);
  EXPECT_EQ(must(sql_->run("CREATE INDEX t_name ON t (name)")), 0U);
}

TEST_P(OnBoth, OneTextTakesNullAndEitherKind) {
  const auto names = [&](const Cell& id) {
    return must(sql_->rows("SELECT name FROM t WHERE id = ?", {id})).size();
  };
  put(1, std::string("a"));
  EXPECT_EQ(names(std::int64_t{1}), 1U);
  EXPECT_EQ(names(Cell{}), 0U);
  EXPECT_EQ(names(std::int64_t{1}), 1U);
}

TEST_P(OnBoth, SaysWhatKindOfFailureItWas) {
  put(1, std::string("a"));
  const auto twice = sql_->run("INSERT INTO t (id, name) VALUES (?, ?)", {std::int64_t{1}, "b"});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, Error::Kind::conflict);
  EXPECT_THAT(twice.error().what, testing::Not(testing::HasSubstr("\n")));
  EXPECT_EQ(sql_->run("SELEKT 1").error().kind, Error::Kind::invalid);
  EXPECT_EQ(sql_->run("INSERT INTO t (id) VALUES (?)").error().kind, Error::Kind::invalid);
  EXPECT_EQ(sql_->run("DELETE FROM t WHERE name = ?", {std::string("a\0b", 3)}).error().kind,
            Error::Kind::invalid);
}

TEST_P(OnBoth, ATransactionThatFailedDoesNotCommit) {
  must(sql_->run("BEGIN"));
  EXPECT_TRUE(sql_->in_transaction());
  put(1, std::string("a"));
  EXPECT_FALSE(sql_->run("INSERT INTO t (id) VALUES (?)", {std::int64_t{1}}));
  const auto committed = sql_->run("COMMIT");
  // SQLite undoes the statement, PostgreSQL the transaction, which must not look like success.
  EXPECT_EQ(committed.has_value(), GetParam() == Dialect::sqlite);
  EXPECT_FALSE(sql_->in_transaction());
  EXPECT_EQ(must(sql_->rows("SELECT id FROM t")).size(), committed ? 1U : 0U);
}

TEST_P(OnBoth, StatementsOfOneTextMayNest) {
  put_many(2500);
  constexpr auto statement = "SELECT id FROM t WHERE id >= ? ORDER BY id";
  std::int64_t sum = 0;
  must(sql_->each(statement, {std::int64_t{0}}, [&](const Row& row) -> Result<> {
    TRY(const auto inner, sql_->row(statement, {row.integer(0)}));
    sum += inner->integer(0);
    return {};
  }));
  EXPECT_EQ(sum, 2500 * 2499 / 2);
  EXPECT_FALSE(sql_->in_transaction());
}

TEST_P(OnBoth, AFailureOfTheTakerEndsTheRows) {
  put(1, std::string("a"));
  put(2, std::string("b"));
  int taken = 0;
  const auto ended = sql_->each("SELECT id FROM t", {}, [&](const Row&) -> Result<> {
    ++taken;
    return invalid("enough");
  });
  EXPECT_EQ(ended.error().what, "enough");
  EXPECT_EQ(taken, 1);
  put(3, std::string("c"));
}

TEST_P(OnBoth, TwoCursorsGoSideBySide) {
  put_many(1500);
  auto up = must(sql_->cursor("SELECT id FROM t ORDER BY id"));
  auto down = must(sql_->cursor("SELECT id FROM t ORDER BY id DESC"));
  for (int i = 0; i < 1500; ++i)
    ASSERT_EQ(must(up.next())->integer(0) + must(down.next())->integer(0), 1499);
  EXPECT_EQ(must(up.next()), nullptr);
  EXPECT_EQ(must(up.next()), nullptr);
}

TEST_P(OnBoth, KeepsMoreStatementsThanItHasRoomFor) {
  for (int i = 0; i < 400; ++i)
    ASSERT_EQ(must(sql_->row("SELECT " + std::to_string(i)))->integer(0), i);
}

TEST(Sql, RefusesAnAddressThatIsNone) {
  for (const auto* address :
       {"", "mysql:x", "sqlite:relative.db", "sqlite:/tmp/a\"b", "postgresql:no-such-word=1"}) {
    const auto sql = Sql::connect(address);
    ASSERT_FALSE(sql) << address;
    EXPECT_EQ(sql.error().kind, Error::Kind::invalid) << address;
  }
  EXPECT_EQ(Sql::connect("sqlite:/no/such/place/x.db").error().kind, Error::Kind::unavailable);
  EXPECT_EQ(Sql::connect("postgresql:host=/nowhere dbname=x").error().kind,
            Error::Kind::unavailable);
}

TEST(Sql, ALostConnectionIsUnavailableAndTheNextCallConnectsAgain) {
  if (!available(Dialect::postgresql)) GTEST_SKIP() << no_postgresql;
  const TrialDatabase database(Dialect::postgresql);
  const auto sql = must(Sql::connect(database.address()));
  const auto other = must(Sql::connect(database.address()));
  const auto cut = [&] {
    const auto pid = must(sql->row("SELECT pg_backend_pid()"))->integer(0);
    must(other->row("SELECT pg_terminate_backend(CAST(? AS INTEGER))", {pid}));
  };
  cut();
  EXPECT_EQ(sql->row("SELECT 1").error().kind, Error::Kind::unavailable);
  EXPECT_EQ(must(sql->row("SELECT 1"))->integer(0), 1);
  EXPECT_EQ(sql->connections(), 2U);

  must(sql->run("BEGIN"));
  cut();
  EXPECT_FALSE(sql->row("SELECT 1"));
  EXPECT_EQ(sql->row("SELECT 1").error().kind, Error::Kind::unavailable)
      << "outside the transaction that it belongs to";
  must(sql->run("ROLLBACK"));
  EXPECT_EQ(must(sql->row("SELECT 1"))->integer(0), 1);
}

TEST(Sql, TheDatabaseIsReadableByItsOwnerOnly) {
  const TrialDatabase database;
  const auto sql = must(Sql::connect(database.address()));
  must(sql->run("CREATE TABLE t (id BIGINT)"));
  for (const auto& file : std::filesystem::directory_iterator(database.dir()))
    EXPECT_EQ(file.status().permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << file.path();
}

TEST(Sql, IsSetToKeepWhatItSaysItHasKept) {
  const TrialDatabase database;
  const auto sql = must(Sql::connect(database.address()));
  EXPECT_EQ(must(sql->row("PRAGMA journal_mode"))->text(0), "wal");
  EXPECT_EQ(must(sql->row("PRAGMA synchronous"))->integer(0), 2);
  EXPECT_EQ(must(sql->row("PRAGMA foreign_keys"))->integer(0), 1);
}

}  // namespace
}  // namespace haidang::ledger
