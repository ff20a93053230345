#include "watch/ingest/inputs.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace haidang::ingest {
namespace {

using testing::ElementsAre;
namespace fs = std::filesystem;

TEST(Inputs, ADirectoryIsItsLogsAndNothingIsPassedOverInSilence) {
  const fs::path root = fs::temp_directory_path() / ("inputs." + std::to_string(::getpid()));
  fs::create_directories(root / "sub");
  fs::create_directories(root / ".git");
  for (const char* name : {"b.log", "a.evtx", "sub/c.gz", "notes.md", ".git/x.log", ".hidden"})
    std::ofstream(root / name) << "x";
  std::ofstream(root / "empty.log").flush();
  const std::vector<std::string> paths{"-", root, root / "notes.md", "/nowhere/at/all"};
  const Inputs inputs = expand(paths);
  fs::remove_all(root);
  EXPECT_THAT(inputs.files,
              ElementsAre("-", (root / "a.evtx").string(), (root / "b.log").string(),
                          (root / "sub/c.gz").string(), (root / "notes.md").string()));
  EXPECT_THAT(inputs.passed_over, ElementsAre((root / "notes.md").string()));
  ASSERT_EQ(inputs.errors.size(), 1U);
  EXPECT_EQ(inputs.errors[0].message(), "/nowhere/at/all: there is no such file or directory");
}

}  // namespace
}  // namespace haidang::ingest
