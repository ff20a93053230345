#include "app/correlating.hpp"

#include <gtest/gtest.h>

#include "app/trial.hpp"

namespace haidang::app {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::shared_ptr<const detect::RuleSet> three_in_a_minute() {
  return std::make_shared<const detect::RuleSet>(
      detect::read_rules(three_bad_words_rule, "rules.yml", {}));
}

detect::Occurrence bad_word(Time time, std::uint64_t line) {
  return {.rule = 0, .time = time, .origin = {0, line}, .values = {{"who", "an"}}};
}

TEST(Correlating, SeesOccurrencesByTimeWhateverTheOrderOfFiles) {
  std::vector<std::uint64_t> completed_at;
  Correlating correlating(three_in_a_minute(), Correlating::Mode::at_end,
                          [&](const auto& found) { completed_at.push_back(found.origin.line); });
  const Time start = Time{} + hours(1'000);
  std::vector<detect::Occurrence> newer{bad_word(start + hours(5), 1)};
  std::vector<detect::Occurrence> older{bad_word(start + seconds(2), 2), bad_word(start, 3),
                                        bad_word(start + seconds(1), 4)};
  correlating.take(newer);
  correlating.take(older);
  EXPECT_TRUE(completed_at.empty());
  correlating.finish();
  EXPECT_EQ(completed_at, std::vector<std::uint64_t>{2});
}

TEST(Correlating, PastItsBoundTheOlderHalfIsSeenEarly) {
  int found = 0;
  Correlating correlating(
      three_in_a_minute(), Correlating::Mode::at_end, [&](const auto&) { ++found; }, 5);
  const Time start = Time{} + hours(1'000);
  std::vector<detect::Occurrence> many;
  many.reserve(6);
  for (std::uint64_t i = 0; i < 6; ++i) many.push_back(bad_word(start + seconds(i), i));
  correlating.take(many);
  EXPECT_EQ(found, 1);
  EXPECT_EQ(correlating.correlator().stats().seen, 3U);
}

TEST(Correlating, LiveTellsAtOnceAndTrustsNoClockThatRunsAhead) {
  int found = 0;
  Correlating correlating(three_in_a_minute(), Correlating::Mode::live,
                          [&](const auto&) { ++found; });
  std::vector<detect::Occurrence> ahead{bad_word(now() + hours(48), 1)};
  std::vector<detect::Occurrence> ours{bad_word(now(), 2), bad_word(now(), 3)};
  correlating.take(ahead);
  correlating.take(ours);
  EXPECT_EQ(found, 1);
  EXPECT_EQ(correlating.correlator().stats().late, 0U);
}

}  // namespace
}  // namespace haidang::app
