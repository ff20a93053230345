// Whatever people do, in whatever order: the tables keep to the acts.
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "record/procedure/trial_engine.hpp"

namespace haidang::procedure {
namespace {

using Random = std::mt19937_64;

std::size_t any(Random& random, std::size_t below) { return random() % below; }

void do_something(TrialEngine& t, Random& random, const std::string& id,
                  const std::string& document) {
  static const std::vector<Principal> people{an, head_of_a, police, analyst, of_b, auditor};
  static const std::vector<std::string> actions{"acknowledge", "ask_help", "take_up", "close"};
  const auto& who = people[any(random, people.size())];
  switch (any(random, 8)) {
    case 0: (void)t->comment(who, id, "x", {}); return;
    case 1: (void)t->attach(who, id, {"minutes", document, "m.txt"}); return;
    case 2: (void)t->watch(who, id, any(random, 2) == 0); return;
    case 3:
      t.ledger().advance(std::chrono::minutes(any(random, 30)));
      ASSERT_TRUE(t->fire_due());
      return;
    default: break;
  }
  const auto& action = actions[any(random, actions.size())];
  json::object fields;
  if (action == "ask_help") fields["helper"] = any(random, 2) == 0 ? "so-b" : "so-c";
  if (action == "close") fields["outcome"] = "nothing";
  (void)t.act(who, id, action, fields, "x");
}

struct Seen {
  std::uint64_t version = 0;
  std::set<std::string> running;
};

std::vector<std::string> clocks_in(const ledger::Act& act, std::string_view key) {
  std::vector<std::string> out;
  if (const auto* list = act.body.if_contains(key)) {
    for (const auto& clock : list->as_array()) out.emplace_back(clock.at("clock").as_string());
  }
  return out;
}

void follow(const ledger::Act& act, Seen& seen) {
  if (const auto* version = act.body.if_contains("version")) {
    EXPECT_EQ(version->to_number<std::uint64_t>(), seen.version + 1) << act.canonical;
    ++seen.version;
  }
  if (act.kind == "clock.fired") {
    EXPECT_TRUE(seen.running.contains(std::string(act.body.at("clock").as_string())));
  }
  for (const auto& clock : clocks_in(act, "clocks_stopped"))
    EXPECT_EQ(seen.running.erase(clock), 1U) << act.canonical;
  for (const auto& clock : clocks_in(act, "clocks_started"))
    EXPECT_TRUE(seen.running.insert(clock).second) << act.canonical;
}

void check(TrialEngine& t, const std::string& id, const Seen& seen) {
  const auto view = t.view(analyst, id);
  EXPECT_EQ(view.at("version").to_number<std::uint64_t>(), seen.version);
  EXPECT_FALSE(view.at("state").at("label").at("vi").as_string().empty());
  std::set<std::string> running;
  for (const auto& clock : view.at("clocks").as_array())
    if (clock.at("running").as_bool()) running.emplace(clock.at("name").as_string());
  EXPECT_EQ(running, seen.running);
  EXPECT_TRUE(!view.at("final").as_bool() || running.empty());
}

TEST(Property, AThousandRandomSequencesKeepTheTablesToTheActs) {
  Random random(20261122);
  TrialEngine t;
  const auto document = t.upload(an, "Biên bản");
  std::vector<std::string> ids;
  for (int sequence = 0; sequence < 1000; ++sequence) {
    ids.push_back(ledger::must(t.open(an)).case_id);
    for (int step = 0; step < 6; ++step) {
      do_something(t, random, ids.back(), document);
      if (HasFatalFailure()) return;
    }
  }
  std::map<std::string, Seen> seen;
  std::uint64_t after = 0;
  while (true) {
    const auto acts = ledger::must(t.ledger()->acts(after, 1000));
    if (acts.empty()) break;
    for (const auto& act : acts)
      if (!act.case_id.empty()) follow(act, seen[act.case_id]);
    after = acts.back().seq;
  }
  for (const auto& id : ids) check(t, id, seen[id]);
  EXPECT_EQ(t.rebuilt_difference(), "");
}

}  // namespace
}  // namespace haidang::procedure
