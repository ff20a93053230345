#include "base/file.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace haidang {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// A directory that goes with its test.
class Files : public testing::Test {
 public:
  Files() {
    std::string name = (fs::temp_directory_path() / "haidang_file_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~Files() override { fs::remove_all(root_); }

 protected:
  fs::path make(const std::string& name, std::string_view content = "x") {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  // Paths below the root.
  std::vector<std::string> listed(const Listing& listing = {}) {
    std::vector<std::string> names;
    const auto files = list_files(root_, listing);
    if (!files) return {files.error().message()};
    for (const auto& file : *files) names.push_back(file.lexically_relative(root_).string());
    return names;
  }

  fs::path root_;
};

using ReadFile = Files;
using WriteFile = Files;
using ListFiles = Files;

TEST_F(ReadFile, GivesAllBytesUpToTheLimit) {
  const std::string bytes = std::string(5000, '\xff') + '\0';
  const fs::path path = make("a", bytes);
  EXPECT_EQ(read_file(path, bytes.size()), bytes);
  EXPECT_EQ(read_file(path, 1 << 20), bytes);
  EXPECT_EQ(read_file(make("empty", ""), 0), "");
}

TEST_F(ReadFile, RefusesWhatIsLarger) {
  const fs::path path = make("a", "12345");
  const auto read = read_file(path, 4);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, Error::Kind::invalid);
  EXPECT_EQ(read.error().message(),
            path.string() + ": larger than 4 bytes; split it or raise the limit");
}

TEST_F(ReadFile, ReadsFilesThatDoNotTellTheirSize) {
  const auto read = read_file("/proc/self/status", 1 << 20);
  ASSERT_TRUE(read);
  EXPECT_THAT(*read, HasSubstr("Pid:"));
  EXPECT_FALSE(read_file("/proc/self/status", 10));
}

TEST_F(ReadFile, NamesThePathOfWhatItCannotRead) {
  const auto missing = read_file(root_ / "none", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::not_found);
  EXPECT_THAT(missing.error().message(), HasSubstr("none: cannot open: No such file"));
  EXPECT_FALSE(read_file(root_, 10));
  const fs::path pipe = root_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(read_file(pipe, 10).error().message(), HasSubstr("not a file"));
}

TEST_F(WriteFile, ReplacesTheFileAndLeavesNothingBeside) {
  const fs::path path = make("a", "old");
  ASSERT_TRUE(write_file(path, "new"));
  EXPECT_EQ(read_file(path, 100), "new");
  ASSERT_TRUE(write_file(path, ""));
  EXPECT_EQ(read_file(path, 100), "");
  ASSERT_TRUE(write_file(root_ / "b", std::string(3'000'000, 'b')));
  EXPECT_THAT(listed(), ElementsAre("a", "b"));
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(WriteFile, LeavesNothingWhenItFails) {
  EXPECT_EQ(write_file(root_ / "no" / "a", "x").error().kind, Error::Kind::not_found);
  fs::create_directories(root_ / "directory" / "inside");
  EXPECT_FALSE(write_file(root_ / "directory", "x"));
  const auto left = std::distance(fs::directory_iterator(root_), fs::directory_iterator());
  EXPECT_EQ(left, 1);
}

TEST_F(ListFiles, GivesThemSortedAndByExtension) {
  make("b/2.yml");
  make("b/1.yaml");
  make("a.yml");
  make("c.txt");
  make("b.yml");
  make(".git/x.yml");
  make(".hidden.yml");
  EXPECT_THAT(listed({.extensions = {".yml", ".yaml"}}),
              ElementsAre("a.yml", "b/1.yaml", "b/2.yml", "b.yml"));
  EXPECT_THAT(listed({.extensions = {".md"}}), ElementsAre());
  EXPECT_EQ(listed().size(), 5U);
}

TEST_F(ListFiles, GivesAFileThatIsNamedItself) {
  const fs::path path = make("a.txt");
  EXPECT_THAT(list_files(path, {.extensions = {".yml"}}).value(), ElementsAre(path));
}

TEST_F(ListFiles, FollowsLinksToFilesOnly) {
  make("real/a.yml");
  fs::create_symlink(root_ / "real/a.yml", root_ / "link.yml");
  fs::create_directory_symlink(root_, root_ / "real/loop");
  fs::create_symlink(root_ / "nowhere", root_ / "broken.yml");
  EXPECT_THAT(listed({.extensions = {".yml"}}), ElementsAre("link.yml", "real/a.yml"));
  fs::create_directory_symlink(root_ / "real", root_ / "to");
  EXPECT_EQ(list_files(root_ / "to").value().size(), 1U);  // the root itself may be a link
}

TEST_F(ListFiles, RefusesTreesOverTheLimits) {
  make("1/2/3/a");
  make("b");
  EXPECT_THAT(listed({.most_deep = 2})[0], HasSubstr("more than 2 directories deep"));
  EXPECT_THAT(listed({.most_deep = 3}), ElementsAre("1/2/3/a", "b"));
  EXPECT_THAT(listed({.most_files = 1})[0], HasSubstr("more than 1 files"));
}

TEST_F(ListFiles, NamesTheRootThatIsNotThere) {
  const auto files = list_files(root_ / "none");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind, Error::Kind::not_found);
  EXPECT_THAT(files.error().message(), HasSubstr("none"));
}

}  // namespace
}  // namespace haidang
