#include "watch/detect/rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/detect/trial.hpp"

namespace haidang::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view whole = R"(title: Log cleared
id: 7
name: log_cleared
level: high
tags: [attack.t1070, attack.stealth]
description: Somebody cleared a log.
haidang: {title_vi: Nhật ký bị xóa}
logsource: {product: windows, service: security, definition: none}
detection:
  s: {EventID: 1102}
  condition: s
)";

TEST(Rule, CarriesWhatPeopleRead) {
  const auto set = read_rules(whole, "dir/f.yml", {});
  ASSERT_EQ(set.rules.size(), 1U);
  const auto& [header, logsource, tests, expr] = set.rules.front();
  EXPECT_EQ(header.id, "7");
  EXPECT_EQ(header.name, "log_cleared");
  EXPECT_EQ(header.title, "Log cleared");
  EXPECT_EQ(header.title_vi, "Nhật ký bị xóa");
  EXPECT_EQ(header.description, "Somebody cleared a log.");
  EXPECT_EQ(header.level, Level::high);
  EXPECT_THAT(header.tags, ElementsAre("attack.t1070", "attack.stealth"));
  EXPECT_EQ(header.place(), "dir/f.yml:1");
  EXPECT_EQ(logsource, (Logsource{"windows", "", "security"}));
  ASSERT_EQ(tests.size(), 1U);
  EXPECT_EQ(tests.front().written(), "EventID: '1102'");
}

TEST(Rule, WithoutAnIdIsCalledByFileAndDocument) {
  const std::string one = "title: T\nlogsource: {}\ndetection: {s: {a: b}, condition: s}\n";
  const auto set = read_rules(one + "---\n" + one, "f.yml", {});
  ASSERT_EQ(set.rules.size(), 2U);
  EXPECT_EQ(set.rules[0].header.id, "f.yml#1");
  EXPECT_EQ(set.rules[1].header.id, "f.yml#2");
  EXPECT_EQ(set.rules[1].header.level, Level::medium);
}

TEST(Rule, SelectionsAreMappingsListsOrKeywords) {
  struct Row {
    std::string detection;
    Fields fields;
    bool hit;
  };
  const Row rows[] = {
      {"s: {a: x, b: y}, condition: s", {{"a", "x"}, {"b", "y"}}, true},
      {"s: {a: x, b: y}, condition: s", {{"a", "x"}}, false},
      {"s: [{a: x, b: y}, {c: z}], condition: s", {{"c", "z"}}, true},
      {"s: [{a: x, b: y}, {c: z}], condition: s", {{"a", "x"}, {"c", "y"}}, false},
      {"s: [{a: x}, word], condition: s", {{"q", "a word"}}, true},
      {"s: word, condition: s", {{"q", "a word"}}, true},
      {"s: [[{a: x}], [{b: y}]], condition: s", {{"b", "y"}}, true},
      {"s: {a: x}, t: {b: y}, condition: [s, t]", {{"b", "y"}}, true},  // any of the conditions
      {"s: {a: x}, t: {b: y}, condition: [s, t]", {{"b", "x"}}, false},
      {"s: {a: x}, timeframe: 5m, condition: s", {{"a", "x"}}, true},
      {"timeframe: {a: x}, s: {b: y}, condition: 1 of them", {{"a", "x"}}, false},
      {"s: {a: x}, condition: not s", {}, true},  // an absent field fails its test
      {"s: {a: x, a|contains: x}, condition: s", {{"a", "x"}}, true},
  };
  for (const auto& [detection, fields, hit] : rows) {
    auto set = read_rules("title: T\nlogsource: {}\ndetection: {" + detection + "}\n", "f.yml", {});
    for (const auto& refused : set.refused) ADD_FAILURE() << refused.message();
    EXPECT_EQ(!Trial(std::move(set)).match(fields).empty(), hit) << detection;
  }
}

TEST(Rule, IsRefusedWhenAPartIsMissingOrWrong) {
  struct Row {
    std::string text, why;
  };
  const Row rows[] = {
      {"logsource: {}\ndetection: {s: {a: b}, condition: s}\n", "f.yml:1: 'title' is missing"},
      {"title: T\ndetection: {s: {a: b}, condition: s}\n", "f.yml:1: 'logsource' is missing"},
      {"title: T\nlogsource: {}\n", "f.yml:1: 'detection' is missing"},
      {"title: T\nlogsource: {}\ndetection: x\n", "f.yml:3: 'detection' must be a mapping"},
      {"title: T\nlogsource: {}\ndetection: {s: {a: b}}\n", "f.yml:3: 'condition' is missing"},
      {"title: T\nlogsource: {}\ndetection:\n  s: {}\n  condition: s\n",
       "f.yml:4: selection 's' is empty"},
      {"title: T\nlogsource: {}\ndetection:\n  s: []\n  condition: s\n",
       "f.yml:4: selection 's' is empty"},
      {"title: T\nlogsource: {}\ndetection:\n  s:\n    - {}\n  condition: s\n", "is empty"},
      {"title: T\nlogsource: {}\ndetection:\n  s: ~\n  condition: s\n", "a keyword cannot be null"},
      {"title: T\nlogsource: {}\ndetection:\n  s: {a: b}\n  condition: t\n",
       "f.yml:5: condition: there is no selection 't'"},
      {"title: T\nlevel: loud\nlogsource: {}\ndetection: {s: {a: b}, condition: s}\n",
       "level 'loud' is not one of Sigma's"},
      {"- a\n", "f.yml:1: a rule must be a mapping"},
      {"just text\n", "a rule must be a mapping"},
      {"a: [\n", "f.yml:2: not readable as YAML"},
  };
  for (const auto& [text, why] : rows) {
    const auto set = read_rules(text, "f.yml", {});
    EXPECT_TRUE(set.rules.empty()) << text;
    ASSERT_EQ(set.refused.size(), 1U) << text;
    EXPECT_THAT(set.refused.front().message(), HasSubstr(why)) << text;
  }
}

TEST(Rule, TestsAreWrittenAsAPersonWould) {
  struct Row {
    std::string item, written;
  };
  const Row rows[] = {
      {"a: x", "a: 'x'"},
      {"a|contains: x", "a|contains: 'x'"},
      {"a|startswith|cased: x", "a|cased|startswith: 'x'"},
      {"a|endswith: x", "a|endswith: 'x'"},
      {"a: 'x*y'", "a: 'x*y'"},
      {"a|re|i: x", "a|re: '(?i)x'"},
      {"a|cidr: 10.0.0.0/8", "a|cidr: 10.0.0.0/8"},
      {"a: null", "a: null"},
      {"a|gt: 5", "a|gt: 5"},
      {"a|hour|lt: 5", "a|hour|lt: 5"},
      {"a|hour: 5", "a|hour: 5"},
      {"a|fieldref|endswith: b", "a|endswith|fieldref: b"},
      {"a|fieldref|cased: b", "a|cased|fieldref: b"},
  };
  for (const auto& [item, written] : rows) {
    const auto set = read_rules(
        "title: T\nlogsource: {}\ndetection: {s: {" + item + "}, condition: s}\n", "f.yml", {});
    ASSERT_EQ(set.rules.size(), 1U) << item;
    EXPECT_EQ(set.rules.front().tests.front().written(), written);
  }
}

TEST(Rule, TestsOfDifferentMeaningHaveDifferentKeys) {
  std::vector<std::string> keys;
  for (const std::string item :
       {"a: x", "a|cased: x", "a|contains: x", "a: 'x*'", "a|re: x", "a: null", "a|exists: true",
        "a|gt: 5", "a|gte: 5", "a|gt: 6", "a|hour|gt: 5", "a|fieldref: x", "a|fieldref|cased: x",
        "a|fieldref|endswith: x", "b: x", R"(a: 'x\*')"}) {
    const auto set = read_rules(
        "title: T\nlogsource: {}\ndetection: {s: {" + item + "}, condition: s}\n", "f.yml", {});
    ASSERT_EQ(set.rules.size(), 1U) << item;
    keys.push_back(set.rules.front().tests.front().key());
    EXPECT_EQ(std::ranges::count(keys, keys.back()), 1) << item;
  }
}

TEST(Level, IsOneOfFive) {
  for (const auto* name : {"informational", "low", "medium", "high", "critical"})
    EXPECT_EQ(name_of(level_of(name).value()), name);
  EXPECT_FALSE(level_of("High"));
  EXPECT_FALSE(level_of(""));
}

}  // namespace
}  // namespace haidang::detect
