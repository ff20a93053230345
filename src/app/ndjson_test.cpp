#include "app/ndjson.hpp"

#include <gtest/gtest.h>

namespace haidang::app {
namespace {

using event::Kind;

TEST(NdjsonEvent, IsTheRecordAsItCameIfThatIsJson) {
  event::Names names;
  event::Event event;
  event.in_place = true;
  event.raw = "{\"a\":1,\r\n \"b\":\"x\\ny\"}";
  std::string out;
  append_event(out, event, names);
  EXPECT_EQ(out, "{\"a\":1,   \"b\":\"x\\ny\"}");
}

TEST(NdjsonEvent, IsElseAnObjectOfItsFieldsInTheirOrder) {
  event::Names names;
  event::Event event;
  const auto path = [&](std::string_view name) { return names.child(event::Names::root, name); };
  const auto last = path("z");  // known first, but stands last
  event.add(path("host"), "a\"b");
  event.add(path("port"), "22", Kind::number);
  event.add(path("ip"), "10.0.0.1");
  event.add(path("ok"), "true", Kind::boolean);
  event.add(path("ip"), "10.0.0.2");
  event.add(path("odd"), "007", Kind::number);  // no JSON number
  event.add(path("said"), "x\\ty", Kind::json_string);
  event.add(last, "-", Kind::null);
  event.fields.back().data = "null";
  event.fields.back().size = 4;
  std::string out;
  append_event(out, event, names);
  EXPECT_EQ(out, R"({"host":"a\"b","port":22,"ip":["10.0.0.1","10.0.0.2"],"ok":true,"odd":"007",)"
                 R"("said":"x\ty","z":null})");
}

TEST(NdjsonEvent, NumbersThatJsonDoesNotKnowAreStrings) {
  struct Row {
    std::string_view written, shown;
  };
  constexpr Row rows[] = {
      {"0", "0"},       {"-1", "-1"},     {"1.5e3", "1.5e3"}, {"10E-2", "10E-2"},
      {"01", "\"01\""}, {"1.", "\"1.\""}, {"-", "\"-\""},     {"1e", "\"1e\""},
      {"", "\"\""},     {"+1", "\"+1\""}, {"1-2", "\"1-2\""},
  };
  for (const auto& row : rows) {
    event::Names names;
    event::Event event;
    event.add(names.child(event::Names::root, "n"), row.written, Kind::number);
    std::string out;
    append_event(out, event, names);
    EXPECT_EQ(out, "{\"n\":" + std::string(row.shown) + "}");
  }
}

TEST(Ndjson, ACorrelationNamesItsGroupValueAndEvidence) {
  auto rules = std::make_shared<const detect::RuleSet>(detect::read_rules(R"(
title: food
id: a
name: food
logsource: {category: test}
detection: {sel: {word: bad}, condition: sel}
---
title: three
id: b
level: low
correlation: {type: event_count, rules: [food], group-by: [who], timespan: 1m, condition: {gte: 2}}
)",
                                                                          "r.yml", {}));
  ASSERT_EQ(rules->correlations.size(), 1U);
  const NdjsonForm form(rules, {"x.log", "y.log"}, {});
  std::string out;
  form.append(out, {.correlation = 0,
                    .time = Time{} + std::chrono::hours(24),
                    .origin = {1, 7},
                    .group = {{"who", "an"}},
                    .value = 2,
                    .evidence = {{0, 3}, {1, 7}}});
  EXPECT_EQ(out, R"({"line":7,"file":"y.log","time":"1970-01-02T00:00:00Z",)"
                 R"("rule":{"id":"b","title":"three","level":"low","tags":[]},)"
                 R"("correlation":{"type":"event_count","group":{"who":"an"},"value":2,)"
                 R"("evidence":[{"line":3,"file":"x.log"},{"line":7,"file":"y.log"}]},)"
                 R"("event":{"line":7,"file":"y.log"}})"
                 "\n");
  out.clear();
  NdjsonForm(rules, {"x.log"}, {.event = false}).append(out, {.group = {{"who", "an"}}});
  EXPECT_FALSE(out.contains("\"event\":")) << out;
}

}  // namespace
}  // namespace haidang::app
