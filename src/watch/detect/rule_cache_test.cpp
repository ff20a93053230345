#include "watch/detect/rule_cache.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "watch/detect/rule_cache_format.hpp"

namespace haidang::detect {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;

// Every kind of test, expression, correlation and refusal.
constexpr std::string_view everything = R"(title: Tests
id: r1
name: first
level: critical
tags: [attack.t1059, x]
description: several words that do not fit a short string
haidang: {title_vi: Thử}
logsource: {product: windows, category: process_creation, service: sysmon}
detection:
  a: {f: plain, 'g|contains|all': [one, two], 'h|cased|endswith': '\X*y?z'}
  b: {'i|re|i': '^a+$', 'j|cidr': '10.0.0.0/8', k: null, 'l|exists': true}
  c: {'m|gte': 5.5, 'n|hour|lt': 7, 'o|fieldref|endswith': p}
  d: [key, word]
  condition: (a or not b) and 1 of c* or d
---
title: Other
id: r2
logsource: {service: sshd}
detection: {s: {a: b}, condition: s}
---
title: Filter
logsource: {service: sshd}
filter: {rules: [r2], s: {user: root}, condition: not s}
---
title: Many
id: c1
name: many
correlation:
  type: value_percentile
  rules: [first, r2]
  group-by: [user, host]
  timespan: 5m
  aliases: {user: {first: f, r2: a}}
  condition: {field: n, percentile: 95, gte: 10, lt: 100.5}
---
title: Of many
id: c2
correlation: {type: temporal_ordered, rules: [c1, r2], timespan: 1h, generate: true}
---
title: Refused
logsource: {product: x}
detection: {s: {'a|unknown': b}, condition: s}
)";

RuleSet full_set() { return read_rules(everything, "every.yml", {}); }

std::string bytes_of(const RuleSet& set) { return encode_rules(set).value(); }

void expect_same(const RuleSet& one, const RuleSet& other) {
  ASSERT_EQ(one.rules.size(), other.rules.size());
  for (std::size_t i = 0; i < one.rules.size(); ++i) {
    ASSERT_EQ(one.rules[i].tests.size(), other.rules[i].tests.size());
    for (std::size_t k = 0; k < one.rules[i].tests.size(); ++k)
      ASSERT_EQ(one.rules[i].tests[k].key(), other.rules[i].tests[k].key());
    ASSERT_EQ(one.rules[i].logsource, other.rules[i].logsource);
    ASSERT_EQ(one.rules[i].header.place(), other.rules[i].header.place());
  }
  ASSERT_EQ(one.files, other.files);
  ASSERT_EQ(one.reported, other.reported);
  ASSERT_EQ(bytes_of(one), bytes_of(other));
}

TEST(RuleSnapshot, GivesBackWhatWasWritten) {
  const auto set = full_set();
  ASSERT_THAT(set.refused, SizeIs(1)) << set.refused.front().message();
  ASSERT_EQ(set.rules.size(), 2U);
  ASSERT_EQ(set.correlations.size(), 2U);
  const auto back = decode_rules(bytes_of(set)).value();
  expect_same(set, back);
  EXPECT_EQ(back.rules[0].header.title_vi, "Thử");
  EXPECT_EQ(back.rules[0].header.level, Level::critical);
  EXPECT_EQ(back.rules[0].header.tags, set.rules[0].header.tags);
  EXPECT_EQ(back.rules[1].expr.items.size(), set.rules[1].expr.items.size());
  EXPECT_EQ(back.correlations[0].aliases, set.correlations[0].aliases);
  EXPECT_EQ(back.correlations[0].percentile, 95);
  EXPECT_EQ(back.correlations[0].timespan, std::chrono::minutes(5));
  EXPECT_EQ(back.correlations[0].bounds.at(1).value, 100.5);
  EXPECT_TRUE(back.correlations[1].generate);
  EXPECT_TRUE(back.correlations[1].references[0].correlation);
  EXPECT_EQ(back.refused[0].message(), set.refused[0].message());
  EXPECT_EQ(back.reported_correlations, set.reported_correlations);
}

TEST(RuleSnapshot, GivesBackWholeCollections) {
  const std::string source = HAIDANG_SOURCE_DIR;
  const auto placeholders = load_placeholders(source + "/catalogue/placeholders").value();
  const char* chosen = std::getenv("HAIDANG_SHARED");
  const std::string shared = chosen != nullptr ? chosen : source + "/../shared";
  bool all = false;
  for (const auto& directory : {source + "/catalogue/rules", shared + "/data/sigma"}) {
    if (!fs::exists(directory)) continue;
    const auto set = load_rules({directory}, placeholders).value();
    ASSERT_FALSE(set.rules.empty()) << directory;
    expect_same(set, decode_rules(bytes_of(set)).value());
    all = directory.ends_with("sigma");
  }
  if (!all) GTEST_SKIP() << "the shared Sigma rules are not here; the catalogue's were tried";
}

TEST(RuleSnapshot, RefusesWhatNoRuleSetIs) {
  struct Row {
    const char* what;
    void (*spoil)(RuleSet&);
  };
  constexpr Row rows[] = {
      {"a test that is not there", [](RuleSet& s) { s.rules[1].tests.clear(); }},
      {"an address range that is none",
       [](RuleSet& s) {
         for (auto& test : s.rules[0].tests)
           if (test.op == detect::Test::Op::cidr) test.text = "10.0.0.0/99";
       }},
      {"an operation beyond the last",
       [](RuleSet& s) { s.rules[0].tests[0].op = static_cast<detect::Test::Op>(7); }},
      {"a level beyond the last",
       [](RuleSet& s) { s.correlations[0].header.level = static_cast<Level>(5); }},
      {"a reference to no rule", [](RuleSet& s) { s.correlations[0].references[0].index = 2; }},
      {"a reference to no correlation",
       [](RuleSet& s) { s.correlations[1].references[0].index = 9; }},
      {"a circle", [](RuleSet& s) { s.correlations[1].references[0].index = 1; }},
      {"no time span", [](RuleSet& s) { s.correlations[0].timespan = {}; }},
      {"an age", [](RuleSet& s) { s.correlations[0].timespan = std::chrono::hours(999'999); }},
      {"more than all", [](RuleSet& s) { s.correlations[0].percentile = 101; }},
      {"an order too long", [](RuleSet& s) { s.correlations[1].references.resize(33); }},
      {"rules that nobody decided to report", [](RuleSet& s) { s.reported.pop_back(); }},
      {"correlations that nobody decided to report",
       [](RuleSet& s) { s.reported_correlations.push_back(true); }},
  };
  for (const auto& [what, spoil] : rows) {
    auto set = full_set();
    spoil(set);
    const auto read = decode_rules(bytes_of(set));
    ASSERT_FALSE(read) << what;
    EXPECT_EQ(read.error().kind, Error::Kind::corrupt) << what;
  }
}

TEST(RuleSnapshot, RefusesToWriteWhatIsNestedTooDeep) {
  auto set = full_set();
  for (int i = 0; i < 2000; ++i) {
    Expr outer;
    outer.items.push_back(std::move(set.rules[0].expr));
    set.rules[0].expr = std::move(outer);
  }
  EXPECT_FALSE(encode_rules(set));
}

TEST(RuleSnapshot, IsReadToTheLastByteOrNotAtAll) {
  const auto bytes = bytes_of(full_set());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    ASSERT_FALSE(decode_rules(std::string_view(bytes).substr(0, cut))) << cut;
  EXPECT_FALSE(decode_rules(bytes + '\0'));
}

TEST(RuleSnapshot, HasOneFormOnly) {
  const auto bytes = bytes_of(full_set());
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const unsigned bit : {0U, 3U, 7U}) {
      auto other = bytes;
      other[at] = static_cast<char>(other[at] ^ (1 << bit));
      const auto read = decode_rules(other);
      ASSERT_TRUE(!read || bytes_of(*read) == other) << at;
    }
}

TEST(RuleSnapshot, TellsDamageByItsHead) {
  const Digest key = sha256("key");
  const auto file = sealed("what was written", key);
  EXPECT_EQ(opened(file, key).value(), "what was written");
  EXPECT_FALSE(opened(file, sha256("another key")));
  for (std::size_t at = 0; at < file.size(); ++at) {
    auto other = file;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_FALSE(opened(other, key)) << at;
    EXPECT_FALSE(opened(std::string_view(file).substr(0, at), key)) << at;
  }
}

class RuleCache : public testing::Test {
 protected:
  RuleCache() {
    std::string name = (fs::temp_directory_path() / "rule-cache-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    cache_ = root_ / "made" / "cache";
    fs::create_directory(root_ / "rules");
    put("a.yml", everything);
    put("b.yml", "title: B\nid: b\nlogsource: {}\ndetection: {s: {a: b}, condition: s}\n");
    settle();
  }
  ~RuleCache() override { fs::remove_all(root_); }

  void put(const std::string& name, std::string_view text) {
    std::ofstream(root_ / "rules" / name) << text;
  }
  // Until the clock of the file system has surely moved on.
  static void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(150)); }

  CacheUse load(const Placeholders& placeholders = {}) {
    CacheUse use;
    const std::vector<std::string> paths{(root_ / "rules").string()};
    const auto cached = load_rules_cached(paths, placeholders, cache_, &use);
    EXPECT_TRUE(cached.has_value());
    if (cached) expect_same(load_rules(paths, placeholders).value(), *cached);
    return use;
  }

  [[nodiscard]] std::vector<fs::path> kept() const { return list_files(cache_).value(); }

  fs::path root_;
  fs::path cache_;
};

TEST_F(RuleCache, ServesWhatItStored) {
  const auto first = load();
  EXPECT_FALSE(first.hit);
  EXPECT_TRUE(first.stored) << first.why;
  EXPECT_TRUE(load().hit);
  EXPECT_EQ(kept().size(), 1U);
}

TEST_F(RuleCache, SeesEveryChange) {
  const auto rules = root_ / "rules";
  const std::pair<const char*, std::function<void()>> rows[] = {
      {"a longer file", [&] { put("b.yml", "title: B\n"); }},
      {"other content of the same size and time",
       [&] {
         const auto before = fs::last_write_time(rules / "b.yml");
         put("b.yml", "title: C\n");
         fs::last_write_time(rules / "b.yml", before);
       }},
      {"a new file", [&] { put("c.yml", "title: B\n"); }},
      {"another name", [&] { fs::rename(rules / "c.yml", rules / "d.yml"); }},
      {"a file less", [&] { fs::remove(rules / "a.yml"); }},
  };
  (void)load();
  for (const auto& [what, change] : rows) {
    change();
    settle();
    const auto use = load();
    EXPECT_FALSE(use.hit) << what;
    EXPECT_TRUE(load().hit || !use.stored) << what;
  }
  EXPECT_FALSE(load({{"name", {"a"}}}).hit);
  EXPECT_FALSE(load({{"name", {"b"}}}).hit);
  EXPECT_FALSE(load({{"name", {"a", "b"}}}).hit);
  EXPECT_LE(kept().size(), 4U);
}

TEST_F(RuleCache, WaitsUntilFilesAreSettled) {
  put("b.yml", "title: B\n");
  const auto use = load();
  EXPECT_FALSE(use.stored);
  EXPECT_THAT(use.why, HasSubstr("changed just now"));
}

TEST_F(RuleCache, DoesNotBelieveDamagedOrForeignFiles) {
  (void)load();
  const fs::path file = kept().at(0);
  const std::pair<const char*, std::function<void()>> rows[] = {
      {"damaged", [&] { fs::resize_file(file, fs::file_size(file) - 1); }},
      {"only we can write", [&] { ::chmod(file.c_str(), 0666); }},
      {"only we can write",
       [&] {
         fs::rename(file, cache_ / "elsewhere");
         fs::create_symlink(cache_ / "elsewhere", file);
       }},
      {"cut off", [&] { fs::resize_file(file, 0); }},
      {"damaged", [&] { ASSERT_TRUE(write_file(file, sealed("x", sha256("other")))); }},
  };
  for (const auto& [why, harm] : rows) {
    harm();
    const auto use = load();
    EXPECT_FALSE(use.hit);
    EXPECT_TRUE(use.stored) << use.why;
    EXPECT_THAT(use.why, HasSubstr(why));
    EXPECT_TRUE(load().hit) << "mended after: " << why;
  }
}

TEST_F(RuleCache, NeverStandsInTheWay) {
  std::ofstream(root_ / "made") << "a file where the directory should be";
  const auto use = load();
  EXPECT_FALSE(use.hit || use.stored);
  EXPECT_THAT(use.why, HasSubstr("not stored"));
}

TEST_F(RuleCache, KeepsTheFewSetsUsedLast) {
  (void)load();
  for (const std::string name : {"p", "q", "r"}) (void)load({{name, {}}});
  EXPECT_TRUE(load().hit);  // now the youngest
  (void)load({{"s", {}}});
  EXPECT_EQ(kept().size(), 4U);
  EXPECT_TRUE(load().hit);
  EXPECT_FALSE(load({{"p", {}}}).hit);
}

TEST_F(RuleCache, FailsAsLoadRulesDoes) {
  const auto missing = load_rules_cached({(root_ / "none").string()}, {}, cache_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::not_found);
}

}  // namespace
}  // namespace haidang::detect
