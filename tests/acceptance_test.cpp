// The engine against what others computed from real logs. The data is not part of this
// repository: HAIDANG_SHARED names the folder, else ../shared beside the repository is tried;
// where it is absent these tests are skipped and say so.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow.hpp"
#include "watch/ingest/inputs.hpp"

namespace haidang {
namespace {

namespace fs = std::filesystem;

fs::path shared() {
  if (const char* given = std::getenv("HAIDANG_SHARED")) return given;
  return fs::path(HAIDANG_SOURCE_DIR).parent_path() / "shared";
}
fs::path data(const std::string& name) { return shared() / "data" / name; }

#define NEEDS(path)                                                             \
  if (!fs::exists(path))                                                        \
  GTEST_SKIP() << "no " << (path) << ": HAIDANG_SHARED names the folder whose " \
               << "data/ holds the rules and logs this test needs"

std::shared_ptr<const detect::Engine> sigma_engine() {
  static const auto engine = [] {
    auto rules = detect::load_rules({data("sigma").string()}, catalogue_placeholders()).value();
    return detect::Engine::build(std::make_shared<detect::RuleSet>(std::move(rules)),
                                 catalogue_mappings());
  }();
  return engine;
}

using Row = std::vector<std::string>;

// Rows of a .tsv, without its comments.
std::vector<Row> table(const fs::path& file) {
  std::vector<Row> rows;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, '\t');) rows.back().push_back(cell);
  }
  return rows;
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

TEST(Rules, NoneOfSigmaHqIsRefused) {
  NEEDS(data("sigma"));
  const auto& set = sigma_engine()->rules();
  std::vector<std::string> refused;
  for (const auto& error : set.refused) refused.push_back(error.message());
  EXPECT_THAT(refused, testing::IsEmpty());
  EXPECT_GE(set.rules.size() + set.correlations.size(), 3754U);
}

TEST(Rules, OurOwnAreAllHonoured) {
  const auto set =
      detect::load_rules({repository("catalogue/rules").string()}, catalogue_placeholders());
  ASSERT_TRUE(set) << set.error().message();
  for (const auto& error : set->refused) ADD_FAILURE() << error.message();
  for (const auto& rule : set->rules)
    EXPECT_TRUE(catalogue_mappings()->reachable(rule.logsource))
        << rule.header.place() << ": no record can ever belong to its logsource";
}

TEST(SigmaRegression, EveryRuleFindsItsEvents) {
  const fs::path folder = data("sigma-regression");
  NEEDS(folder);
  Flow flow(sigma_engine());
  const auto read = flow.read(folder / "events.ndjson");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_THAT(flow.complaints, testing::IsEmpty());
  std::map<std::string, std::vector<std::uint64_t>> lines;
  for (const auto& [line, rule] : flow.findings) lines[rule].push_back(line);
  const auto rows = table(folder / "expected.tsv");
  EXPECT_EQ(rows.size(), 101U);
  for (const auto& row : rows) {
    const auto hits = std::ranges::count_if(lines[row[0]], [&](std::uint64_t line) {
      return line >= number(row[1]) && line <= number(row[2]);
    });
    EXPECT_GE(static_cast<std::uint64_t>(hits), number(row[3])) << row[4];
  }
}

// --- 100,000 events of attacks on Windows, against an independent engine -------------------------

// Fields that this engine finds under another name and the independent one did not look for.
constexpr std::array<std::string_view, 3> mapped{"Provider_Name", "Computer", "@timestamp"};

bool uses_mapped_field(const detect::Rule& rule) {
  return std::ranges::any_of(rule.tests, [](const detect::Test& test) {
    return std::ranges::find(mapped, test.field) != mapped.end();
  });
}

TEST(Windows100k, FindsEveryExpectedPairAndNoneThatMappingsDoNotExplain) {
  const fs::path log = data("events/windows-otrf-100k.ndjson.zst");
  NEEDS(log);
  std::set<std::uint64_t> process_creations;  // EventID 4688: its fields are renamed
  Flow flow(sigma_engine(), [&](const event::Event& event, const event::Names& names) {
    for (const auto& field : event.fields)
      if (field.bytes() == "4688" && names.name(field.path) == "EventID")
        process_creations.insert(event.line);
  });
  const auto read = flow.read(log);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_GE(flow.events, 100'000U);
  EXPECT_EQ(flow.unreadable_lines, 0U);
  const std::set<Finding> found(flow.findings.begin(), flow.findings.end());
  std::set<Finding> expected;
  for (const auto& row : table(data("events/windows-otrf-100k.expected.tsv")))
    expected.insert({number(row[0]), row[1]});
  EXPECT_GT(expected.size(), 1000U);
  for (const auto& pair : expected)
    EXPECT_TRUE(found.contains(pair)) << "missing: line " << pair.line << " rule " << pair.rule;

  std::map<std::string, const detect::Rule*> rules;
  for (const auto& rule : sigma_engine()->rules().rules) rules[rule.header.id] = &rule;
  std::size_t extra = 0;
  for (const auto& pair : found) {
    if (expected.contains(pair)) continue;
    ++extra;
    const auto rule = rules.find(pair.rule);
    ASSERT_NE(rule, rules.end()) << pair.rule;
    EXPECT_TRUE(process_creations.contains(pair.line) || uses_mapped_field(*rule->second))
        << "unexplained: line " << pair.line << " rule " << rule->second->header.place();
  }
  RecordProperty("expected", static_cast<int>(expected.size()));
  RecordProperty("extra", static_cast<int>(extra));
}

// --- every log that was given --------------------------------------------------------------------

std::vector<std::string> logs() {
  const std::vector<std::string> folder{data("events").string()};
  if (!fs::exists(folder.front())) return {};
  auto files = ingest::expand(folder).files;
  std::erase_if(files, [](const std::string& file) { return file.ends_with(".tsv"); });
  return files;
}

TEST(EveryLog, IsReadAndWhatIsUnreadIsNamed) {
  NEEDS(data("events"));
  for (const auto& file : logs()) {
    SCOPED_TRACE(file);
    Flow flow(sigma_engine());
    const auto read = flow.read(file);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_GT(flow.events, 0U);
    EXPECT_EQ(flow.unreadable_lines == 0, flow.complaints.empty());
    std::string first = flow.complaints.empty() ? "" : ", first at " + flow.complaints.front();
    fmt::print("{:<50} {:>7} events {:>6} matches {:>4} unread{}\n",
               fs::path(file).filename().string(), flow.events, flow.findings.size(),
               flow.unreadable_lines, first);
  }
}

TEST(Evtx, TheRuleAFileIsNamedAfterMatchesInIt) {
  const fs::path folder = data("events/evtx");
  NEEDS(folder);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    ++files;
    Flow flow(sigma_engine());
    const auto read = flow.read(entry.path());
    ASSERT_TRUE(read) << read.error().message();
    const auto rule = entry.path().stem().string();
    EXPECT_TRUE(std::ranges::any_of(flow.findings, [&](const Finding& finding) {
      return finding.rule == rule;
    })) << entry.path();
  }
  EXPECT_GT(files, 0U);
}

}  // namespace
}  // namespace haidang
