// Clocks: fire exactly once, in order, after any downtime, and never once stopped.
#include <gtest/gtest.h>

#include "record/procedure/trial_engine.hpp"

namespace haidang::procedure {
namespace {

struct Firing {
  std::string clock;
  std::int64_t n;
  std::string due;
  std::string at;
  bool operator==(const Firing&) const = default;
};

std::vector<Firing> firings(TrialEngine& t, const std::string& id) {
  std::vector<Firing> out;
  for (const auto& act : ledger::must(t->timeline(analyst, id))) {
    if (act.at("kind") != json::value("clock.fired")) continue;
    const auto& body = act.at("body");
    out.push_back({std::string(body.at("clock").as_string()),
                   body.at("n").to_number<std::int64_t>(), std::string(body.at("due").as_string()),
                   std::string(act.at("at").as_string())});
  }
  return out;
}

std::string opened(TrialEngine& t) { return ledger::must(t.open(an)).case_id; }

TEST(Clock, FiresOnceWhenItIsDueAndNotBefore) {
  TrialEngine t;
  const auto id = opened(t);
  ASSERT_TRUE(t.act(analyst, id, "acknowledge"));
  t.ledger().advance(15min - 1us);
  EXPECT_EQ(ledger::must(t->fire_due()), 0U);
  t.ledger().advance(1us);
  EXPECT_EQ(ledger::must(t->fire_due()), 1U);
  EXPECT_EQ(ledger::must(t->fire_due()), 0U);
  EXPECT_EQ(firings(t, id).size(), 1U);
}

TEST(Clock, CatchesUpInOrderAfterADowntimeAndClimbsTheChainOnceEach) {
  TrialEngine t;
  t.chain_length = 9;
  const auto opening = t.ledger().time();
  const auto id = opened(t);
  ASSERT_TRUE(t.act(analyst, id, "acknowledge"));
  t.told().clear();
  t.ledger().advance(50min);
  t.restart();
  EXPECT_EQ(ledger::must(t->fire_due()), 3U);
  EXPECT_EQ(ledger::must(t->fire_due()), 0U);
  const auto now = format_time(opening + 50min);
  const auto due = [&](auto after) { return format_time(opening + after); };
  EXPECT_EQ(firings(t, id), (std::vector<Firing>{{"police_ack", 1, due(15min), now},
                                                 {"police_ack", 2, due(30min), now},
                                                 {"police_ack", 3, due(45min), now}}));
  ASSERT_EQ(t.told().size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(t.told()[i].chain_step, i + 1);
    EXPECT_EQ(t.told()[i].unit, "cong-an");
    EXPECT_EQ(t.told()[i].reason, "police_ack:" + std::to_string(i + 1));
  }
}

TEST(Clock, FiresAtMostSoOftenAsItRepeats) {
  TrialEngine t;
  const auto id = opened(t);
  ASSERT_TRUE(t.act(analyst, id, "acknowledge"));
  t.ledger().advance(20h);
  EXPECT_EQ(ledger::must(t->fire_due()), 4U);  // once and three times more
  EXPECT_EQ(t.told().back().chain_step, 1U);   // at its end, the top of the chain once more
  EXPECT_EQ(t.view(an, id).at("clocks").at(1).at("name"), "police_ack");
  EXPECT_TRUE(t.view(an, id).at("clocks").at(1).at("running").as_bool());
}

TEST(Clock, FiringEndsWhenItIsToldToAndGoesOnLater) {
  TrialEngine t;
  opened(t);
  t.ledger().advance(1h);
  int left = 3;
  EXPECT_EQ(ledger::must(t->fire_due([&] { return left-- > 0; })), 3U);
  EXPECT_EQ(ledger::must(t->fire_due()), 5U);
}

TEST(Clock, StoppedNeverFires) {
  TrialEngine t;
  const auto id = opened(t);
  t.ledger().advance(14min);
  ASSERT_TRUE(t.act(police, id, "acknowledge"));
  t.ledger().advance(2h);
  EXPECT_EQ(ledger::must(t->fire_due()), 4U);
  for (const auto& firing : firings(t, id)) EXPECT_EQ(firing.clock, "ict_ack");
}

TEST(Clock, OfTwoCasesFireInOrderOfTheirTimes) {
  TrialEngine t;
  const auto first = opened(t);
  t.ledger().advance(5min);
  const auto second = opened(t);
  t.ledger().advance(1h);
  ASSERT_EQ(ledger::must(t->fire_due()), 16U);
  std::vector<std::string> dues;
  for (const auto& act : ledger::must(t.ledger()->acts(0, 1000)))
    if (act.kind == "clock.fired") dues.emplace_back(act.body.at("due").as_string());
  EXPECT_TRUE(std::ranges::is_sorted(dues));
  EXPECT_EQ(firings(t, first).size(), 8U);
  EXPECT_EQ(firings(t, second).size(), 8U);
}

TEST(Clock, CountsFromTheTimeThatWasToldByTheLawOfThatDay) {
  TrialEngine t;
  const auto due_of_report = [&](std::string_view seen) {
    const auto id = ledger::must(t.open(an, {{"seen_at", seen}})).case_id;
    return std::string(t.view(an, id).at("clocks").at(2).at("due").as_string());
  };
  EXPECT_EQ(due_of_report("2026-03-01T12:00:00+07:00"), "2026-03-02T05:00:00Z");
  EXPECT_EQ(due_of_report("2025-12-30T07:00:00+07:00"), "2026-01-04T00:00:00Z");
}

TEST(Clock, TellsWhenTheNextIsDue) {
  TrialEngine t;
  EXPECT_EQ(ledger::must(t->next_due()), std::nullopt);
  opened(t);
  EXPECT_EQ(ledger::must(t->next_due()), t.ledger().time() + 15min);
}

TEST(Clock, MakesTheCaseOverdueUntilItIsStopped) {
  TrialEngine t;
  const auto id = opened(t);
  t.ledger().advance(16min);
  ASSERT_TRUE(t->fire_due());
  const auto overdue = [&] {
    return ledger::must(t->list(analyst, {.overdue = true})).at("items").as_array().size();
  };
  EXPECT_EQ(overdue(), 1U);
  ASSERT_TRUE(t.act(police, id, "acknowledge"));
  ASSERT_TRUE(t.act(analyst, id, "acknowledge"));
  EXPECT_EQ(overdue(), 0U);
}

}  // namespace
}  // namespace haidang::procedure
