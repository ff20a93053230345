#include "record/ledger/backup.hpp"

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/ledger/backup_format.hpp"
#include "record/ledger/media_type.hpp"
#include "record/ledger/packed.hpp"
#include "record/ledger/trial.hpp"
#include "record/ledger/trial_files.hpp"
#include "record/ledger/trial_projection.hpp"
#include "record/ledger/verify.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string key(32, 'k');

// A ledger with three documents, and where its backup goes.
class Record {
 public:
  explicit Record(Dialect dialect = Dialect::sqlite) : ledger_({names_projection()}, dialect) {
    must(ledger_->write([](Writer& writer) -> Result<> {
      for (int i = 0; i < 450; ++i) {
        const std::string name = "tên \"" + std::to_string(i) + "\"\n\\";
        TRY_VOID(writer.append(name_draft(std::to_string(i % 40), name)));
      }
      return {};
    }));
    for (const std::string content : {"biên bản", "%PDF-1.7 report", "#!/bin/sh evidence"}) {
      attach(must(documents_.put(content, {.types = {"*/*"}})));
    }
    must(documents_.put("nobody names this"));
  }

  void attach(const Stored& stored) {
    must(ledger_->write([&](Writer& writer) {
      return writer.append({.actor = "tester",
                            .unit = "",
                            .case_id = "c1",
                            .kind = "document.added",
                            .body = {{"document",
                                      {{"sha256", stored.sha256},
                                       {"bytes", stored.bytes},
                                       {"media_type", stored.media_type}}}}});
    }));
  }
  Result<BackedUp> save(const std::vector<Checkpoint>& checkpoints = {}) {
    return backup(*ledger_, documents_, backup_dir(), {}, checkpoints);
  }
  Checkpoint checkpoint_at(std::uint64_t seq) {
    const auto act = must(ledger_->acts(seq - 1, 1)).at(0);
    return must(Signer::open(folder_ / "signing.key"))
        .sign({.ledger = ledger_->identity(), .seq = seq, .hash = act.hash, .at = ledger_->time()});
  }
  [[nodiscard]] fs::path backup_dir() const { return folder_ / "backup"; }
  [[nodiscard]] fs::path documents_dir() const { return folder_ / "documents"; }
  TrialLedger& ledger() { return ledger_; }

 private:
  Folder folder_;
  TrialLedger ledger_;
  Documents documents_ = must(Documents::open(folder_ / "documents", key));
};

// An empty place to restore into.
class Target {
 public:
  explicit Target(Dialect dialect = Dialect::sqlite) : database_(dialect) {}

  Result<BackedUp> restore(const fs::path& from) {
    return ledger::restore(from, address(), {names_projection()}, documents());
  }
  [[nodiscard]] Documents documents() const {
    return must(Documents::open(folder_ / "documents", std::string(32, 'n')));
  }
  [[nodiscard]] std::string address() const { return database_.address(); }
  [[nodiscard]] bool untouched() const {
    return files_below(folder_.path()).empty() && files_below(database_.dir()).empty();
  }

 private:
  Folder folder_;
  TrialDatabase database_;
};

struct Databases {
  Dialect from, to;
  std::string_view name;
};

class BackupBetween : public testing::TestWithParam<Databases> {
  void SetUp() override {
    if (!available(GetParam().from) || !available(GetParam().to)) GTEST_SKIP() << no_postgresql;
  }
};

INSTANTIATE_TEST_SUITE_P(
    Both, BackupBetween,
    testing::Values(Databases{Dialect::sqlite, Dialect::sqlite, "SQLiteAndSQLite"},
                    Databases{Dialect::sqlite, Dialect::postgresql, "SQLiteAndPostgreSQL"},
                    Databases{Dialect::postgresql, Dialect::sqlite, "PostgreSQLAndSQLite"},
                    Databases{Dialect::postgresql, Dialect::postgresql, "PostgreSQLAndPostgreSQL"}),
    [](const auto& chosen) { return std::string(chosen.param.name); });

TEST_P(BackupBetween, DatabasesIsRestoredEqual) {
  Record record(GetParam().from);
  const auto saved = record.save({record.checkpoint_at(7)});
  ASSERT_TRUE(saved) << saved.error().message();
  Target target(GetParam().to);
  const auto restored = target.restore(record.backup_dir());
  ASSERT_TRUE(restored) << restored.error().message();
  EXPECT_EQ(restored->acts, 453U);
  EXPECT_EQ(restored->documents, 3U);
  EXPECT_EQ(restored->bytes, saved->bytes);

  const auto old_acts = must(record.ledger()->acts(0, 1000));
  {
    const auto ledger = must(Ledger::open({.address = target.address()}, {names_projection()}));
    EXPECT_EQ(ledger->identity(), record.ledger()->identity());
    const auto new_acts = must(ledger->acts(0, 1000));
    ASSERT_EQ(new_acts.size(), old_acts.size());
    for (std::size_t i = 0; i < old_acts.size(); ++i) {
      EXPECT_EQ(must(act_line(new_acts[i])), must(act_line(old_acts[i])));
    }
    EXPECT_EQ(must(name_of(*ledger, "9")), must(name_of(*record.ledger(), "9")));
    ASSERT_TRUE(put_name(*ledger, "1", "goes on"));
  }
  const auto verified = must(verify({.address = target.address(),
                                     .checkpoints = {record.checkpoint_at(453)},
                                     .public_key = record.checkpoint_at(453).key,
                                     .projections = {names_projection()}}));
  EXPECT_EQ(verified.acts, 454U);
  EXPECT_THAT(verified.findings, SizeIs(0));
}

TEST(Backup, HoldsTheDocumentsThatActsNameAndRestoresThemUnderAnotherKey) {
  Record record;
  ASSERT_EQ(must(record.save()).documents, 3U);
  EXPECT_THAT(files_below(record.backup_dir()), SizeIs(3 + 3));
  Target target;
  must(target.restore(record.backup_dir()));
  std::size_t read = 0;
  must(target.documents().verify([&](std::string_view name, const Result<>& found) {
    EXPECT_TRUE(found) << found.error().message();
    EXPECT_EQ(sha256_hex(must(target.documents().get(name, 1000))), name);
    ++read;
  }));
  EXPECT_EQ(read, 3U);
}

TEST(Backup, IsReadableByItsOwnerOnly) {
  Record record;
  must(record.save());
  EXPECT_EQ(fs::status(record.backup_dir()).permissions(), fs::perms::owner_all);
}

TEST(Backup, TellsOfADocumentThatIsGone) {
  Record record;
  const auto lost = sha256_hex("lost");
  record.attach({.sha256 = lost, .bytes = 4, .media_type = "text/plain"});
  EXPECT_THAT(must(record.save()).missing, ElementsAre(lost));
  Target target;
  EXPECT_THAT(must(target.restore(record.backup_dir())).missing, ElementsAre(lost));
}

TEST(Backup, FailsOnADamagedDocumentAndLeavesNothing) {
  Record record;
  const auto files = files_below(record.documents_dir());
  for (const auto& file : files) flip_byte(file, 60);
  const auto saved = record.save();
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, Error::Kind::corrupt);
  EXPECT_THAT(saved.error().where, HasSubstr("/documents/"));
  EXPECT_FALSE(fs::exists(record.backup_dir()));
  for (const auto& entry : fs::directory_iterator(record.backup_dir().parent_path())) {
    EXPECT_THAT(entry.path().string(), testing::Not(HasSubstr(".part-")));
  }
}

TEST(Backup, FailsOnADamagedAct) {
  Record record;
  must(record.ledger().connect()->run("UPDATE acts SET actor = 'other' WHERE seq = 222"));
  const auto saved = record.save();
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().message(), HasSubstr("act 222: its content is not what its hash says"));
}

TEST(Backup, DoesNotTakeTheNameOfWhatIsThere) {
  Record record;
  fs::create_directory(record.backup_dir());
  EXPECT_EQ(record.save().error().kind, Error::Kind::conflict);
}

TEST(Backup, OfAnEmptyLedgerIsRestored) {
  const Folder folder;
  TrialLedger ledger;
  const auto documents = must(Documents::open(folder / "documents"));
  must(backup(*ledger, documents, folder / "backup"));
  Target target;
  EXPECT_EQ(must(target.restore(folder / "backup")).acts, 0U);
  EXPECT_EQ(must(Ledger::open({.address = target.address()}, {}))->identity(), ledger->identity());
}

TEST(Backup, IsConsistentWhileWritersGoOn) {
  Record record;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) must(put_name(*record.ledger(), "busy", std::to_string(i)));
  });
  const auto saved = record.save();
  done = true;
  writer.join();
  ASSERT_TRUE(saved) << saved.error().message();
  EXPECT_GE(saved->acts, 453U);
  EXPECT_EQ(must(check_backup(record.backup_dir())).acts, saved->acts);
}

TEST(Restore, FindsAFlippedByteInEachFileAndChangesNothing) {
  Record record;
  must(record.save({record.checkpoint_at(5), record.checkpoint_at(450)}));
  for (const auto& file : files_below(record.backup_dir())) {
    const std::string good = content_of(file);
    for (std::size_t at = 0; at < good.size(); at += good.size() / 7 + 1) {
      flip_byte(file, at);
      Target target;
      const auto restored = target.restore(record.backup_dir());
      ASSERT_FALSE(restored) << file << " at " << at;
      EXPECT_THAT(restored.error().where, HasSubstr(file.filename().string()))
          << restored.error().what;
      EXPECT_TRUE(target.untouched()) << file;
      set_content(file, good);
    }
  }
  EXPECT_TRUE(check_backup(record.backup_dir()));
}

TEST(Restore, FindsACutAndAnAbsentFile) {
  Record record;
  must(record.save());
  for (const auto& file : files_below(record.backup_dir())) {
    const std::string good = content_of(file);
    if (!good.empty()) {
      set_content(file, std::string_view(good).substr(0, good.size() - 1));
      EXPECT_THAT(check_backup(record.backup_dir()).error().where,
                  HasSubstr(file.filename().string()));
    }
    fs::remove(file);
    EXPECT_THAT(check_backup(record.backup_dir()).error().where,
                HasSubstr(file.filename().string()));
    set_content(file, good);
  }
}

// What somebody can do who makes all hashes of files again.
class Forged : public testing::Test {
 protected:
  // Writes the acts anew by `change`, and the manifest as if they were right.
  std::string refused_after(const std::function<void(std::vector<std::string>&)>& change) {
    Record record;
    must(record.save({record.checkpoint_at(100)}));
    const fs::path root = record.backup_dir();
    std::vector<std::string> lines;
    auto reader = must(LinesReader::open(root / acts_file));
    for (std::string line; must(reader.next(line));) lines.push_back(line);
    change(lines);
    auto writer = must(PackedLines::in(root));
    for (const std::string& line : lines) must(writer.write(line));
    must(writer.place(root / acts_file));
    sign_again(root, lines);
    const auto checked = check_backup(root);
    return checked ? "it was taken" : checked.error().message();
  }
  static void sign_again(const fs::path& root, const std::vector<std::string>& lines) {
    const fs::path file = root / manifest_file;
    Manifest manifest = must(manifest_from(content_of(file), "m"));
    const std::string acts = content_of(root / acts_file);
    manifest.files[0] = {std::string(acts_file), acts.size(), sha256_hex(acts)};
    manifest.acts = lines.size();
    if (const auto last = act_from_line(lines.back(), "")) manifest.head = hex(last->hash);
    set_content(file, must(manifest_text(manifest)));
  }
  // The chain hashed again from act `from`, as its owner could.
  static void rehash(std::vector<std::string>& lines, std::size_t from) {
    Digest previous = must(act_from_line(lines.at(from - 1), "")).hash;
    for (std::size_t i = from; i < lines.size(); ++i) {
      Act act = must(act_from_line(lines[i], ""));
      act.actor = "other";
      act.previous = previous;
      act.hash = previous = hash_of(act);
      lines[i] = must(act_line(act));
    }
  }
};

TEST_F(Forged, ActsAreFoundByTheChain) {
  EXPECT_THAT(
      refused_after([](auto& lines) { lines[9].replace(lines[9].find("tester"), 6, "others"); }),
      HasSubstr("acts.ndjson.zst:10: act 10: its content is not"));
  EXPECT_THAT(refused_after([](auto& lines) { lines.erase(lines.begin() + 4); }),
              HasSubstr("acts.ndjson.zst:5: act 6: act 5 should stand here"));
  EXPECT_THAT(refused_after([](auto& lines) { lines.insert(lines.begin() + 4, lines[4]); }),
              HasSubstr("acts.ndjson.zst:6: act 5: act 6 should stand here"));
  EXPECT_THAT(refused_after([](auto& lines) { lines[2] = "{}"; }), HasSubstr("zst:3: "));
  EXPECT_THAT(refused_after([](auto& lines) { lines[2].insert(1, " "); }),
              HasSubstr("zst:3: the act is not as acts are written"));
}

TEST_F(Forged, HistoryHashedAgainAndACutTailAreFoundByACheckpoint) {
  EXPECT_THAT(refused_after([](auto& lines) { rehash(lines, 90); }),
              HasSubstr("act 100 is not the one that a checkpoint signed"));
  EXPECT_THAT(refused_after([](auto& lines) { lines.resize(99); }),
              HasSubstr("checkpoints.ndjson: the checkpoint of act 100"));
}

TEST(Restore, RefusesALedgerThatIsThere) {
  Record record;
  must(record.save());
  Target target;
  must(target.restore(record.backup_dir()));
  const auto again = target.restore(record.backup_dir());
  EXPECT_EQ(again.error().kind, Error::Kind::conflict);
  EXPECT_THAT(again.error().what, HasSubstr("there is a ledger in this database"));
}

TEST(Restore, RefusesDocumentsOfOthersButNotItsOwn) {
  Record record;
  must(record.save());
  Target target;
  must(target.documents().put("biên bản"));  // left of an attempt before
  ASSERT_TRUE(must(target.documents().put("another's")).bytes > 0);
  EXPECT_THAT(target.restore(record.backup_dir()).error().what, HasSubstr("documents of others"));
  Target next;
  must(next.documents().put("biên bản"));
  EXPECT_TRUE(next.restore(record.backup_dir()));
}

TEST(Restore, LeavesAnEmptyDatabaseWhenAProjectionFails) {
  Record record;
  must(record.save());
  Target target;
  Projection failing = names_projection();
  failing.apply = [](Sql& sql, const Act& act) -> Result<> {
    if (act.seq == 300) return invalid("no room");
    return apply_name(sql, act);
  };
  const auto restored =
      restore(record.backup_dir(), target.address(), {failing}, target.documents());
  EXPECT_THAT(restored.error().message(), HasSubstr("no room"));
  EXPECT_TRUE(target.restore(record.backup_dir()));  // as if nothing had been
}

TEST(Manifest, RefusesNamesThatLeadOut) {
  Manifest manifest{.ledger = "l", .acts = 0, .head = std::string(64, '0'), .made_at = "now"};
  for (const std::string name : {"../x", "/etc/passwd", "documents/aa/b", "other"}) {
    manifest.files = {{name, 1, std::string(64, 'a')}};
    const auto read = manifest_from(must(manifest_text(manifest)), "m");
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().what, HasSubstr("is no file of a backup"));
  }
}

TEST(Manifest, OfAFormatToComeIsToldSo) {
  const auto read = manifest_from(R"({"format":2})", "manifest.json");
  EXPECT_THAT(read.error().what, HasSubstr("format 2; this program reads format 1"));
}

}  // namespace
}  // namespace haidang::ledger
