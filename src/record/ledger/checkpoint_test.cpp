#include "record/ledger/checkpoint.hpp"

#include <chrono>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/ledger/trial_files.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Checkpoint unsigned_one() {
  return {.ledger = "5f0c9a",
          .seq = 42,
          .hash = sha256("act"),
          .at = *parse_time("2026-01-31T07:00:00.123456Z")};
}

Checkpoint signed_one() {
  const Folder folder;
  return Signer::open(folder / "key")->sign(unsigned_one());
}

std::string with(const std::string& line, const std::string& what, const std::string& by) {
  std::string changed = line;
  const auto at = changed.find(what);
  CHECK(at != std::string::npos, "the line holds what is changed");
  return changed.replace(at, what.size(), by);
}

TEST(Signer, MakesAKeyForItsOwnerAndFindsItAgain) {
  const Folder folder;
  const auto made = Signer::open(folder / "key");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(fs::status(folder / "key").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(Signer::open(folder / "key")->public_key(), made->public_key());
  EXPECT_EQ(files_below(folder.path()).size(), 1U);
  const Folder other;
  EXPECT_NE(Signer::open(other / "key")->public_key(), made->public_key());
}

TEST(Signer, RefusesAKeyThatOthersMayRead) {
  const Folder folder;
  ASSERT_TRUE(Signer::open(folder / "key"));
  for (const auto others :
       {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    fs::permissions(folder / "key", fs::perms::owner_read | others);
    const auto opened = Signer::open(folder / "key");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Error::Kind::denied);
    EXPECT_THAT(opened.error().message(), HasSubstr("/key: others than its owner"));
  }
}

TEST(Signer, RefusesAFileThatIsNoKey) {
  const Folder folder;
  for (const std::string& content : {std::string(), std::string("key"), std::string(64, 'G')}) {
    set_content(folder / "key", content);
    fs::permissions(folder / "key", fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(Signer::open(folder / "key").error().kind, Error::Kind::corrupt) << content;
  }
}

TEST(Signer, SaysWhereItCannotMakeAKey) {
  const Folder folder;
  const auto opened = Signer::open(folder / "absent" / "key");
  EXPECT_EQ(opened.error().kind, Error::Kind::not_found);
}

// RFC 8032 §7.1, test 1: the public key of a known seed.
TEST(Signer, DerivesThePublicKeyOfTheStandard) {
  const Folder folder;
  set_content(folder / "key", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
  fs::permissions(folder / "key", fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(Signer::open(folder / "key")->public_key(),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(Checkpoint, IsSignedOverAllItSays) {
  const Checkpoint good = signed_one();
  EXPECT_TRUE(signed_by(good, good.key));
  EXPECT_FALSE(signed_by(good, std::string(64, '0')));
  EXPECT_FALSE(signed_by(good, "short"));
  const auto changed = [&](auto change) {
    Checkpoint other = good;
    change(other);
    return signed_by(other, good.key);
  };
  EXPECT_FALSE(changed([](Checkpoint& one) { one.seq = 43; }));
  EXPECT_FALSE(changed([](Checkpoint& one) { one.ledger = "other"; }));
  EXPECT_FALSE(changed([](Checkpoint& one) { one.hash[31] ^= 1U; }));
  EXPECT_FALSE(changed([](Checkpoint& one) { one.at += std::chrono::microseconds(1); }));
  EXPECT_FALSE(
      changed([](Checkpoint& one) { one.signature[0] = one.signature[0] == '0' ? '1' : '0'; }));
}

TEST(Checkpoint, ComesBackFromItsLine) {
  const Checkpoint one = signed_one();
  const auto back = from_line(to_line(one), "f:1");
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(to_line(*back), to_line(one));
  EXPECT_TRUE(signed_by(*back, one.key));
  EXPECT_THAT(to_line(one), HasSubstr(R"("at":"2026-01-31T07:00:00.123456Z")"));
}

TEST(Checkpoint, ThatIsNotWellFormedIsRefusedWithThePlace) {
  const std::string line = to_line(signed_one());
  const std::string seq = "\"seq\":42";  // not 42 alone: keys are random hex
  struct Row {
    std::string line, told;
  };
  const Row rows[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"[]", "not a JSON object"},
      {"{}", "\"ledger\" is absent"},
      {with(line, seq, "\"seq\":\"42\""), "\"seq\" is not a whole number"},
      {with(line, seq, "\"seq\":0"), "\"seq\" is not a whole number"},
      {with(line, seq, "\"seq\":-1"), "\"seq\" is not a whole number"},
      {with(line, seq, "\"seq\":42.0"), "\"seq\" is not a whole number"},
      {with(line, seq, "\"seq\":9007199254740993"), "\"seq\" is not a whole number"},
      {with(line, seq, "\"seq\":42,\"seq\":43"), "not as they are written"},
      {with(line, seq, "\"seq\": 42"), "not as they are written"},
      {with(line, seq, "\"seq\":42,\"more\":1"), "\"more\" does not belong"},
      {with(line, "\"5f0c9a", "\"5f\\u000a"), "\"ledger\" is not"},
      {with(line, "123456Z", "1234567Z"), "\"at\" is not a time"},
      {with(line, "2026-01-31", "2026-02-31"), "\"at\" is not a time"},
      {with(line, "\"hash\":\"", "\"hash\":\"0"), "\"hash\" is not 64"},
      {line + std::string(3000, ' '), "longer than"},
      {"[[[[[[[[", "not JSON"},
  };
  for (const auto& row : rows) {
    const auto read = from_line(row.line, "chain.ndjson:7");
    ASSERT_FALSE(read) << row.line;
    EXPECT_EQ(read.error().where, "chain.ndjson:7");
    EXPECT_THAT(read.error().what, HasSubstr(row.told)) << row.line;
  }
}

TEST(CheckpointFile, IsOnlyAppendedTo) {
  const Folder folder;
  const auto signer = Signer::open(folder / "key");
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    Checkpoint one = unsigned_one();
    one.seq = seq;
    ASSERT_TRUE(append_line(folder / "chain", signer->sign(one)));
  }
  const auto read = read_checkpoints(folder / "chain");
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ(read->back().seq, 3U);
}

TEST(CheckpointFile, NamesTheLineThatIsWrong) {
  const Folder folder;
  const Checkpoint one = signed_one();
  ASSERT_TRUE(append_line(folder / "chain", one));
  std::ofstream(folder / "chain", std::ios::app) << "{\"ledger\":";
  EXPECT_THAT(read_checkpoints(folder / "chain").error().message(),
              HasSubstr("chain:2: the last line is cut"));
  // The next one is not glued to what was cut.
  ASSERT_TRUE(append_line(folder / "chain", one));
  EXPECT_THAT(read_checkpoints(folder / "chain").error().message(),
              HasSubstr("chain:2: not a checkpoint"));
  EXPECT_THAT(content_of(folder / "chain"), HasSubstr("\n" + to_line(one) + "\n"));
}

TEST(CheckpointFile, ThatIsAbsentIsNotFound) {
  const Folder folder;
  EXPECT_EQ(read_checkpoints(folder / "none").error().kind, Error::Kind::not_found);
}

}  // namespace
}  // namespace haidang::ledger
