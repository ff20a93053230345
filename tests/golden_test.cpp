// Each folder of tests/golden/detect is a case: these rules over these events find this.
//
//   rule.yml, or rules.txt naming rule files of the repository · events.* · expected.ndjson
//
// HAIDANG_UPDATE=1 writes expected.ndjson anew: review it as a diff.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow.hpp"

namespace haidang {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(repository("tests/golden/detect")))
    if (entry.is_directory()) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> rule_files(const fs::path& folder) {
  if (!fs::exists(folder / "rules.txt")) return {folder / "rule.yml"};
  std::vector<std::string> files;
  for (const auto& line : lines_of(folder / "rules.txt")) files.push_back(repository(line));
  return files;
}

// The one file `events.…`; empty if there is none.
std::string events_file(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("events.")) return entry.path();
  return {};
}

std::vector<std::string> written(std::vector<Finding> findings) {
  std::ranges::sort(findings);
  std::vector<std::string> lines;
  for (const auto& [line, rule] : findings)
    lines.push_back(fmt::format(R"({{"line":{},"rule":{{"id":"{}"}}}})", line, rule));
  return lines;
}

bool updating() { return std::getenv("HAIDANG_UPDATE") != nullptr; }

void update(const fs::path& file, const std::vector<std::string>& lines) {
  std::ofstream out(file);
  for (const auto& line : lines) out << line << '\n';
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, FindsWhatItsCaseSays) {
  const fs::path folder = repository("tests/golden/detect") / GetParam();
  auto rules = detect::load_rules(rule_files(folder), catalogue_placeholders());
  ASSERT_TRUE(rules) << rules.error().message();
  for (const auto& refused : rules->refused) ADD_FAILURE() << refused.message();
  Flow flow(detect::Engine::build(std::make_shared<detect::RuleSet>(std::move(*rules)),
                                  catalogue_mappings()));
  const auto read = flow.read(events_file(folder));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_THAT(flow.complaints, testing::IsEmpty());
  const auto found = written(flow.findings);
  const fs::path expected = folder / "expected.ndjson";
  if (updating()) update(expected, found);
  ASSERT_TRUE(fs::exists(expected)) << expected << " is missing: HAIDANG_UPDATE=1 writes it";
  EXPECT_EQ(found, lines_of(expected)) << folder;
}

INSTANTIATE_TEST_SUITE_P(Detect, Golden, testing::ValuesIn(cases()), [](const auto& row) {
  std::string name = row.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace haidang
