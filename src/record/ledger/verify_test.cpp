#include "record/ledger/verify.hpp"

#include <fstream>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/ledger/tables.hpp"
#include "record/ledger/trial.hpp"
#include "record/ledger/trial_projection.hpp"

namespace haidang::ledger {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t acts = 20;

// "changed 7"
std::vector<std::string> places(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const auto& finding : findings)
    out.push_back(fmt::format("{} {}", name_of(finding.kind), finding.seq));
  return out;
}

// A ledger of 20 acts, with checkpoints at 10 and 20; the program that writes it has ended.
class Tampering : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (!available(GetParam())) GTEST_SKIP() << no_postgresql;
    trial_ = std::make_unique<TrialLedger>(std::vector{names_projection()}, GetParam());
    signer_ = std::make_unique<Signer>(must(Signer::open(trial_->dir() / "key")));
    for (std::uint64_t i = 1; i <= acts; ++i) {
      trial_->advance(std::chrono::seconds(1));
      must(put_name(**trial_, fmt::format("k{}", i % 6), fmt::format("name {}", i)));
      if (i % 10 == 0) sign_head();
    }
    identity_ = (*trial_)->identity();
    trial_->close();
    intruder_ = trial_->connect();
  }

  void sign_head() {
    const auto last = must((*trial_)->acts((*trial_)->head() - 1, 1)).front();
    checkpoints_.push_back(signer_->sign({.ledger = (*trial_)->identity(),
                                          .seq = last.seq,
                                          .hash = last.hash,
                                          .at = trial_->time(),
                                          .key = signer_->public_key(),
                                          .signature = {}}));
  }

  [[nodiscard]] VerifyOptions options() const {
    return {.address = trial_->address(),
            .checkpoints = checkpoints_,
            .public_key = signer_->public_key(),
            .projections = trial_->projections()};
  }
  std::vector<Finding> found() { return must(verify(options())).findings; }
  std::vector<std::string> found_places() { return places(found()); }
  void tamper(std::string_view statement, const Cells& values = {}) {
    must(intruder_->run(statement, values));
  }
  // The history from act `seq` on, with another name, hashed as the writer would.
  void rewrite_from(std::uint64_t seq);

  std::unique_ptr<TrialLedger> trial_;
  std::unique_ptr<Signer> signer_;
  std::unique_ptr<Sql> intruder_;
  std::vector<Checkpoint> checkpoints_;
  std::string identity_;
};
INSTANTIATE_TEST_SUITE_P(Both, Tampering, testing::ValuesIn(both), shown_dialect);

void Tampering::rewrite_from(std::uint64_t seq) {
  auto all = must(acts_after(*intruder_, 0, 1000));
  Digest previous = genesis(identity_);
  for (Act& act : all) {
    if (act.seq == seq) act.actor = "somebody-else";
    act.previous = previous;
    act.hash = previous = hash_of(act);
  }
  tamper("DELETE FROM acts");
  for (const Act& act : all) must(insert_act(*intruder_, act));
}

TEST_P(Tampering, AWholeLedgerHasNoFindings) {
  std::vector<std::uint64_t> told;
  auto chosen = options();
  chosen.progress = [&](std::uint64_t done, std::uint64_t of) { told.assign({done, of}); };
  const auto verified = must(verify(chosen));
  EXPECT_THAT(places(verified.findings), IsEmpty());
  EXPECT_EQ(verified.acts, acts);
  EXPECT_EQ(verified.head, checkpoints_.back().hash);
  EXPECT_EQ(verified.checkpoints, 2U);
  EXPECT_THAT(told, ElementsAre(acts, acts));
}

TEST_P(Tampering, AFlippedByteAnywhereInAnActIsFoundThere) {
  for (const std::string column :
       {"actor", "unit", "case_id", "kind", "body", "previous", "hash"}) {
    const auto select = "SELECT " + column + " FROM acts WHERE seq = 7";
    const auto update = "UPDATE acts SET " + column + " = ? WHERE seq = 7";
    const std::string whole = must(intruder_->row(select))->text(0);
    for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      for (const char bit : {1, 2, 32}) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ bit);
        if (flipped[at] == '\0') continue;
        tamper(update, {flipped});
        EXPECT_THAT(found_places(), Contains("changed 7")) << column << ": " << flipped;
      }
    }
    tamper(update, {whole});
  }
  EXPECT_THAT(found_places(), IsEmpty());
}

TEST_P(Tampering, IsFoundAndItsPlaceNamed) {
  struct Row {
    std::string_view what, tampering, found;
  };
  constexpr Row rows[] = {
      {"a time", "UPDATE acts SET at = at + 1 WHERE seq = 7", "changed 7"},
      {"a body's spacing", "UPDATE acts SET body = body || ' ' WHERE seq = 7", "changed 7"},
      {"a hash in capitals", "UPDATE acts SET hash = UPPER(hash) WHERE seq = 7", "changed 7"},
      {"a hash emptied", "UPDATE acts SET hash = '' WHERE seq = 7", "changed 7"},
      {"a link", "UPDATE acts SET previous = hash WHERE seq = 7", "broken_link 7"},
      {"the first act", "UPDATE acts SET actor = 'x' WHERE seq = 1", "changed 1"},
      {"the last act", "UPDATE acts SET actor = 'x' WHERE seq = 20", "changed 20"},
      {"an act of the middle removed", "DELETE FROM acts WHERE seq = 7", "gap 7"},
      {"the first act removed", "DELETE FROM acts WHERE seq = 1", "gap 1"},
      {"an act moved away", "UPDATE acts SET seq = 1000 WHERE seq = 7", "gap 7"},
      {"an act before the first", "UPDATE acts SET seq = 0 WHERE seq = 1", "changed 0"},
      {"the tail cut", "DELETE FROM acts WHERE seq > 15", "cut_tail 20"},
      {"everything cut", "DELETE FROM acts", "cut_tail 20"},
      {"another ledger's name", "UPDATE ledger_meta SET value = 'x' WHERE name = 'identity'",
       "broken_link 1"},
      {"the ledger's name removed", "DELETE FROM ledger_meta WHERE name = 'identity'",
       "unreadable 0"},
  };
  for (const auto& row : rows) {
    tamper("BEGIN");
    tamper(row.tampering);
    tamper("COMMIT");
    EXPECT_THAT(found_places(), Contains(std::string(row.found))) << row.what;
    TearDown();
    SetUp();
  }
}

TEST_P(Tampering, OneFlippedByteIsOneFinding) {
  tamper("UPDATE acts SET actor = 'x' WHERE seq = 7");
  EXPECT_THAT(found_places(), ElementsAre("changed 7"));
}

TEST_P(Tampering, AnInsertedActIsFound) {
  tamper("UPDATE acts SET seq = -seq WHERE seq >= 8");
  tamper("UPDATE acts SET seq = 1 - seq WHERE seq < 0");
  auto copy = must(acts_after(*intruder_, 6, 1)).front();
  copy.seq = 8;
  copy.previous = copy.hash;
  copy.hash = hash_of(copy);
  must(insert_act(*intruder_, copy));
  const auto places = found_places();
  ASSERT_FALSE(places.empty());
  EXPECT_EQ(places.front(), "changed 9") << "act 8 is whole, what follows was moved";
}

TEST_P(Tampering, AHistoryHashedAgainContradictsTheCheckpoints) {
  rewrite_from(5);
  EXPECT_THAT(found_places(), ElementsAre("rewritten 10", "rewritten 20"));
  auto without = options();
  without.public_key.clear();
  EXPECT_THAT(must(verify(without)).findings, IsEmpty()) << "which is why there are checkpoints";
}

TEST_P(Tampering, AHistoryHashedAgainBetweenTheCheckpointsContradictsTheLaterOne) {
  rewrite_from(15);
  EXPECT_THAT(found_places(), ElementsAre("rewritten 20"));
}

TEST_P(Tampering, AChangedProjectionIsFoundAndItsRowNamed) {
  const auto told = [&](std::string_view statement, std::string_view mend) {
    tamper(statement);
    std::string out;
    for (const auto& finding : found())
      out += fmt::format("{}: {}\n", name_of(finding.kind), finding.what);
    tamper(mend);
    return out;
  };
  EXPECT_EQ(told("UPDATE names SET name = 'forged' WHERE id = 'k3'",
                 "UPDATE names SET name = 'name 15' WHERE id = 'k3'"),
            "projection: table names: row (\"k3\", \"forged\", 3, null) is not made by the acts\n"
            "projection: table names: row (\"k3\", \"name 15\", 3, null) is made by the acts and "
            "absent\n");
  EXPECT_THAT(told("UPDATE names SET note = '' WHERE id = 'k3'",
                   "UPDATE names SET note = NULL WHERE id = 'k3'"),
              HasSubstr("(\"k3\", \"name 15\", 3, \"\") is not made"));
  EXPECT_EQ(told("INSERT INTO names (id, name, changes) VALUES ('K0', 'Ánh', 1)",
                 "DELETE FROM names WHERE id = 'K0'"),
            "projection: table names: row (\"K0\", \"Ánh\", 1, null) is not made by the acts\n");
  EXPECT_EQ(told("DELETE FROM names WHERE id = 'k0'",
                 "INSERT INTO names (id, name, changes) VALUES ('k0', 'name 18', 3)"),
            "projection: table names: row (\"k0\", \"name 18\", 3, null) is made by the acts and "
            "absent\n");
  EXPECT_THAT(found_places(), IsEmpty());
  EXPECT_THAT(told("ALTER TABLE names RENAME TO gone", "ALTER TABLE gone RENAME TO names"),
              HasSubstr("projection: table names: "));
}

TEST_P(Tampering, ACheckpointThatIsForgedOrOfAnotherLedgerIsNamed) {
  checkpoints_[0].hash[0] ^= 1U;
  checkpoints_[1].ledger = "00112233445566778899aabbccddeeff";
  checkpoints_[1] = signer_->sign(checkpoints_[1]);
  EXPECT_THAT(found_places(), ElementsAre("bad_checkpoint 10", "bad_checkpoint 20"));
}

TEST_P(Tampering, FindingsEndAtTheirLimit) {
  tamper("UPDATE acts SET actor = 'x'");
  auto chosen = options();
  chosen.most_findings = 3;
  EXPECT_THAT(places(must(verify(chosen)).findings),
              ElementsAre("changed 1", "changed 2", "changed 3"));
}

TEST_P(Tampering, VerifyingChangesNothingAndRunsBesideTheWriter) {
  trial_->reopen();
  EXPECT_THAT(found_places(), IsEmpty());
  must(put_name(**trial_, "k1", "after"));
  EXPECT_THAT(found_places(), IsEmpty());
  for (const auto& file : std::filesystem::directory_iterator(trial_->dir()))
    EXPECT_THAT(file.path().filename().string(), testing::Not(HasSubstr("haidang-verify")));
}

TEST(Verify, FailsWhereThereIsNothingToRead) {
  const TrialDatabase database;
  EXPECT_EQ(verify({.address = database.address()}).error().kind, Error::Kind::not_found);
  EXPECT_FALSE(std::filesystem::exists(database.dir() / "record.db"));
  must(Sql::connect(database.address()));
  EXPECT_EQ(verify({.address = database.address()}).error().kind, Error::Kind::not_found);
}

TEST(Verify, FindsEveryDamagedPageOfSqlite) {
  TrialLedger trial({names_projection()});
  must(trial->write([](Writer& writer) -> Result<> {
    for (int i = 0; i < 300; ++i)
      TRY_VOID(writer.append(name_draft(fmt::format("k{}", i), std::string(200, 'n'))));
    return {};
  }));
  trial.close();
  const auto file = trial.dir() / "record.db";
  const auto size = std::filesystem::file_size(file);
  for (std::uint64_t at = 4096 + 2000; at < size; at += 4096) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    std::string kept(64, '\0');
    stream.seekg(static_cast<std::streamoff>(at));
    stream.read(kept.data(), 64);
    const bool used = kept != std::string(64, '\0');
    const auto write = [&](const std::string& bytes) {
      stream.seekp(static_cast<std::streamoff>(at));
      stream.write(bytes.data(), 64).flush();
    };
    write(std::string(64, '\x5a'));
    const auto verified = verify({.address = trial.address(), .projections = trial.projections()});
    if (used) {
      EXPECT_TRUE(!verified || !verified->findings.empty()) << "at byte " << at;
    }
    write(kept);
  }
  EXPECT_THAT(must(verify({.address = trial.address()})).findings, IsEmpty());
}

}  // namespace
}  // namespace haidang::ledger
