#include "record/ledger/ledger.hpp"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/ledger/tables.hpp"
#include "record/ledger/trial.hpp"
#include "record/ledger/trial_projection.hpp"

namespace haidang::ledger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OnBothLedgers : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (!available(GetParam())) GTEST_SKIP() << no_postgresql;
    trial_ = std::make_unique<TrialLedger>(std::vector{names_projection()}, GetParam());
  }
  TrialLedger& trial() { return *trial_; }
  Ledger& ledger() { return **trial_; }
  void put(const std::string& id, const std::string& name) { must(put_name(ledger(), id, name)); }

 private:
  std::unique_ptr<TrialLedger> trial_;
};
INSTANTIATE_TEST_SUITE_P(Both, OnBothLedgers, testing::ValuesIn(both), shown_dialect);

TEST_P(OnBothLedgers, ActsAreChainedWithoutGaps) {
  for (int i = 0; i < 5; ++i) put("a", std::to_string(i));
  trial().reopen();
  put("a", "last");
  const auto acts = must(ledger().acts(0, 100));
  ASSERT_EQ(acts.size(), 6U);
  Digest previous = genesis(ledger().identity());
  for (std::size_t i = 0; i < acts.size(); ++i) {
    EXPECT_EQ(acts[i].seq, i + 1);
    EXPECT_EQ(acts[i].previous, previous);
    EXPECT_EQ(hash_of(acts[i]), acts[i].hash);
    previous = acts[i].hash;
  }
  EXPECT_EQ(ledger().head(), 6U);
  EXPECT_EQ(must(ledger().acts(4, 1)).front().seq, 5U);
  EXPECT_EQ(acts[5].body.at("name"), "last");
}

TEST_P(OnBothLedgers, ProjectionsTakeEachActInItsTransaction) {
  put("a", "one");
  const auto seen = ledger().write([](Writer& writer) -> Result<std::string> {
    TRY_VOID(writer.append(name_draft("a", "two")));
    TRY(const auto row, writer.sql().row("SELECT name FROM names WHERE id = ?", {"a"}));
    return row->text(0);
  });
  EXPECT_EQ(must(seen), "two");
  EXPECT_EQ(must(name_of(ledger(), "a")), "two");
}

TEST_P(OnBothLedgers, WorkThatFailsLeavesNothing) {
  put("a", "one");
  const auto failed = ledger().write([](Writer& writer) -> Result<> {
    TRY_VOID(writer.append(name_draft("a", "two")));
    return invalid("no");
  });
  EXPECT_EQ(failed.error().what, "no");
  EXPECT_EQ(ledger().head(), 1U);
  EXPECT_EQ(must(name_of(ledger(), "a")), "one");
  put("a", "three");
  EXPECT_EQ(must(ledger().acts(0, 10)).size(), 2U);
}

TEST_P(OnBothLedgers, AnActThatAProjectionRefusesIsNotCommittedThoughTheWorkGoesOn) {
  put("a", "one");
  const auto done = ledger().write([](Writer& writer) -> Result<> {
    TRY_VOID(writer.append(name_draft("b", "two")));
    EXPECT_FALSE(writer.append(name_draft("b", "refused")));
    EXPECT_FALSE(writer.append(name_draft("c", "three")));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), HasSubstr("act 3 (name.put): projection names: "));
  EXPECT_EQ(ledger().head(), 1U);
  EXPECT_FALSE(name_of(ledger(), "b"));
}

TEST_P(OnBothLedgers, ADraftThatIsNotWellFormedIsRefused) {
  const auto refusal = [&](auto&& spoil) {
    Draft draft = name_draft("a", "x");
    spoil(draft);
    const auto answer =
        ledger().write([&](Writer& writer) { return writer.append(std::move(draft)); });
    return answer ? std::string("taken") : answer.error().message();
  };
  EXPECT_THAT(refusal([](Draft& d) { d.actor = ""; }), HasSubstr("actor: "));
  EXPECT_THAT(refusal([](Draft& d) { d.actor = "\xff"; }), HasSubstr("actor: not UTF-8"));
  EXPECT_THAT(refusal([](Draft& d) { d.unit = std::string(201, 'x'); }), HasSubstr("unit: "));
  EXPECT_THAT(refusal([](Draft& d) { d.case_id = "a\nb"; }), HasSubstr("case_id: "));
  for (const auto* kind : {"", ".", "a.", ".a", "a..b", "A", "a b", "á"})
    EXPECT_THAT(refusal([&](Draft& d) { d.kind = kind; }), HasSubstr("kind: ")) << kind;
  EXPECT_THAT(refusal([](Draft& d) { d.body["x"] = 0.5; }), HasSubstr("/x: a floating number"));
  EXPECT_THAT(refusal([](Draft& d) { d.body["x"] = std::string(1U << 20, 'x'); }),
              HasSubstr("body: over"));
  EXPECT_EQ(ledger().head(), 0U);
}

TEST_P(OnBothLedgers, TimeNeverGoesBackwards) {
  put("a", "one");
  trial().advance(std::chrono::hours(-1));
  put("a", "two");
  trial().advance(std::chrono::hours(2) + std::chrono::nanoseconds(1999));
  put("a", "three");
  const auto acts = must(ledger().acts(0, 10));
  EXPECT_EQ(acts[0].at, acts[1].at);
  EXPECT_EQ(acts[2].at - acts[1].at, std::chrono::hours(1) + std::chrono::microseconds(1));
}

TEST_P(OnBothLedgers, ASecondWriterIsRefused) {
  const auto second = Ledger::open(trial().options(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::conflict);
  EXPECT_THAT(second.error().what, HasSubstr("another process"));
  trial().reopen();
}

TEST_P(OnBothLedgers, ListenersHearOfCommittedActsInOrder) {
  std::vector<std::uint64_t> heard;
  ledger().listen([&](std::span<const Act> acts) {
    for (const Act& act : acts) heard.push_back(act.seq);
  });
  put("a", "one");
  (void)ledger().write([](Writer& writer) -> Result<> {
    TRY_VOID(writer.append(name_draft("a", "two")));
    return invalid("no");
  });
  must(ledger().write([](Writer& writer) -> Result<> {
    TRY_VOID(writer.append(name_draft("a", "two")));
    TRY_VOID(writer.append(name_draft("b", "two")));
    return {};
  }));
  EXPECT_THAT(heard, ElementsAre(1, 2, 3));
}

TEST_P(OnBothLedgers, ReadingSeesOneStateAndCannotWrite) {
  put("a", "one");
  must(ledger().read([&](Sql& sql) -> Result<> {
    TRY(const auto before, sql.row("SELECT name FROM names WHERE id = ?", {"a"}));
    put("a", "two");
    TRY(const auto after, sql.row("SELECT name FROM names WHERE id = ?", {"a"}));
    EXPECT_EQ(before->text(0), after->text(0));
    EXPECT_FALSE(sql.run("DELETE FROM names"));
    return {};
  }));
  EXPECT_EQ(must(name_of(ledger(), "a")), "two");
}

TEST_P(OnBothLedgers, ManyThreadsWriteAndReadAtOnce) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        put("k" + std::to_string(t), std::to_string(i));
        EXPECT_EQ(must(name_of(ledger(), "k" + std::to_string(t))), std::to_string(i));
      }
    });
  threads.clear();
  EXPECT_EQ(ledger().head(), 200U);
}

std::vector<std::string> all_names(Ledger& ledger) {
  return must(ledger.read([](Sql& sql) -> Result<std::vector<std::string>> {
    std::vector<std::string> out;
    TRY_VOID(sql.each(
        "SELECT id, name, changes FROM names ORDER BY id", {}, [&](const Row& row) -> Result<> {
          out.push_back(row.text(0) + "=" + row.text(1) + "/" + std::to_string(row.integer(2)));
          return {};
        }));
    return out;
  }));
}

TEST_P(OnBothLedgers, RebuildMakesEqualTables) {
  for (int i = 0; i < 60; ++i) put("k" + std::to_string(i % 7), std::to_string(i));
  const auto before = all_names(ledger());
  must(trial().connect()->run("UPDATE names SET name = 'forged'"));
  ASSERT_NE(all_names(ledger()), before);
  std::uint64_t told = 0;
  must(ledger().rebuild([&](std::uint64_t done) { told = done; }));
  EXPECT_EQ(told, 60U);
  EXPECT_EQ(all_names(ledger()), before);
  put("k0", "after");
}

TEST_P(OnBothLedgers, AProjectionOfAnotherVersionOrSchemaIsMadeAnew) {
  put("a", "one");
  must(trial().connect()->run("UPDATE names SET name = 'forged'"));
  trial().reopen();
  EXPECT_EQ(must(name_of(ledger(), "a")), "forged") << "the same projection is not made anew";

  auto changed = names_projection();
  changed.version = 2;
  trial().reopen({changed});
  EXPECT_EQ(must(name_of(ledger(), "a")), "one");

  changed.schema.emplace_back("CREATE INDEX names_name ON names (name)");
  must(trial().connect()->run("UPDATE names SET name = 'forged'"));
  trial().reopen({changed});
  EXPECT_EQ(must(name_of(ledger(), "a")), "one");
}

TEST_P(OnBothLedgers, AProjectionThatWasNotThereForAWhileIsMadeAnew) {
  put("a", "one");
  trial().reopen(std::vector<Projection>{});
  must(ledger().write([](Writer& writer) { return writer.append(name_draft("a", "two")); }));
  trial().reopen({names_projection()});
  EXPECT_EQ(must(name_of(ledger(), "a")), "two");
}

TEST_P(OnBothLedgers, ADamagedHeadIsNotOpened) {
  put("a", "one");
  put("a", "two");
  const auto refusal = [&](const char* tampering, const char* mend) {
    trial().close();
    const auto intruder = trial().connect();
    must(intruder->run(tampering));
    const auto opened = Ledger::open(trial().options(), trial().projections());
    must(intruder->run(mend));
    return opened ? std::string("opened") : opened.error().message();
  };
  EXPECT_THAT(refusal("UPDATE acts SET actor = 'x' WHERE seq = 2",
                      "UPDATE acts SET actor = 'tester' WHERE seq = 2"),
              HasSubstr("act 2: its content is not what its hash says"));
  EXPECT_THAT(
      refusal("UPDATE acts SET seq = 7 WHERE seq = 1", "UPDATE acts SET seq = 1 WHERE seq = 7"),
      HasSubstr("act 7: "));
  EXPECT_THAT(
      refusal("UPDATE acts SET hash = '00' WHERE seq = 2", "DELETE FROM acts WHERE seq = 2"),
      HasSubstr("act 2: its hash is not 64 hexadecimal letters"));
  trial().reopen();
}

TEST(Ledger, ProjectionsMustNotShareTables) {
  auto other = names_projection();
  other.name = "other";
  const TrialDatabase database;
  const auto opened = Ledger::open({.address = database.address()}, {names_projection(), other});
  EXPECT_THAT(opened.error().message(), HasSubstr("other: the table names is another's"));
}

TEST(Ledger, ALedgerOfAnotherFormatIsNotOpened) {
  TrialLedger trial;
  must(trial.connect()->run("UPDATE ledger_meta SET value = '9' WHERE name = 'format'"));
  trial.close();
  EXPECT_THAT(Ledger::open(trial.options(), {}).error().what, HasSubstr("newer"));
}

TEST(Ledger, ItsIdentityStaysAndIsItsOwn) {
  TrialLedger one;
  const TrialLedger other;
  const std::string identity = one->identity();
  EXPECT_EQ(identity.size(), 32U);
  one.reopen();
  EXPECT_EQ(one->identity(), identity);
}

class LosingConnections : public testing::Test {
 protected:
  void SetUp() override {
    if (!available(Dialect::postgresql)) GTEST_SKIP() << no_postgresql;
    trial_ = std::make_unique<TrialLedger>(std::vector{names_projection()}, Dialect::postgresql);
  }
  void cut_all() {
    must(
        trial_->connect()->rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                "WHERE pid <> pg_backend_pid() AND datname = current_database()"));
  }
  std::unique_ptr<TrialLedger> trial_;
};

TEST_F(LosingConnections, BetweenTransactionsNobodyNotices) {
  Ledger& ledger = **trial_;
  must(put_name(ledger, "a", "one"));
  must(name_of(ledger, "a"));
  cut_all();
  must(put_name(ledger, "a", "two"));
  EXPECT_EQ(must(name_of(ledger, "a")), "two");
  EXPECT_EQ(ledger.head(), 2U);
}

TEST_F(LosingConnections, WithinATransactionNothingIsWrittenAndTheNextOneWorks) {
  Ledger& ledger = **trial_;
  const auto failed = ledger.write([&](Writer& writer) -> Result<> {
    TRY_VOID(writer.append(name_draft("a", "one")));
    cut_all();
    (void)writer.append(name_draft("a", "two"));
    return {};
  });
  EXPECT_EQ(failed.error().kind, Error::Kind::unavailable);
  EXPECT_EQ(ledger.head(), 0U);
  must(put_name(ledger, "a", "three"));
  EXPECT_EQ(ledger.head(), 1U);
}

TEST_F(LosingConnections, WhoComesBackAfterAnotherWriterIsRefused) {
  Ledger& ledger = **trial_;
  must(put_name(ledger, "a", "one"));
  const auto other = trial_->connect();
  cut_all();
  const auto thief = trial_->connect();
  must(thief->row(
      "SELECT pg_advisory_lock(hashtext('haidang.ledger'), hashtext(current_schema()))"));
  EXPECT_EQ(put_name(ledger, "a", "two").error().kind, Error::Kind::conflict);
  must(thief->row("SELECT pg_advisory_unlock_all()"));
  must(put_name(ledger, "a", "three"));
  EXPECT_EQ(ledger.head(), 2U);
}

}  // namespace
}  // namespace haidang::ledger
