#include "watch/detect/correlate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using Values = std::vector<std::pair<std::string, std::string>>;

constexpr Time dawn{std::chrono::hours(24 * 365 * 50)};

std::string rule(const std::string& name) {
  return "title: " + name + "\nname: " + name +
         "\nlogsource: {product: x}\ndetection: {s: {a: b}, condition: s}\n---\n";
}

// Rules a, b and c, and these correlations (bodies of `correlation`) named k0, k1, …
std::shared_ptr<const RuleSet> rules_with(const std::vector<std::string>& correlations) {
  std::string text = rule("a") + rule("b") + rule("c");
  for (std::size_t i = 0; i < correlations.size(); ++i)
    text += fmt::format("title: K\nname: k{}\ncorrelation: {{{}}}\n---\n", i, correlations[i]);
  auto set = read_rules(text, "t.yml", {});
  for (const auto& refused : set.refused) ADD_FAILURE() << refused.message();
  return std::make_shared<RuleSet>(std::move(set));
}

class Watch {
 public:
  explicit Watch(const std::vector<std::string>& correlations, Correlator::Limits limits = {})
      : correlator_(rules_with(correlations), limits) {}

  // An occurrence of the rule of that letter; lines count up from 1.
  std::vector<Correlated> see(char letter, double second, Values values = {}) {
    std::vector<Correlated> out;
    const auto since = std::chrono::duration<double>(second);
    correlator_.see({.rule = static_cast<std::uint32_t>(letter - 'a'),
                     .time = dawn + std::chrono::duration_cast<std::chrono::nanoseconds>(since),
                     .origin = {.file = 0, .line = ++line_},
                     .values = std::move(values)},
                    out);
    return out;
  }
  Correlator& operator*() { return correlator_; }
  Correlator* operator->() { return &correlator_; }

 private:
  Correlator correlator_;
  std::uint64_t line_ = 0;
};

// "a0 b1.5=x": rule a at 0 s, rule b at 1.5 s with the value x. The answer: "3:2 5:4", line 3
// completed it with the value 2, line 5 with 4.
std::string reports(const std::string& correlation, const std::string& stream) {
  Watch watch({correlation});
  std::vector<std::string> told;
  std::istringstream words(stream);
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    Values values;
    if (equals != std::string::npos) values.emplace_back("v", word.substr(equals + 1));
    for (const auto& report : watch.see(word[0], std::stod(word.substr(1, equals - 1)), values))
      told.push_back(fmt::format("{}:{}", report.origin.line, report.value));
  }
  return fmt::format("{}", fmt::join(told, " "));
}

TEST(Correlation, IsToldWhereItsConditionBecomesTrue) {
  struct Row {
    std::string type, rules, condition, stream, wanted;
  };
  const Row rows[] = {
      {"event_count", "[a]", "{gte: 3}", "a0 a1 a2", "3:3"},
      {"event_count", "[a]", "{gte: 3}", "a0 b0 a1 c1 a2", "5:3"},
      {"event_count", "[a, b]", "{gte: 3}", "a0 b1 a2", "3:3"},
      {"event_count", "[a]", "{gt: 2}", "a0 a1 a2", "3:3"},
      {"event_count", "[a]", "{eq: 2}", "a0 a1 a2", "2:2"},
      {"event_count", "[a]", "{lt: 2}", "a0 a1 a2 a20", "1:1 4:1"},
      {"event_count", "[a]", "{lte: 2}", "a0 a1 a2 a20", "1:1 4:1"},
      {"event_count", "[a]", "{neq: 1}", "a0 a1 a2", "2:2"},
      {"event_count", "[a]", "{gt: 1, lte: 2}", "a0 a1 a2", "2:2"},
      {"value_count", "[a]", "{field: v, gte: 2}", "a0=x a1=x a2=y", "3:2"},
      {"value_count", "[a]", "{field: v, gte: 2}", "a0=x a9=x a11=y", "3:2"},
      {"value_count", "[a]", "{field: v, gte: 3}", "a0=x a9=y a11=z", ""},
      {"value_count", "[a]", "{field: v, lt: 2}", "a0=x a1=y a2=y a12=y", "1:1 4:1"},
      {"temporal", "[a, b]", "~", "a0 a1 b2", "3:2"},
      {"temporal", "[a, b]", "~", "b0 a1", "2:2"},
      {"temporal", "[a, b]", "~", "b0 a10", ""},
      {"temporal", "[a, b, c]", "{gte: 2}", "c0 c1 a2", "3:2"},
      {"temporal", "[a, b, c]", "{eq: 2}", "a0 b1 c2", "2:2"},
      {"temporal_ordered", "[a, b]", "~", "b0 a1", ""},
      {"temporal_ordered", "[a, b]", "~", "b0 a1 b2", "3:2"},
      {"temporal_ordered", "[a, b, c]", "~", "a0 c1 b2 c3", "4:3"},
      {"temporal_ordered", "[a, b, c]", "~", "a0 b1 a5 c10", ""},
      {"temporal_ordered", "[a, b, c]", "~", "a0 b1 a5 b6 c10", "5:3"},
      {"temporal_ordered", "[a, b, c]", "~", "a0 b0 c0", "3:3"},
      {"temporal_ordered", "[a, b, c]", "{gte: 2}", "c0 b1 a2 c3", "4:2"},
      {"value_sum", "[a]", "{field: v, gt: 10}", "a0=5 a1=5 a2=0.5", "3:10.5"},
      {"value_sum", "[a]", "{field: v, gt: 10}", "a0=5 a1=5 a10=5.5", "3:10.5"},
      {"value_sum", "[a]", "{field: v, eq: 1}", "a0=1e300 a1=1 a10=0", "3:1"},
      {"value_avg", "[a]", "{field: v, gte: 4}", "a0=1 a1=5 a2=6", "3:4"},
      {"value_avg", "[a]", "{field: v, lt: 0}", "a0=-1 a1=5", "1:-1"},
      {"value_min", "[a]", "{field: v, lte: 2}", "a0=3 a1=2 a2=1", "2:2"},
      {"value_min", "[a]", "{field: v, gte: 3}", "a0=2 a1=3 a10=4", "3:3"},
      {"value_max", "[a]", "{field: v, gte: 7}", "a0=3 a1=7", "2:7"},
      {"value_max", "[a]", "{field: v, lt: 3}", "a0=9 a1=2 a10=1", "3:2"},
      {"value_percentile", "[a]", "{field: v, percentile: 50, gte: 3}", "a0=1 a1=3 a2=4", "3:3"},
      {"value_percentile", "[a]", "{field: v, percentile: 100, gte: 4}", "a0=1 a1=4", "2:4"},
      {"value_percentile", "[a]", "{field: v, percentile: 0, gte: 4}", "a0=5 a1=4 a2=3", "1:5"},
      {"value_percentile", "[a]", "{field: v, lte: 25}", "a0=x a1=x a2=x a3=y", "4:25"},
      {"value_percentile", "[a]", "{field: v, lt: 100}", "a0=x a1=x a2=y", "3:33.333333333333336"},
  };
  for (const auto& row : rows) {
    const auto correlation =
        fmt::format("type: {}, rules: {}, timespan: 10s{}", row.type, row.rules,
                    row.condition == "~" ? "" : ", condition: " + row.condition);
    EXPECT_EQ(reports(correlation, row.stream), row.wanted) << correlation << "  " << row.stream;
  }
}

TEST(Correlation, IsToldAgainOnlyAfterItWasFalseOrATimespanHasPassed) {
  struct Row {
    std::string stream, wanted;
  };
  const std::string three = "type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}";
  const Row rows[] = {
      {"a0 a1 a2 a3 a4 a5 a6", "3:3"},                 // no storm
      {"a0 a1 a2 a30 a31 a32", "3:3 6:3"},             // false at 30
      {"a0 a1 a2 a11 a11.5 a11.7", "3:3 5:3"},         // false at 11, soon after
      {"a0 a1 a2 a4 a6 a8 a10 a11.9 a12", "3:3 9:6"},  // true all the time: after 10 s
      {"a0 a1 a2 a4 a6 a8 a10 a12 a14 a16 a18 a20 a22", "3:3 8:5 13:5"},
      {"a0 a0 a0 a0", "3:3"},
      {"a0 a1 a10 a10.5", "4:3"},  // (t - timespan, t]: 0 is out at 10
  };
  for (const auto& row : rows) EXPECT_EQ(reports(three, row.stream), row.wanted) << row.stream;
}

TEST(Correlation, WhatComesLateIsPutInItsPlace) {
  struct Row {
    std::string condition, stream, wanted;
  };
  const Row rows[] = {
      {"type: event_count, rules: [a], condition: {gte: 3}", "a0 a8 a1", "2:3"},
      {"type: event_count, rules: [a], condition: {gte: 3}", "a0 a1 a3 a2", "3:3"},
      {"type: event_count, rules: [a], condition: {gte: 3}", "a0 a30 a1 a2", "4:3"},
      {"type: event_count, rules: [a], condition: {gte: 3}", "a20 a21 a22 a0 a1 a2", "3:3 6:3"},
      {"type: event_count, rules: [a], condition: {eq: 1}", "a1 a0", "1:1"},
      {"type: temporal_ordered, rules: [a, b]", "b5 a1", "1:2"},
      {"type: temporal_ordered, rules: [a, b, c]", "c9 b5 a1", "1:3"},
      {"type: temporal_ordered, rules: [a, b, c]", "a1 c9 b9.5 b5", "2:3"},
      {"type: value_max, rules: [a], condition: {field: v, gte: 5}", "a0=1 a9=2 a4=7", "3:7"},
      {"type: value_min, rules: [a], condition: {field: v, gte: 5}", "a0=6 a9=7 a30=8 a4=1",
       "1:6 3:8"},
      {"type: value_count, rules: [a], condition: {field: v, gte: 2}", "a0=x a9=x a30=x a4=y",
       "4:2"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(reports(row.condition + ", timespan: 10s", row.stream), row.wanted)
        << row.condition << "  " << row.stream;
}

TEST(Correlation, AnEventDoesNotFollowItself) {
  Watch watch({"type: temporal_ordered, rules: [a, b], timespan: 10s",
               "type: temporal, rules: [a, b], timespan: 10s"});
  std::vector<Correlated> out;
  watch->see({.rule = 0, .time = dawn, .origin = {0, 7}}, out);
  watch->see({.rule = 1, .time = dawn, .origin = {0, 7}}, out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].correlation, 1U);
}

TEST(Correlation, GroupsStandApart) {
  Watch watch(
      {"type: event_count, rules: [a], group-by: [user, host], timespan: 10s, "
       "condition: {gte: 2}"});
  EXPECT_THAT(watch->fields_of(0), ElementsAre("user", "host"));
  EXPECT_THAT(watch.see('a', 0, {{"user", "x"}, {"host", "yz"}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 1, {{"user", "xy"}, {"host", "z"}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 2, {{"user", "x"}, {"host", ""}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 3, {{"user", "x"}}), IsEmpty());
  const auto told = watch.see('a', 4, {{"host", "z"}, {"other", "o"}, {"user", "xy"}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0].group, ElementsAre(Pair("user", "xy"), Pair("host", "z")));
  EXPECT_THAT(told[0].evidence, ElementsAre(Origin{0, 2}, Origin{0, 5}));
  EXPECT_EQ(told[0].time, dawn + std::chrono::seconds(4));
  EXPECT_EQ(watch->stats().without_group, 1U);
  EXPECT_EQ(watch->stats().groups, 3U);
  EXPECT_EQ(watch->stats().occurrences, 4U);
}

TEST(Correlation, LongValuesAreStillToldApart) {
  Watch watch({"type: event_count, rules: [a], group-by: [g], timespan: 10s, condition: {gte: 2}"});
  const std::string longer(100'000, 'x');
  EXPECT_THAT(watch.see('a', 0, {{"g", longer + "1"}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 0, {{"g", longer + "2"}}), IsEmpty());
  const auto told = watch.see('a', 0, {{"g", longer + "1"}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_LE(told[0].group[0].second.size(), 256U);
}

TEST(Correlation, ValuesThatAreMissingOrNoNumbersAreNotCounted) {
  Watch watch({"type: value_sum, rules: [a], timespan: 10s, condition: {field: v, gte: 3}"});
  for (const std::string bad : {"", "x", "1x", " 1", "0x10", "nan", "inf", "1e999"})
    EXPECT_THAT(watch.see('a', 0, {{"v", bad}}), IsEmpty()) << bad;
  EXPECT_THAT(watch.see('a', 0), IsEmpty());
  EXPECT_EQ(watch->stats().without_value, 9U);
  EXPECT_EQ(watch->stats().occurrences, 0U);
  EXPECT_EQ(watch.see('a', 0, {{"v", "3e0"}}).size(), 1U);
}

TEST(Correlation, SeveralFieldsAreCountedAsTheirTuple) {
  Watch watch({"type: value_count, rules: [a], timespan: 10s, condition: {field: [v, w], gte: 3}"});
  EXPECT_THAT(watch.see('a', 0, {{"v", "1"}, {"w", "1"}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 0, {{"v", "1"}, {"w", "2"}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 0, {{"v", "1"}, {"w", "2"}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 0, {{"v", "2"}}), IsEmpty());
  EXPECT_EQ(watch.see('a', 0, {{"v", "2"}, {"w", "1"}}).size(), 1U);
}

TEST(Correlation, AliasesNameAFieldPerRule) {
  Watch watch(
      {"type: temporal, rules: [a, b], group-by: [address], timespan: 10s, "
       "aliases: {address: {a: source.ip, b: destination.ip}}"});
  EXPECT_THAT(watch->fields_of(0), ElementsAre("source.ip"));
  EXPECT_THAT(watch->fields_of(1), ElementsAre("destination.ip"));
  EXPECT_FALSE(watch->wants(2));
  EXPECT_THAT(watch.see('a', 0, {{"source.ip", "1"}, {"destination.ip", "2"}}), IsEmpty());
  EXPECT_THAT(watch.see('b', 1, {{"source.ip", "1"}, {"destination.ip", "2"}}), IsEmpty());
  const auto told = watch.see('b', 2, {{"source.ip", "2"}, {"destination.ip", "1"}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0].group, ElementsAre(Pair("address", "1")));
}

TEST(Correlation, CorrelationsFeedCorrelations) {
  // Many failures of a user on a host, then a success of the same user, from an unlike field.
  Watch watch(
      {"type: event_count, rules: [a], group-by: [host, who], timespan: 10s, "
       "aliases: {who: {a: TargetUser}}, condition: {gte: 2}",
       "type: temporal_ordered, rules: [k0, b], group-by: [user], timespan: 60s, generate: true, "
       "aliases: {user: {k0: who, b: User}}",
       "type: value_count, rules: [k1], timespan: 1h, generate: true, condition: {field: reason, "
       "gte: 1}",
       "type: event_count, rules: [k0], group-by: [reason], timespan: 1h, "
       "condition: {gte: 2}"});
  EXPECT_THAT(watch->fields_of(0), UnorderedElementsAre("host", "TargetUser", "reason"));
  EXPECT_THAT(watch->fields_of(1), UnorderedElementsAre("User", "reason"));
  const Values failure{{"host", "h"}, {"TargetUser", "u"}, {"reason", "r"}};
  EXPECT_THAT(watch.see('a', 0, failure), IsEmpty());
  const auto many = watch.see('a', 1, failure);
  ASSERT_EQ(many.size(), 1U);
  EXPECT_THAT(many[0].group, ElementsAre(Pair("host", "h"), Pair("who", "u")));
  EXPECT_THAT(watch.see('b', 2, {{"User", "other"}}), IsEmpty());
  const auto chain = watch.see('b', 3, {{"User", "u"}, {"reason", "s"}});
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_EQ(chain[0].correlation, 1U);
  EXPECT_THAT(chain[0].evidence, ElementsAre(Origin{0, 2}, Origin{0, 4}));
  EXPECT_EQ(chain[1].correlation, 2U);
  EXPECT_EQ(chain[1].origin, (Origin{0, 4}));
  // The values of the event that completed k0 reach k3.
  EXPECT_THAT(watch.see('a', 20, failure), IsEmpty());
  const auto both = watch.see('a', 21, failure);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[1].correlation, 3U);
  EXPECT_THAT(both[1].group, ElementsAre(Pair("reason", "r")));
}

TEST(Correlation, ALateEventCompletesOuterCorrelationsWithTheValuesOfTheCompletingOne) {
  Watch watch({"type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}",
               "type: event_count, rules: [k0], group-by: [v], timespan: 10s, generate: true, "
               "condition: {gte: 1}"});
  EXPECT_THAT(watch.see('a', 0, {{"v", "first"}}), IsEmpty());
  EXPECT_THAT(watch.see('a', 5, {{"v", "last"}}), IsEmpty());
  const auto told = watch.see('a', 2, {{"v", "late"}});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].origin, (Origin{0, 2}));
  EXPECT_THAT(told[1].group, ElementsAre(Pair("v", "last")));
}

TEST(Correlation, WhatComesTooLateIsCountedAndLeftOut) {
  Watch watch({"type: event_count, rules: [a], timespan: 10s, condition: {gte: 2}"},
              {.lateness = std::chrono::seconds(5)});
  EXPECT_THAT(watch.see('a', 10), IsEmpty());
  EXPECT_THAT(watch.see('a', 4.9), IsEmpty());
  EXPECT_EQ(watch->stats().late, 1U);
  EXPECT_EQ(watch.see('a', 5).size(), 1U);
  EXPECT_EQ(watch->stats().seen, 3U);
}

TEST(Correlation, IdleGroupsVanish) {
  Watch watch({"type: event_count, rules: [a], group-by: [g], timespan: 10s, condition: {gte: 2}"},
              {.lateness = std::chrono::seconds(5)});
  for (int i = 0; i < 1000; ++i) watch.see('a', i, {{"g", std::to_string(i)}});
  EXPECT_LE(watch->stats().groups, 15U);
  EXPECT_LE(watch->stats().occurrences, 15U);
  EXPECT_EQ(watch->stats().forgotten, 0U);
}

TEST(Correlation, TheGroupSeenLongestAgoGivesWay) {
  Watch watch({"type: event_count, rules: [a, b], group-by: [g], timespan: 1h, condition: {gte: 2}",
               "type: temporal, rules: [a, b], group-by: [g], timespan: 1h"},
              {.most_groups = 4});
  watch.see('a', 0, {{"g", "x"}});
  watch.see('a', 1, {{"g", "y"}});
  watch.see('a', 2, {{"g", "x"}});
  watch.see('a', 3, {{"g", "z"}});  // y goes
  EXPECT_EQ(watch->stats().groups, 4U);
  EXPECT_EQ(watch->stats().forgotten, 2U);
  EXPECT_EQ(watch.see('b', 4, {{"g", "x"}}).size(), 1U);
  EXPECT_THAT(watch.see('b', 5, {{"g", "y"}}), IsEmpty());
}

TEST(Correlation, OccurrencesAreBoundedInAllAndInAGroup) {
  const std::string count = "type: event_count, rules: [a], group-by: [g], timespan: 1h, ";
  Watch all({count + "condition: {gte: 11}"}, {.most_occurrences = 10});
  for (int i = 0; i < 100; ++i) EXPECT_THAT(all.see('a', i, {{"g", "x"}}), IsEmpty());
  EXPECT_EQ(all->stats().occurrences, 10U);
  EXPECT_EQ(all->stats().forgotten, 90U);
  Watch one({count + "condition: {eq: 10}"}, {.most_in_group = 10});
  std::size_t told = 0;
  for (int i = 0; i < 100; ++i) told += one.see('a', i, {{"g", "x"}}).size();
  EXPECT_EQ(told, 1U);
  one.see('a', 100, {{"g", "y"}});
  EXPECT_EQ(one->stats().occurrences, 11U);
  EXPECT_EQ(one->stats().forgotten, 90U);
}

TEST(Correlation, NestedOnesSurviveTheTightestLimits) {
  Watch watch({"type: event_count, rules: [a], group-by: [g], timespan: 1h, condition: {gte: 1}",
               "type: event_count, rules: [k0], group-by: [g], timespan: 1h, condition: {gte: 1}",
               "type: value_count, rules: [k1, a], timespan: 1h, condition: {field: g, gte: 1}"},
              {.most_groups = 0, .most_occurrences = 0, .most_in_group = 0});
  for (int i = 0; i < 50; ++i) watch.see('a', i, {{"g", std::to_string(i % 3)}});
  EXPECT_EQ(watch->stats().groups, 1U);
  EXPECT_EQ(watch->stats().occurrences, 1U);
}

TEST(Correlation, EvidenceIsTheFirstAndTheLastOfAManyMatchesWindow) {
  Watch watch({"type: event_count, rules: [a], timespan: 1h, condition: {gte: 300}"});
  std::vector<Correlated> told;
  for (int i = 0; i < 300; ++i) told = watch.see('a', i);
  ASSERT_EQ(told.size(), 1U);
  ASSERT_EQ(told[0].evidence.size(), 100U);
  EXPECT_EQ(told[0].evidence[0].line, 1U);
  EXPECT_EQ(told[0].evidence[49].line, 50U);
  EXPECT_EQ(told[0].evidence[50].line, 251U);
  EXPECT_EQ(told[0].evidence[99].line, 300U);
}

}  // namespace
}  // namespace haidang::detect
