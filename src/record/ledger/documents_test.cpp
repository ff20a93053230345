#include "record/ledger/documents.hpp"

#include <chrono>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/hash.hpp"
#include "record/ledger/trial_files.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;

const std::string key(32, 'k');
constexpr std::size_t chunk = 64U << 10;

std::string text_of(std::size_t bytes) {
  std::string text(bytes, 'a');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i / chunk + i % 7);
  return text;
}

// Plain and encrypted: the parameter.
class Store : public testing::TestWithParam<bool> {
 protected:
  [[nodiscard]] Documents open() const {
    auto opened =
        Documents::open(folder_ / "documents", GetParam() ? std::optional(key) : std::nullopt);
    CHECK(opened.has_value(), "a folder of a test opens");
    return *opened;
  }
  [[nodiscard]] fs::path file_of(const std::string& sha256) const {
    return folder_ / "documents" / sha256.substr(0, 2) / sha256;
  }
  // Damages the file of a document of `bytes` and says how reading it fails.
  std::string read_after(std::size_t bytes, const std::function<void(std::string&)>& damage) {
    const auto stored = open().put(text_of(bytes));
    std::string content = content_of(file_of(stored->sha256));
    damage(content);
    set_content(file_of(stored->sha256), content);
    const auto read = open().get(stored->sha256, bytes * 2);
    if (read) return "it was read";
    return read.error().kind == Error::Kind::corrupt ? "corrupt" : read.error().message();
  }

  Folder folder_;
};

INSTANTIATE_TEST_SUITE_P(PlainAndEncrypted, Store, testing::Bool(), [](const auto& chosen) {
  return std::string(chosen.param ? "Encrypted" : "Plain");
});

TEST_P(Store, GivesBackWhatItWasGiven) {
  for (const std::size_t bytes :
       {1UL, 7UL, 8UL, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 5}) {
    const std::string content = text_of(bytes);
    const auto stored = open().put(content);
    ASSERT_TRUE(stored) << stored.error().message();
    EXPECT_EQ(stored->sha256, sha256_hex(content));
    EXPECT_EQ(stored->bytes, bytes);
    EXPECT_EQ(stored->media_type, "text/plain");
    EXPECT_EQ(open().get(stored->sha256, bytes), content);
  }
}

TEST_P(Store, TakesAContentPieceByPiece) {
  const std::string content = text_of(200'000);
  std::size_t at = 0;
  const auto stored = open().put([&]() -> Result<std::string_view> {
    const auto piece = std::string_view(content).substr(at, 999);
    at += piece.size();
    return piece;
  });
  ASSERT_TRUE(stored);
  EXPECT_EQ(open().get(stored->sha256, content.size()), content);
}

TEST_P(Store, KeepsEqualContentsOnceForTheOwnerOnly) {
  const Documents documents = open();
  const auto once = documents.put("the same");
  const auto twice = documents.put("the same");
  EXPECT_EQ(once->sha256, twice->sha256);
  const auto files = files_below(folder_ / "documents");
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(fs::status(files[0]).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_P(Store, StopsAtTheLimitAndLeavesNothing) {
  int asked = 0;
  const auto endless = [&]() -> Result<std::string_view> {
    ++asked;
    return "1234567890";
  };
  const auto stored = open().put(endless, {.most_bytes = 95});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind, Error::Kind::invalid);
  EXPECT_EQ(asked, 10);
  EXPECT_THAT(files_below(folder_ / "documents"), SizeIs(0));
}

TEST_P(Store, LeavesNothingWhenTheSourceFails) {
  int asked = 0;
  const auto stored = open().put([&]() -> Result<std::string_view> {
    if (++asked == 3) return fail(Error::Kind::unavailable, "the line was cut");
    return "piece";
  });
  EXPECT_EQ(stored.error().what, "the line was cut");
  EXPECT_THAT(files_below(folder_ / "documents"), SizeIs(0));
}

TEST_P(Store, FindsAFlippedByteAnywhere) {
  const auto stored = open().put(text_of(500));
  const fs::path file = file_of(stored->sha256);
  const auto size = fs::file_size(file);
  for (std::size_t at = 0; at < size; at += 3) {
    flip_byte(file, at);
    EXPECT_FALSE(open().get(stored->sha256, 10'000)) << at;
    flip_byte(file, at);
  }
  EXPECT_TRUE(open().get(stored->sha256, 10'000));
}

TEST_P(Store, FindsTruncationAndMore) {
  const auto cut_to = [](std::size_t bytes) {
    return [bytes](std::string& content) { content.resize(bytes); };
  };
  EXPECT_EQ(read_after(3 * chunk, cut_to(3)), "corrupt");
  EXPECT_EQ(read_after(3 * chunk, cut_to(20)), "corrupt");
  EXPECT_EQ(read_after(3 * chunk, cut_to(0)), "corrupt");
  EXPECT_EQ(read_after(3 * chunk, cut_to(chunk + 30)), "corrupt");
  EXPECT_EQ(read_after(3 * chunk, cut_to(40 + chunk + 17)), "corrupt");  // between two chunks
  EXPECT_EQ(read_after(3 * chunk, cut_to(40 + 3 * (chunk + 17))), "corrupt");
  EXPECT_EQ(read_after(100, [](std::string& content) { content += "more"; }), "corrupt");
}

TEST_P(Store, FindsChunksOutOfOrder) {
  EXPECT_EQ(read_after(3 * chunk + 5,
                       [](std::string& content) {
                         const std::size_t head = content.size() - (3 * chunk + 5) > 0 ? 40 : 0;
                         const std::size_t step = head > 0 ? chunk + 17 : chunk;
                         const std::string first = content.substr(head, step);
                         content.erase(head, step);
                         content.insert(head + step, first);
                       }),
            "corrupt");
}

TEST_P(Store, MendsADamagedDocumentWhenItIsPutAgain) {
  const auto stored = open().put("evidence");
  flip_byte(file_of(stored->sha256), 0);
  ASSERT_FALSE(open().get(stored->sha256, 100));
  ASSERT_TRUE(open().put("evidence"));
  EXPECT_EQ(open().get(stored->sha256, 100), "evidence");
}

TEST_P(Store, VerifiesAll) {
  const auto good = open().put("good");
  const auto bad = open().put("bad");
  const auto swapped = open().put("swapped");
  flip_byte(file_of(bad->sha256), 1);
  fs::copy_file(file_of(good->sha256), file_of(swapped->sha256),
                fs::copy_options::overwrite_existing);
  set_content(folder_ / "documents" / "README", "no document");
  std::map<std::string, bool> found;
  ASSERT_TRUE(open().verify([&](std::string_view name, const Result<>& result) {
    found.emplace(name, result.has_value());
  }));
  EXPECT_EQ(found, (std::map<std::string, bool>{
                       {good->sha256, true}, {bad->sha256, false}, {swapped->sha256, false}}));
}

TEST_P(Store, SweepsWhatAKilledProcessLeftButNothingYoung) {
  ASSERT_TRUE(open().put("a"));
  const fs::path old = folder_ / "documents" / ".new-old";
  const fs::path young = folder_ / "documents" / ".new-young";
  set_content(old, "half");
  set_content(young, "half");
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_TRUE(open().put("a"));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young));
}

TEST_P(Store, KnowsOnlyNames) {
  set_content(folder_ / "secret", "secret");
  for (const std::string_view name : {"", "..", "../secret", "ab/../../secret"}) {
    EXPECT_FALSE(open().has(name));
    EXPECT_EQ(open().get(name, 100).error().kind, Error::Kind::not_found);
  }
  EXPECT_EQ(open().get(std::string(64, 'a'), 100).error().kind, Error::Kind::not_found);
}

TEST(Documents, AreOfTheTypesThatAreTaken) {
  const Folder folder;
  const auto documents = Documents::open(folder / "d");
  struct Row {
    std::string content;
    std::vector<std::string> types;
    std::string refusal;  // "": taken
  };
  const Row rows[] = {
      {"text", {}, ""},
      {"text", {"application/pdf"}, "text/plain are not taken"},
      {"%PDF-1.4", {"application/pdf"}, ""},
      {"#!/bin/sh", {}, "text/x-shellscript are not taken"},
      {"#!/bin/sh", {"text/x-shellscript"}, ""},
      {"\x01\x02", {}, "cannot be told"},
      {"\x01\x02", {"*/*"}, ""},
      {"", {}, "empty"},
      {"text", {"text/plian"}, "'text/plian' is no media type"},
  };
  for (const auto& row : rows) {
    const auto stored = documents->put(row.content, {.types = row.types});
    EXPECT_EQ(stored.has_value(), row.refusal.empty()) << row.content;
    if (!stored) {
      EXPECT_THAT(stored.error().what, HasSubstr(row.refusal));
    }
  }
}

TEST(Documents, EncryptedAreNotReadableOnTheDiskNorWithoutTheKey) {
  const Folder folder;
  const auto with_key = Documents::open(folder / "d", key);
  const auto stored = with_key->put("tên người báo tin");
  const auto files = files_below(folder / "d");
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_THAT(content_of(files[0]), testing::Not(HasSubstr("báo tin")));

  const auto without = Documents::open(folder / "d")->get(stored->sha256, 100);
  EXPECT_EQ(without.error().kind, Error::Kind::denied);
  const auto other = Documents::open(folder / "d", std::string(32, 'x'))->get(stored->sha256, 100);
  EXPECT_EQ(other.error().kind, Error::Kind::denied);
  EXPECT_THAT(other.error().what, HasSubstr("another key"));
}

TEST(Documents, StoredPlainAreStillReadWhenAKeyComes) {
  const Folder folder;
  const auto stored = Documents::open(folder / "d")->put("before the key");
  const auto keyed = Documents::open(folder / "d", key);
  EXPECT_EQ(keyed->get(stored->sha256, 100), "before the key");
  ASSERT_TRUE(keyed->put("before the key"));
  EXPECT_EQ(Documents::open(folder / "d")->get(stored->sha256, 100).error().kind,
            Error::Kind::denied);
}

TEST(Documents, DoNotTakeAKeyOfAnotherLength) {
  const Folder folder;
  EXPECT_THAT(Documents::open(folder / "d", "short").error().what, HasSubstr("5 bytes"));
}

TEST(Documents, SayWhereTheirFolderCannotBe) {
  const Folder folder;
  set_content(folder / "file", "x");
  const auto opened = Documents::open(folder / "file");
  EXPECT_THAT(opened.error().where, HasSubstr("/file"));
}

}  // namespace
}  // namespace haidang::ledger
