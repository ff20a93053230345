#include "watch/detect/rule_set.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "watch/detect/trial.hpp"

namespace haidang::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string rule(const std::string& id, const std::string& selection,
                 const std::string& logsource = "{product: x}") {
  return "title: T\nid: " + id + "\nname: n" + id + "\nlogsource: " + logsource +
         "\ndetection: {s: {" + selection + "}, condition: s}\n---\n";
}

std::string filter(const std::string& rules, const std::string& body,
                   const std::string& logsource = "{product: x}") {
  return "title: F\nlogsource: " + logsource + "\nfilter: {rules: " + rules + ", " + body +
         "}\n---\n";
}

std::string correlation(const std::string& name, const std::string& rules, bool generate = false) {
  return "title: C\nid: " + name + "\nname: " + name +
         "\ncorrelation: {type: temporal, rules: " + rules +
         ", timespan: 5m, generate: " + (generate ? "true" : "false") + "}\n---\n";
}

RuleSet sound(const std::string& text) {
  auto set = read_rules(text, "f.yml", {});
  for (const auto& refused : set.refused) ADD_FAILURE() << refused.message();
  return set;
}

std::vector<std::string> ids(const RuleSet& set) {
  std::vector<std::string> all;
  for (const auto& one : set.rules) all.push_back(one.header.id);
  return all;
}

TEST(RuleSet, CollectionsShareWhatActionGlobalSays) {
  const auto set = sound(R"(action: global
title: Shared
logsource: {product: x}
detection: {condition: s}
---
id: one
detection: {s: {a: b}}
---
id: two
logsource: {service: y}
detection: {s: {a: c}}
---
action: repeat
id: three
level: high
---
action: reset
---
title: Own
id: four
logsource: {product: z}
detection: {s: {a: d}, condition: s}
)");
  ASSERT_THAT(ids(set), ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(set.rules[0].header.title, "Shared");
  EXPECT_EQ(set.rules[1].logsource, (Logsource{"x", "", "y"}));
  EXPECT_EQ(set.rules[2].logsource, (Logsource{"x", "", "y"}));
  EXPECT_EQ(set.rules[2].tests.front().written(), "a: 'c'");
  EXPECT_EQ(set.rules[2].header.level, Level::high);
  EXPECT_EQ(set.rules[3].header.title, "Own");
  EXPECT_EQ(set.rules[3].header.line, 19U);
}

TEST(RuleSet, AFaultyDocumentDoesNotSpoilTheOthersOfItsFile) {
  const auto set = read_rules(rule("a", "f|nope: x") + rule("b", "f: x"), "f.yml", {});
  EXPECT_THAT(ids(set), ElementsAre("b"));
  ASSERT_EQ(set.refused.size(), 1U);
  EXPECT_THAT(set.refused.front().message(), HasSubstr("f.yml:5: 'f|nope'"));
}

TEST(RuleSet, FiltersMustHoldBesides) {
  struct Row {
    std::string filters;
    Fields fields;
    std::vector<std::string> hits;
  };
  const std::string not_svc = "svc: {user: svc}, condition: not svc";
  const Row rows[] = {
      {"", {{"f", "x"}, {"user", "svc"}}, {"a", "b"}},
      {filter("[a]", not_svc), {{"f", "x"}, {"user", "svc"}}, {"b"}},
      {filter("a", not_svc), {{"f", "x"}, {"user", "svc"}}, {"b"}},
      {filter("[na]", not_svc), {{"f", "x"}, {"user", "svc"}}, {"b"}},  // by name
      {filter("[a]", not_svc), {{"f", "x"}, {"user", "an"}}, {"a", "b"}},
      {filter("[a]", not_svc), {{"f", "x"}}, {"a", "b"}},  // absent: not the service
      {filter("[a, b]", not_svc), {{"f", "x"}, {"user", "svc"}}, {}},
      {filter("any", not_svc), {{"f", "x"}, {"user", "svc"}}, {}},
      {filter("any", not_svc, "{product: y}"), {{"f", "x"}, {"user", "svc"}}, {"a", "b"}},
      {filter("[a]", "s: {user: an}, condition: s"), {{"f", "x"}}, {"b"}},  // not negated by itself
      {filter("[a]", not_svc) + filter("[a]", "h: {host: h}, condition: not h"),
       {{"f", "x"}, {"host", "h"}},
       {"b"}},
  };
  for (const auto& [filters, fields, hits] : rows) {
    const auto set = sound(rule("a", "f: x") + rule("b", "f: x") + filters);
    EXPECT_EQ(set.filters, static_cast<std::size_t>(std::ranges::count(filters, 'F'))) << filters;
    Trial trial(set);
    EXPECT_EQ(trial.match(fields), hits) << filters;
  }
}

TEST(RuleSet, AFilterThatCannotBeHonouredIsRefused) {
  struct Row {
    std::string text, why;
  };
  const Row rows[] = {
      {filter("[nobody]", "s: {a: b}, condition: not s"), "there is no detection rule 'nobody'"},
      {filter("[c]", "s: {a: b}, condition: not s"), "there is no detection rule 'c'"},
      {"title: F\nlogsource: {}\nfilter: {s: {a: b}, condition: not s}\n", "'rules' is missing"},
      {filter("[]", "s: {a: b}, condition: not s"), "'rules' is missing"},
      {filter("[a]", "s: {a: b}"), "'condition' is missing"},
      {filter("[a]", "s: {a|what: b}, condition: not s"), "unknown modifier 'what'"},
  };
  for (const auto& [text, why] : rows) {
    const auto set = read_rules(rule("a", "f: x") + correlation("c", "[a]") + text, "f.yml", {});
    ASSERT_EQ(set.refused.size(), 1U) << text;
    EXPECT_THAT(set.refused.front().message(), HasSubstr(why));
    EXPECT_THAT(set.refused.front().message(), HasSubstr("f.yml:"));
  }
}

TEST(RuleSet, CorrelationsFindTheirRulesByIdOrName) {
  const auto set = sound(rule("a", "f: x") + rule("b", "f: y") + correlation("c", "[b, na]") +
                         correlation("d", "[c, a]"));
  ASSERT_EQ(set.correlations.size(), 2U);
  const auto& first = set.correlations[0].references;
  EXPECT_EQ(first[0].index, 1U);
  EXPECT_EQ(first[1].index, 0U);
  const auto& second = set.correlations[1].references;
  EXPECT_TRUE(second[0].correlation);
  EXPECT_EQ(second[0].index, 0U);
  EXPECT_FALSE(second[1].correlation);
}

TEST(RuleSet, ACorrelationThatLeadsNowhereOrInACircleIsRefusedWithThoseThatNeedIt) {
  struct Row {
    std::string text, why;
    std::size_t left;
  };
  const Row rows[] = {
      {correlation("c", "[nobody]"), "there is no rule 'nobody'", 0},
      {correlation("c", "[nobody]") + correlation("d", "[c]"), "there is no rule 'c'", 0},
      {correlation("c", "[c]"), "in a circle", 0},
      {correlation("c", "[d]") + correlation("d", "[c]") + correlation("e", "[a]"), "circle", 1},
  };
  for (const auto& [text, why, left] : rows) {
    const auto set = read_rules(rule("a", "f: x") + text, "f.yml", {});
    EXPECT_EQ(set.correlations.size(), left) << text;
    std::string all;
    for (const auto& refused : set.refused) all += refused.message() + "\n";
    EXPECT_THAT(all, HasSubstr(why)) << text;
  }
}

TEST(RuleSet, WhatACorrelationCountsIsSilentUnlessItGenerates) {
  struct Row {
    std::string correlations;
    std::vector<bool> rules, correlated;
  };
  const Row rows[] = {
      {"", {true, true}, {}},
      {correlation("c", "[a]"), {false, true}, {true}},
      {correlation("c", "[a]", true), {true, true}, {true}},
      {correlation("c", "[a]", true) + correlation("d", "[a, b]"), {true, false}, {true, true}},
      {correlation("c", "[a]") + correlation("d", "[c, b]"), {false, false}, {false, true}},
      {correlation("c", "[a]") + correlation("d", "[c, b]", true), {false, true}, {true, true}},
  };
  for (const auto& [correlations, rules, correlated] : rows) {
    const auto set = sound(rule("a", "f: x") + rule("b", "f: y") + correlations);
    EXPECT_EQ(set.reported, rules) << correlations;
    EXPECT_EQ(set.reported_correlations, correlated) << correlations;
  }
}

TEST(Logsource, ARuleCoversWhatItLeavesOpen) {
  const Logsource event{"windows", "process_creation", "sysmon"};
  EXPECT_TRUE((Logsource{"windows", "", ""}).covers(event));
  EXPECT_TRUE((Logsource{"", "process_creation", ""}).covers(event));
  EXPECT_TRUE((Logsource{}).covers(event));
  EXPECT_FALSE((Logsource{"linux", "process_creation", ""}).covers(event));
  EXPECT_FALSE((Logsource{"windows", "", "security"}).covers(event));
  EXPECT_FALSE(event.covers({"windows", "process_creation", ""}));
}

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("rules" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_ / "deep");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(RuleSet, IsReadFromFoldersInOneOrderWhateverTheThreads) {
  const Folder folder;
  for (char name = 'a'; name <= 'z'; ++name)
    folder.put(std::string(name % 2 == 0 ? "deep/" : "") + name + ".yml",
               rule(std::string(1, name), "f: x"));
  folder.put("notes.txt", "no rule");
  folder.put("faulty.yaml", "a: [");
  const auto once = load_rules({folder.path()}, {});
  ASSERT_TRUE(once);
  EXPECT_EQ(once->files, 27U);
  EXPECT_EQ(once->rules.size(), 26U);
  ASSERT_EQ(once->refused.size(), 1U);
  EXPECT_THAT(once->refused.front().where, HasSubstr("faulty.yaml:"));
  const auto twice = load_rules({folder.path(), folder.path() + "/deep", folder.path()}, {});
  ASSERT_TRUE(twice);
  EXPECT_EQ(ids(*twice), ids(*once));  // a file named twice is one file
}

TEST(RuleSet, APathThatIsNotThereIsAnError) {
  const auto set = load_rules({"/nowhere/at/all"}, {});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().kind, Error::Kind::not_found);
  EXPECT_THAT(set.error().message(), HasSubstr("/nowhere/at/all"));
}

TEST(Placeholders, OfAllFilesAreJoinedByName) {
  const Folder folder;
  folder.put("a.yml", "admins: [root, quantri]\nhost: dc01\n");
  folder.put("b.yml", "admins: [an]\n");
  const auto placeholders = load_placeholders(folder.path());
  ASSERT_TRUE(placeholders) << placeholders.error().message();
  EXPECT_THAT(placeholders->at("admins"), ElementsAre("root", "quantri", "an"));
  EXPECT_THAT(placeholders->at("host"), ElementsAre("dc01"));
  const auto set = read_rules(rule("a", "user|expand: '%admins%'"), "f.yml", *placeholders);
  EXPECT_THAT(set.refused, IsEmpty());
}

}  // namespace
}  // namespace haidang::detect
