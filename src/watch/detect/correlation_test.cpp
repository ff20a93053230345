#include "watch/detect/correlation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/detect/rule_set.hpp"

namespace haidang::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Type = Correlation::Type;

Result<Correlation> parsed(const std::string& text) {
  TRY(const auto documents, yaml::parse(text, "c.yml"));
  return parse_correlation(documents.front(), "c.yml", 1);
}

// A correlation with this as its `correlation` part, at line 3 and following.
std::string with(const std::string& part) { return "title: T\ncorrelation:\n" + part; }

constexpr const char* start = "  type: event_count\n  rules: [a]\n  timespan: 5m\n";

TEST(CorrelationRule, IsReadInFull) {
  const auto read = parsed(
      "title: Many accounts from one source\nid: 11111111-1111-4111-8111-111111111111\n"
      "name: many\nlevel: high\ncorrelation:\n"
      "  type: value_count\n  rules:\n    - failed\n    - locked\n"
      "  group-by:\n    - source\n    - host\n  timespan: 90m\n  generate: true\n"
      "  aliases:\n    source:\n      failed: IpAddress\n      locked: CallerAddress\n"
      "  condition:\n    field: [User, Domain]\n    gt: 100\n    lte: 200\n");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->header.name, "many");
  EXPECT_EQ(read->header.level, Level::high);
  EXPECT_EQ(read->type, Type::value_count);
  ASSERT_EQ(read->references.size(), 2U);
  EXPECT_EQ(read->references[1].text, "locked");
  EXPECT_THAT(read->group_by, ElementsAre("source", "host"));
  EXPECT_EQ(read->timespan, std::chrono::minutes(90));
  EXPECT_TRUE(read->generate);
  EXPECT_EQ(read->aliases.at("source").at("locked"), "CallerAddress");
  EXPECT_THAT(read->fields, ElementsAre("User", "Domain"));
  ASSERT_EQ(read->bounds.size(), 2U);
  EXPECT_EQ(read->bounds[1].compare, Compare::lte);
  EXPECT_EQ(read->bounds[1].value, 200);
}

TEST(CorrelationRule, KnowsAllTypes) {
  struct Row {
    std::string name;
    Type type;
    std::string condition;
  };
  const Row rows[] = {
      {"event_count", Type::event_count, "{gte: 3}"},
      {"value_count", Type::value_count, "{field: v, gte: 3}"},
      {"temporal", Type::temporal, "{gte: 1}"},
      {"temporal_ordered", Type::temporal_ordered, "{eq: 1}"},
      {"value_sum", Type::value_sum, "{field: v, gt: 1e9}"},
      {"value_avg", Type::value_avg, "{field: v, lt: -0.5}"},
      {"value_min", Type::value_min, "{field: v, lte: 0}"},
      {"value_max", Type::value_max, "{field: v, neq: 0}"},
      {"value_percentile", Type::value_percentile, "{field: v, percentile: 95, gt: 10}"},
      {"value_percentile", Type::value_percentile, "{field: [v, w], lt: 1}"},
  };
  for (const auto& row : rows) {
    const auto read = parsed(with("  type: " + row.name + "\n  rules: a\n  timespan: 1h\n" +
                                  "  condition: " + row.condition + "\n"));
    ASSERT_TRUE(read) << row.name << ": " << read.error().message();
    EXPECT_EQ(read->type, row.type);
    EXPECT_EQ(name_of(read->type), row.name);
  }
}

TEST(CorrelationRule, TemporalNeedsNoConditionAndNoGroup) {
  const auto read = parsed(with("  type: temporal\n  rules: [a, b]\n  timespan: 10s\n"));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_TRUE(read->bounds.empty());
  EXPECT_TRUE(read->group_by.empty());
}

TEST(CorrelationRule, ReadsTimespans) {
  struct Row {
    std::string text;
    std::int64_t seconds;  // 0: refused
  };
  const Row rows[] = {
      {"1s", 1},  {"90m", 5'400}, {"2h", 7'200}, {"30d", 2'592'000}, {"1w", 604'800},
      {"0s", 0},  {"-1s", 0},     {"1", 0},      {"m", 0},           {"1.5h", 0},
      {"5 m", 0}, {"11y", 0},     {"''", 0},     {"1x", 0},          {"99999999999999999999s", 0},
  };
  for (const auto& row : rows) {
    const auto read = parsed(with("  type: event_count\n  rules: [a]\n  timespan: " + row.text +
                                  "\n  condition: {gte: 1}\n"));
    ASSERT_EQ(read.has_value(), row.seconds > 0) << row.text;
    if (read)
      EXPECT_EQ(read->timespan, std::chrono::seconds(row.seconds));
    else
      EXPECT_THAT(read.error().message(), StartsWith("c.yml:5: ")) << row.text;
  }
}

TEST(CorrelationRule, ReadsGenerateInsideAndBeside) {
  const std::string rule = with(std::string(start) + "  condition: {gte: 2}\n");
  EXPECT_FALSE(parsed(rule)->generate);
  EXPECT_TRUE(parsed(rule + "  generate: true\n")->generate);
  EXPECT_TRUE(parsed(rule + "generate: true\n")->generate);
  EXPECT_FALSE(parsed(rule + "generate: false\n")->generate);
}

TEST(CorrelationRule, NamesThePlaceOfWhatItRefuses) {
  struct Row {
    std::string text, wanted;
  };
  const std::string head(start);
  const std::string whole = head + "  condition: {gte: 2}\n";
  const auto typed = [](const std::string& type, const std::string& condition) {
    return with("  type: " + type + "\n  rules: [a, b]\n  timespan: 5m\n  condition:\n    " +
                condition + "\n");
  };
  const Row rows[] = {
      {"correlation:\n" + whole, "c.yml:1: correlation: 'title' is missing"},
      {"title: T\ncorrelation: x\n", "c.yml:2: correlation: 'correlation' must be a mapping"},
      {"title: T\nlevel: urgent\ncorrelation:\n" + whole, "c.yml:2: correlation: level 'urgent'"},
      {with("  rules: [a]\n"), "c.yml:2: correlation: unknown type ''"},
      {with("  rules: [a]\n  type: sum\n"), "c.yml:4: correlation: unknown type 'sum'"},
      {with(whole + "  timeframe: 5m\n"), "c.yml:7: correlation: unknown key 'timeframe'"},
      {with("  type: event_count\n"), "c.yml:2: correlation: 'rules' is missing"},
      {with("  type: temporal\n  rules: []\n"), "c.yml:4: correlation: 'rules' must be a name"},
      {with("  type: temporal\n  rules: {a: b}\n"), "c.yml:4: correlation: 'rules' must be a name"},
      {with("  type: temporal\n  rules: [[a]]\n"), "c.yml:4: correlation: 'rules' must be a name"},
      {with("  type: temporal\n  rules: [a, a]\n"),
       "c.yml:4: correlation: 'rules' names 'a' twice"},
      {with("  type: temporal\n  rules: [a]\n"), "c.yml:2: correlation: timespan ''"},
      {with(head), "c.yml:2: correlation: 'condition' is missing"},
      {with(head + "  condition: a and b\n"),
       "c.yml:6: correlation: 'condition' must be a mapping"},
      {with(head + "  condition: {}\n"), "c.yml:6: correlation: 'condition' has no bound"},
      {with(head + "  condition: {gte: many}\n"), "'gte: many' is no number"},
      {with(head + "  condition: {gte: nan}\n"), "'gte: nan' is no number"},
      {with(head + "  condition: {lt: inf}\n"), "'lt: inf' is no number"},
      {with(head + "  condition: {min: 3}\n"), "unknown bound 'min'"},
      {with(head + "  condition: {percentile: 3}\n"), "unknown bound 'percentile'"},
      {with(head + "  condition: {gte: 1, field: v}\n"), "leave out 'field'"},
      {with(head + "  condition: {lt: 1}\n"), "can never hold"},
      {with(head + "  condition: {eq: 0}\n"), "can never hold"},
      {with(head + "  condition: {eq: 2.5}\n"), "can never hold"},
      {with(head + "  condition: {gt: 5, lt: 6}\n"), "can never hold"},
      {with(head + "  condition: {gt: 5, lt: 3}\n"), "can never hold"},
      {typed("temporal", "gt: 2"), "c.yml:6: correlation: 'condition' can never hold"},
      {typed("value_count", "gte: 2"), "c.yml:6: correlation: value_count needs 'field'"},
      {typed("value_sum", "{field: [], gte: 2}"), "'field' must be a name"},
      {typed("value_avg", "{field: [v, w], gte: 2}"), "value_avg works on one field"},
      {typed("value_percentile", "{field: v, percentile: 101, gte: 2}"),
       "c.yml:7: correlation: percentile lies in 0 to 100"},
      {with(whole + "  group-by: {a: b}\n"), "c.yml:7: correlation: 'group-by' must be"},
      {with(whole + "  group-by: [h, h]\n"), "c.yml:7: correlation: 'group-by' names 'h' twice"},
      {with(whole + "  aliases: x\n"), "c.yml:7: correlation: 'aliases' must be a mapping"},
      {with(whole + "  aliases:\n    x: y\n"), "c.yml:8: correlation: an alias maps"},
      {with(whole + "  aliases:\n    x:\n      a: [y]\n"), "c.yml:9: correlation: alias 'x' names"},
      {with(whole + "  generate: perhaps\n"), "c.yml:7: correlation: 'generate' is either"},
  };
  for (const auto& row : rows) {
    const auto read = parsed(row.text);
    ASSERT_FALSE(read) << row.text;
    EXPECT_THAT(read.error().message(), HasSubstr(row.wanted)) << row.text;
    EXPECT_THAT(read.error().message(), StartsWith("c.yml:")) << row.text;
  }
}

TEST(CorrelationRule, OrdersOfManyRulesAreRefused) {
  std::string rules = "r0";
  for (int i = 1; i < 33; ++i) rules += ", r" + std::to_string(i);
  const std::string rest = "\n  rules: [" + rules + "]\n  timespan: 1h\n";
  EXPECT_TRUE(parsed(with("  type: temporal" + rest)));
  EXPECT_FALSE(parsed(with("  type: temporal_ordered" + rest)));
}

TEST(CorrelationRule, ReferencesMustLeadSomewhereAndNotInCircles) {
  const auto correlation = [](const std::string& name, const std::string& rule) {
    return "title: T\nname: " + name + "\ncorrelation:\n  type: event_count\n  rules: [" + rule +
           "]\n  timespan: 5m\n  condition: {gte: 2}\n";
  };
  const auto set = read_rules(
      correlation("x", "y") + "---\n" + correlation("y", "x") + "---\n" + correlation("z", "none"),
      "c.yml", {});
  EXPECT_TRUE(set.correlations.empty());
  ASSERT_EQ(set.refused.size(), 3U);
  for (const auto& refused : set.refused) EXPECT_THAT(refused.message(), StartsWith("c.yml:"));
}

}  // namespace
}  // namespace haidang::detect
