#include "app/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/table_words.hpp"
#include "app/trial.hpp"
#include "base/text.hpp"

namespace haidang::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view rules_text = R"(
title: Quiet
id: a
logsource: {category: test}
detection: {sel: {word: bad}, condition: sel}
level: low
tags: [attack.discovery]
---
title: Loud
id: b
logsource: {category: test}
detection: {sel: {word: worse}, condition: sel}
level: critical
tags: [attack.t1110, attack.credential_access]
haidang: {title_vi: Ồn ào}
)";

Table table(TableStyle style) {
  auto rules = std::make_shared<const detect::RuleSet>(detect::read_rules(rules_text, "r", {}));
  return {std::move(rules), {"a.log"}, style};
}

Tally both() {
  Tally tally;
  for (int i = 0; i < 3; ++i) tally[0].happened(Time{} + std::chrono::hours(i));
  tally[1].happened(std::nullopt);
  for (int i = 0; i < 6; ++i) tally[1].on_host("web" + std::to_string(i));
  tally[1].example = Example{{0, 7}, "cmd", "evil\x1b[2J"};
  return tally;
}

TEST(Table, ShowsTheGravestFirstAndSumsUp) {
  const std::string shown = table({}).render(both(), {.files = 1, .events = 1234});
  EXPECT_LT(shown.find("CRITICAL    Loud"), shown.find("LOW         Quiet"));
  EXPECT_THAT(shown, HasSubstr("1 files, 1,234 events"));
  EXPECT_THAT(shown, HasSubstr("a.log:7   cmd: evil\\x1b[2J\n"));
  EXPECT_THAT(shown, HasSubstr("1970-01-01 07:00:00 – 09:00:00\n"));
  EXPECT_THAT(shown, HasSubstr("web0, web1, web2, web3 +2\n"));
  EXPECT_THAT(shown, HasSubstr("Credential Access               1 rule "));
  EXPECT_THAT(shown, HasSubstr("3 matches\n"));
  EXPECT_THAT(shown, Not(HasSubstr("\x1b")));
}

TEST(Table, SpeaksVietnamese) {
  const std::string shown = table({.language = Language::vi}).render(both(), {.events = 1234});
  EXPECT_THAT(shown, HasSubstr("NGUY CẤP    Ồn ào"));
  EXPECT_THAT(shown, HasSubstr("1.234 sự kiện"));
  EXPECT_THAT(shown, HasSubstr("Lấy thông tin đăng nhập"));
}

TEST(Table, SaysPlainlyThatNothingWasFound) {
  EXPECT_THAT(table({}).render({}, {.events = 5}), HasSubstr("Nothing found"));
  EXPECT_THAT(table({}).render({}, {.events = 5}), HasSubstr("--rules DIR"));
  EXPECT_THAT(table({}).render({}, {.events = 0}), HasSubstr("No events were read"));
}

TEST(Table, ColoursOnlyWhereAsked) {
  EXPECT_THAT(table({.colour = true}).render(both(), {.events = 1}), HasSubstr("\x1b[1;31m"));
}

TEST(Table, ShowsNoMoreRulesThanAskedAndSaysSo) {
  const std::string shown = table({.top = 1}).render(both(), {.events = 1});
  EXPECT_THAT(shown, HasSubstr("… 1 more rules matched"));
  EXPECT_THAT(shown, Not(HasSubstr("Quiet")));
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  Tally tally = both();
  tally[1].example = Example{{0, 7}, "cmd", std::string(500, 'x')};
  for (const auto& line : lines_of(table({.width = 60}).render(tally, {.events = 1})))
    if (!line.starts_with("Read") && !line.starts_with("Hải")) {
      EXPECT_LE(text::columns(line), 60U) << line;
    }
}

TEST(Tally, MergesSoThatTheFirstExampleStays) {
  Tallied first;
  first.happened(Time{} + std::chrono::hours(2));
  first.example = Example{{0, 1}, "a", "x"};
  Tallied second;
  second.happened(Time{} + std::chrono::hours(1));
  second.happened(std::nullopt);
  second.example = Example{{0, 2}, "a", "y"};
  first.merge(second);
  EXPECT_EQ(first.count, 3U);
  EXPECT_EQ(first.first, Time{} + std::chrono::hours(1));
  EXPECT_EQ(first.last, Time{} + std::chrono::hours(2));
  EXPECT_EQ(first.example.value_or(Example{}).value, "x");
}

TEST(Grouped, PutsThousandsApart) {
  EXPECT_EQ(grouped(0, Language::en), "0");
  EXPECT_EQ(grouped(999, Language::en), "999");
  EXPECT_EQ(grouped(1'000, Language::en), "1,000");
  EXPECT_EQ(grouped(1'234'567, Language::vi), "1.234.567");
}

}  // namespace
}  // namespace haidang::app
