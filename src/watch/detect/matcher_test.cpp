#include "watch/detect/matcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/detect/trial.hpp"

namespace haidang::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view rules = R"(
title: Shell
id: shell
logsource: {product: linux, category: process_creation}
detection:
  s: {Image|endswith: /sh, CommandLine|contains: [' -c ', curl]}
  root: {User: root}
  filter: {Parent: [cron, null]}
  condition: s and root and not filter
---
title: Words
id: words
logsource: {product: linux}
detection: {keywords: [segfault], condition: keywords}
---
title: Not from here
id: elsewhere
logsource: {product: linux}
detection: {s: {src_ip|cidr: 10.0.0.0/8}, t: {src_ip|exists: true}, condition: t and not s}
)";

std::shared_ptr<const Engine> engine_of(std::string_view text) {
  auto set = read_rules(text, "r.yml", {});
  for (const auto& refused : set.refused) ADD_FAILURE() << refused.message();
  return Engine::build(std::make_shared<const RuleSet>(std::move(set)),
                       std::make_shared<const Mappings>(Mappings::parse({}).value()));
}

// It views `fields`.
event::Event event_of(const Fields& fields, event::Names& names) {
  event::Event event;
  for (const auto& [name, value, kind] : fields)
    event.add(names.child(event::Names::root, name), value, kind);
  return event;
}

const Fields shell{{"Image", "/bin/sh"},
                   {"CommandLine", "sh -c 'curl x'"},
                   {"User", "root"},
                   {"Parent", "nginx"},
                   {"src_ip", "192.0.2.1"}};

TEST(Matcher, TellsTheRulesThatMatchAscending) {
  Trial trial(read_rules(rules, "r.yml", {}));
  EXPECT_THAT(trial.match(shell), ElementsAre("shell", "elsewhere"));
  EXPECT_THAT(trial.match({{"log", "x SegFault y"}}), ElementsAre("words"));
  EXPECT_THAT(trial.match({{"src_ip", "10.1.1.1"}}), IsEmpty());
  EXPECT_THAT(trial.match({}), IsEmpty());
}

TEST(Matcher, ExplainsWhichFieldMetWhichValue) {
  event::Names names;
  Matcher matcher(engine_of(rules));
  const auto event = event_of(shell, names);
  ASSERT_THAT(matcher.match(event, names), ElementsAre(0, 2));
  std::vector<std::string> said;
  for (const auto& [test, field, value] : matcher.explain(0)) said.push_back(test + " < " + value);
  EXPECT_THAT(said, ElementsAre("Image|endswith: '/sh' < /bin/sh",
                                "CommandLine|contains: ' -c ' < sh -c 'curl x'",
                                "CommandLine|contains: 'curl' < sh -c 'curl x'",
                                "User: 'root' < root"));  // nothing under `not`
  said.clear();
  for (const auto& [test, field, value] : matcher.explain(2)) said.push_back(field + "=" + value);
  EXPECT_THAT(said, ElementsAre("src_ip=192.0.2.1"));
}

TEST(Matcher, RemembersValuesAndWhatTheyMeanTogether) {
  event::Names names;
  Matcher matcher(engine_of(rules));
  const auto event = event_of(shell, names);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(matcher.match(event, names).size(), 2U);
  EXPECT_EQ(matcher.stats().events, 100U);
  EXPECT_EQ(matcher.stats().signature_misses, 1U);
  EXPECT_LE(matcher.stats().value_misses, 10U);
}

TEST(Matcher, ForgetsWhenItsMemoryIsFullAndAnswersTheSame) {
  event::Names names;
  Matcher small(engine_of(rules), {.most_bytes = 300'000});
  Matcher large(engine_of(rules));
  for (int i = 0; i < 20'000; ++i) {
    Fields fields = shell;
    fields[1].value = "sh -c " + std::to_string(i);
    fields[4].value = i % 2 == 0 ? "10.0.0.1" : "192.0.2.1";
    const auto event = event_of(fields, names);
    ASSERT_EQ(small.match(event, names), large.match(event, names)) << i;
  }
  EXPECT_GT(small.stats().forgotten, 3U);
  EXPECT_EQ(large.stats().forgotten, 0U);
}

TEST(Matcher, BeginsAnewWithOtherNames) {
  Matcher matcher(engine_of(rules));
  for (int round = 0; round < 3; ++round) {
    event::Names names;
    for (int i = 0; i <= round; ++i) names.child(event::Names::root, "filler" + std::to_string(i));
    matcher.forget_names();
    const auto event = event_of(shell, names);
    EXPECT_THAT(matcher.match(event, names), ElementsAre(0, 2));
    EXPECT_EQ(matcher.value("User"), "root");
  }
}

TEST(Matcher, ManyShapesOfEventsStayBounded) {
  event::Names names;
  Matcher matcher(engine_of(rules));
  for (int i = 0; i < 9000; ++i) {
    Fields fields = shell;
    fields.push_back({"extra" + std::to_string(i)});
    ASSERT_THAT(matcher.match(event_of(fields, names), names), ElementsAre(0, 2)) << i;
  }
}

TEST(Matcher, TakesAGivenLogsourceForAllEvents) {
  struct Row {
    Logsource logsource;
    std::vector<RuleIndex> found;
  };
  const Row rows[] = {
      {{"linux", "process_creation", ""}, {0, 2}},
      {{"linux", "", "auditd"}, {2}},
      {{"windows", "process_creation", ""}, {}},
  };
  for (const auto& [logsource, found] : rows) {
    event::Names names;
    Matcher matcher(engine_of(rules), {.logsource = logsource});
    EXPECT_EQ(matcher.match(event_of(shell, names), names), found) << logsource.service;
    EXPECT_THAT(matcher.logsources(), ElementsAre(logsource));
  }
}

TEST(Matcher, ReadsDatesOnTheClockItIsGiven) {
  constexpr std::string_view night =
      "title: T\nlogsource: {}\ndetection: {s: {t|hour: 2}, condition: s}\n";
  event::Names names;
  const Fields fields{{"t", "2026-11-22T02:30:00Z"}};
  const auto event = event_of(fields, names);
  Matcher here(engine_of(night));
  Matcher greenwich(engine_of(night), {.clock = utc});
  EXPECT_THAT(here.match(event, names), IsEmpty());
  EXPECT_THAT(greenwich.match(event, names), ElementsAre(0));
}

TEST(Matcher, WithoutRulesNothingMatches) {
  event::Names names;
  Matcher matcher(engine_of("# none\n"));
  const auto event = event_of(shell, names);
  EXPECT_THAT(matcher.match(event, names), IsEmpty());
  EXPECT_EQ(matcher.value("User"), "root");
}

TEST(Matcher, ValuesTooLongToRememberAreMatchedAllTheSame) {
  Trial trial(read_rules(rules, "r.yml", {}));
  for (const std::size_t size : {4000U, 4096U, 4097U, 100'000U}) {
    const std::string text = std::string(size - 8, 'x') + "segfault";
    EXPECT_THAT(trial.match({{"log", text}}), ElementsAre("words")) << size;
    EXPECT_THAT(trial.match({{"log", text + text}}), ElementsAre("words")) << size;
  }
}

TEST(Engine, AsksEveryTestOnce) {
  const std::string one = "title: T\nlogsource: {}\ndetection: {s: {a: x, b: y}, condition: s}\n";
  const auto engine = engine_of(one + "---\n" + one + "---\n" + one);
  EXPECT_EQ(engine->tests(), 2U);
  EXPECT_NE(engine->field("a"), nullptr);
  EXPECT_EQ(engine->field("nothing"), nullptr);
}

TEST(Engine, OutlivesItsRulesPublisher) {
  event::Names names;
  auto engine = engine_of(rules);
  Matcher matcher(engine);
  engine.reset();  // a reload swapped it
  EXPECT_THAT(matcher.match(event_of(shell, names), names), ElementsAre(0, 2));
}

}  // namespace
}  // namespace haidang::detect
