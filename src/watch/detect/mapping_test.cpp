#include "watch/detect/mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/detect/trial.hpp"

namespace haidang::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Mappings mappings_of(const std::string& text) {
  auto mappings = Mappings::parse({{"m.yml", text}});
  if (mappings) return std::move(*mappings);
  ADD_FAILURE() << mappings.error().message();
  return Mappings::parse({}).value();
}

std::string recognised(const Mappings& mappings, const std::vector<std::string>& paths) {
  Marks seen;
  for (const auto& path : paths) seen |= mappings.mark_of(path);
  return mappings.datasets()[mappings.recognised(seen)].name;
}

TEST(Mapping, RecognisesADatasetByItsPaths) {
  const auto mappings = mappings_of(R"(
datasets:
  one: {has: [[a], [b, c]]}
  two: {has: [[a, d]]}
  three: {has: [[e]], has_not: [a, f]}
  told: {time: [t]}
)");
  struct Row {
    std::vector<std::string> paths;
    std::string wanted;
  };
  const Row rows[] = {
      {{"a"}, "one"},           {{"x", "a", "y"}, "one"}, {{"b"}, "unknown"},
      {{"b", "c"}, "one"},      {{"a", "d"}, "two"},  // the most special wins
      {{"b", "c", "d"}, "one"}, {{"e"}, "three"},         {{"e", "a"}, "one"},
      {{"e", "f"}, "unknown"},  {{}, "unknown"},
  };
  for (const auto& [paths, wanted] : rows)
    EXPECT_EQ(recognised(mappings, paths), wanted) << testing::PrintToString(paths);
  EXPECT_EQ(mappings.datasets()[mappings.named("told")].name, "told");
  EXPECT_EQ(mappings.named("nobody"), mappings.datasets().size());
}

TEST(Mapping, GivesPathsTheirSigmaNames) {
  const auto mappings = mappings_of(R"(
datasets:
  d:
    prefixes: [Event.EventData., 'Event.UserData.*.', Event.System.]
    names: {Provider_Name: [Event.System.Provider.Name, source], Computer: host}
logsources:
  - {product: p}
  - {product: p, category: q, fields: {Image: NewProcessName, Parent: [X, deep.path]}}
)");
  const Dataset& dataset = mappings.datasets()[mappings.named("d")];
  struct Row {
    std::string path;
    std::vector<std::uint32_t> held;
    std::vector<std::string> wanted;
  };
  const Row rows[] = {
      {"Event.EventData.Image", {}, {"Image"}},
      {"Event.EventData.Threat Name", {}, {"ThreatName"}},
      {"Event.System.EventID.#text", {}, {"EventID"}},
      {"Event.UserData.EventXML.Param1", {}, {"Param1"}},
      {"Event.UserData.X", {}, {}},
      {"Event.EventData.", {}, {}},
      {"Event.EventData", {}, {}},
      {"Event.System.Provider.Name", {}, {"Provider.Name", "Provider_Name"}},
      {"source", {}, {"Provider_Name"}},
      {"host", {}, {"Computer"}},
      {"other", {}, {}},
      {"Event.EventData.NewProcessName", {0}, {"NewProcessName"}},
      {"Event.EventData.NewProcessName", {1}, {"NewProcessName", "Image"}},
      {"Event.EventData.X", {0, 1}, {"X", "Parent"}},
      {"deep.path", {1}, {"Parent"}},  // a path as it stands
  };
  for (const auto& [path, held, wanted] : rows)
    EXPECT_EQ(dataset.sigma_names(path, held), wanted) << path;
}

TEST(Mapping, WithoutPrefixesAFieldIsCalledByItsPath) {
  const auto mappings = mappings_of("datasets: {d: {has: [[a]]}}");
  EXPECT_THAT(mappings.datasets()[0].sigma_names("dns.rrname", {}), ElementsAre("dns.rrname"));
}

TEST(Mapping, ConditionsMindNoCaseAndKnowATrailingStar) {
  const auto mappings = mappings_of(
      "datasets: {d: {has: [[a]]}}\n"
      "logsources: [{product: p, when: {Channel: [Security, 'Sys*'], EventID: 4688}}]");
  const auto& when = mappings.datasets()[0].memberships[0].when;
  ASSERT_EQ(when.size(), 2U);
  for (const auto* yes : {"security", "system", "sys"}) EXPECT_TRUE(when[0].accepts(yes)) << yes;
  for (const auto* no : {"securit", "sy", ""}) EXPECT_FALSE(when[0].accepts(no)) << no;
  EXPECT_TRUE(when[1].accepts("4688"));
  EXPECT_FALSE(when[1].accepts("46880"));
  EXPECT_THAT(mappings.datasets()[0].routing, ElementsAre("Channel", "EventID"));
}

TEST(Mapping, KnowsWhichLogsourcesCanEverBeSeen) {
  const auto mappings =
      mappings_of("datasets: {d: {has: [[a]]}}\nlogsources: [{product: p, category: q}]");
  EXPECT_TRUE(mappings.reachable({"p", "", ""}));
  EXPECT_TRUE(mappings.reachable({"", "q", ""}));
  EXPECT_FALSE(mappings.reachable({"p", "q", "r"}));
  EXPECT_FALSE(mappings.reachable({"z", "", ""}));
}

TEST(Mapping, AFaultIsNamedByPlace) {
  std::string wide = "datasets:\n  d: {has: [[a]]}\nlogsources:\n";
  for (char c = 'a'; c < 'j'; ++c) wide += std::string("  - {product: p, when: {") + c + ": 1}}\n";
  std::string marks = "datasets:\n  d:\n    has:\n";
  for (int i = 0; i < 130; ++i) marks += "      - [p" + std::to_string(i) + "]\n";
  std::string groups = "datasets: {d: {}}\nextract:\n  - {from: m, pattern: '";
  for (int i = 0; i < 16; ++i) groups += "(?P<g" + std::to_string(i) + ">a)";
  groups += "'}\n";
  struct Row {
    std::string text, why;
  };
  const Row rows[] = {
      {groups, "m.yml:3: more than 15 groups"},
      {"x: y\n", "m.yml:1: 'datasets' is missing"},
      {"datasets: [a]\n", "m.yml:1: 'datasets' is missing"},
      {"datasets: {d: {has: [[a]]}}\n---\ndatasets:\n  d: {has: [[b]]}\n",
       "m.yml:4: dataset 'd' is described twice"},
      {"datasets: {d: {}}\nextract:\n  - {from: m, pattern: '('}\n", "m.yml:3: not a regular"},
      {"datasets: {d: {}}\nextract:\n  - {from: m, pattern: '(a)'}\n",
       "every group of an extraction"},
      {wide, "m.yml:2: more than 8 different fields in 'when'"},
      {marks, "more than 128 different paths in 'has'"},
      {"a: [", "not readable as YAML"},
  };
  for (const auto& [text, why] : rows) {
    const auto mappings = Mappings::parse({{"m.yml", text}});
    ASSERT_FALSE(mappings) << why;
    EXPECT_THAT(mappings.error().message(), HasSubstr(why));
  }
}

// --- in use --------------------------------------------------------------------------------------

constexpr std::string_view security = R"(
datasets:
  win:
    has: [[Event.System.EventID]]
    prefixes: [Event.EventData., Event.System.]
    time: [Event.System.SystemTime]
    host: [Computer, Other]
logsources:
  - {product: windows, category: process_creation, service: sysmon, when: {Channel: Sysmon, EventID: 1}}
  - product: windows
    category: process_creation
    service: security
    when: {Channel: Security, EventID: 4688}
    fields: {Image: NewProcessName}
  - {product: windows, service: security, when: {Channel: Security}}
---
datasets:
  syslog: {time: [timestamp], host: [hostname]}
logsources:
  - {product: linux, service: sshd, when: {program: sshd}}
  - {product: linux, service: syslog}
extract:
  - from: message
    when: {program: sshd}
    pattern: 'for (?P<user>\S+) from (?P<src_ip>\S+)(?: port (?P<port>\d+))?'
  - from: other
    when: {program: sshd}
    pattern: 'key (?P<key>\S+)'
)";

constexpr std::string_view rules = R"(
title: process
id: image
logsource: {product: windows, category: process_creation}
detection: {s: {Image|endswith: cmd.exe}, condition: s}
---
title: security only
id: security
logsource: {product: windows, service: security}
detection: {s: {Image|endswith: cmd.exe}, condition: s}
---
title: ssh
id: ssh
logsource: {product: linux, service: sshd}
detection: {s: {user: root, src_ip|cidr: 10.0.0.0/8}, condition: s}
---
title: key
id: key
logsource: {product: linux, service: sshd}
detection: {s: {user: 'a"b', key: 'c"d'}, condition: s}
---
title: no port
id: portless
logsource: {product: linux, service: sshd}
detection: {s: {user: root, port: null}, condition: s}
---
title: cron
id: cron
logsource: {product: linux, service: cron}
detection: {s: {message|contains: root}, condition: s}
)";

class Mapped {
 public:
  Mapped()
      : matcher_(
            Engine::build(std::make_shared<const RuleSet>(read_rules(rules, "r.yml", {})),
                          std::make_shared<const Mappings>(mappings_of(std::string(security))))) {}

  // Dots in names part objects, as in JSON.
  std::vector<std::string> match(const Fields& fields, std::string_view dataset = {}) {
    event_.clear();
    event_.dataset = dataset;
    fields_ = fields;
    for (const auto& [name, value, kind] : fields_)
      event_.add(names_.child(event::Names::root, name), value, kind);
    std::vector<std::string> ids;
    for (const RuleIndex rule : matcher_.match(event_, names_))
      ids.push_back(matcher_.engine().rules().rules[rule].header.id);
    return ids;
  }
  Matcher* operator->() { return &matcher_; }

 private:
  Matcher matcher_;
  event::Names names_;
  event::Event event_;
  Fields fields_;
};

Fields windows(const std::string& channel, const std::string& id, const std::string& field) {
  return {{"Event.System.Channel", channel},
          {"Event.System.EventID", id},
          {"Event.EventData." + field, "C:\\cmd.exe"}};
}

TEST(Mapping, FieldsAreRenamedOnlyWhereTheMembershipHolds) {
  Mapped mapped;
  EXPECT_THAT(mapped.match(windows("Sysmon", "1", "Image")), ElementsAre("image"));
  EXPECT_THAT(mapped.match(windows("Security", "4688", "NewProcessName")),
              ElementsAre("image", "security"));
  EXPECT_THAT(mapped.match(windows("SECURITY", "4688", "NewProcessName")),
              ElementsAre("image", "security"));
  EXPECT_THAT(mapped.match(windows("Security", "4689", "NewProcessName")), IsEmpty());
  EXPECT_THAT(mapped.match(windows("Security", "4689", "Image")), ElementsAre("security"));
  EXPECT_THAT(mapped.match(windows("Sysmon", "1", "NewProcessName")), IsEmpty());
}

TEST(Mapping, WhatARecordOfNoKnownDatasetSaysIsTriedOnEveryRule) {
  Mapped mapped;
  EXPECT_THAT(mapped.match({{"Image", "cmd.exe"}}), ElementsAre("image", "security"));
  EXPECT_EQ(mapped->dataset(), "unknown");
}

TEST(Mapping, TakesFieldsOutOfText) {
  struct Row {
    std::string message;
    std::vector<std::string> ids;
  };
  const Row rows[] = {
      {"Failed password for root from 10.1.1.1 port 22", {"ssh"}},
      {"Failed password for root from 10.1.1.1", {"ssh", "portless"}},  // a group that is not there
      {"Failed password for an from 10.1.1.1 port 22", {}},
      {"nothing of the kind", {}},
  };
  Mapped mapped;
  for (const auto& [message, ids] : rows)
    EXPECT_EQ(mapped.match({{"program", "sshd"}, {"message", message}}, "syslog"), ids) << message;
  EXPECT_THAT(mapped.match({{"program", "cron"}, {"message", "for root from 10.1.1.1"}}, "syslog"),
              IsEmpty());
}

// Each extraction's text must outlive the next one's. Disabled until Matcher::extract keeps one
// text for each: today the first is overwritten (see README, "Known").
TEST(Mapping, ExtractionsFromSeveralEscapedFieldsStandTogether) {
  Mapped mapped;
  const auto json = event::Kind::json_string;
  const Fields fields{{"program", "sshd"},
                      {"message", R"(for a\"b from 10.1.1.1 and some more text to be long)", json},
                      {"other", R"(zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz key c\"d)", json}};
  EXPECT_THAT(mapped.match(fields, "syslog"), testing::Contains("key"));
}

TEST(Mapping, TellsTimeAndHost) {
  Mapped mapped;
  auto fields = windows("Sysmon", "1", "Image");
  fields.push_back({"Event.System.SystemTime", "2026-11-22T01:02:03Z"});
  fields.push_back({"Event.EventData.Other", "pc7"});
  mapped.match(fields);
  EXPECT_EQ(mapped->dataset(), "win");
  EXPECT_EQ(mapped->time(), parse_time("2026-11-22T01:02:03Z").value());
  EXPECT_EQ(mapped->host(), "pc7");
  EXPECT_EQ(mapped->value("Image"), "C:\\cmd.exe");
  EXPECT_EQ(mapped->value("Nothing"), std::nullopt);
  mapped.match({{"timestamp", "Nov 22 02:14:07"}, {"hostname", "web"}}, "syslog");
  EXPECT_TRUE(mapped->time());
  EXPECT_EQ(mapped->host(), "web");
}

// Values of routing fields must not run into each other.
TEST(Mapping, RoutingValuesStandApart) {
  Mapped mapped;
  const std::string zero(1, '\0');
  EXPECT_THAT(mapped.match({{"Event.System.EventID", "4688"},
                            {"Event.System.Channel", "Security" + zero + "4688"},
                            {"Event.EventData.NewProcessName", "cmd.exe"}}),
              IsEmpty());
  EXPECT_THAT(mapped.match({{"Event.System.EventID", "4688"},
                            {"Event.System.Channel", "Security"},
                            {"Event.EventData.NewProcessName", "cmd.exe"}}),
              ElementsAre("image", "security"));
  EXPECT_THAT(mapped.match({{"Event.System.EventID", ""},
                            {"Event.System.Channel", "Security" + zero + "4688"},
                            {"Event.EventData.NewProcessName", "cmd.exe"}}),
              IsEmpty());
}

}  // namespace
}  // namespace haidang::detect
