#include "record/procedure/engine.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "record/procedure/trial_engine.hpp"

namespace haidang::procedure {
namespace {

using Kind = Error::Kind;

class EngineOnBoth : public testing::TestWithParam<ledger::Dialect> {
 protected:
  void SetUp() override {
    if (!ledger::available(GetParam())) GTEST_SKIP() << ledger::no_postgresql;
    trial_ = std::make_unique<TrialEngine>(GetParam());
  }
  std::string opened(json::object more = {}) {
    return ledger::must(trial_->open(an, std::move(more))).case_id;
  }
  TrialEngine& trial() { return *trial_; }

 private:
  std::unique_ptr<TrialEngine> trial_;
};
INSTANTIATE_TEST_SUITE_P(Both, EngineOnBoth, testing::ValuesIn(ledger::both),
                         ledger::shown_dialect);

#define EXPECT_REFUSED(result, the_kind, the_where)                         \
  do {                                                                      \
    const auto refused = (result);                                          \
    ASSERT_FALSE(refused);                                                  \
    EXPECT_EQ(refused.error().kind, the_kind) << refused.error().message(); \
    EXPECT_EQ(refused.error().where, the_where) << refused.error().what;    \
  } while (false)

TEST_P(EngineOnBoth, RunsAWholeLifeFromOpeningToTheCaseThatFollows) {
  auto& t = trial();
  const auto id = opened({{"place", "Phòng 12"}});
  EXPECT_EQ(t.told().size(), 2U);  // police and ICT, at the same moment
  ASSERT_TRUE(t.act(police, id, "acknowledge"));
  ASSERT_TRUE(t.act(an, id, "take_up"));
  const auto minutes = t.upload(an, "Biên bản làm việc");
  ASSERT_TRUE(t->attach(an, id, {"minutes", minutes, "bien-ban.txt"}));
  ASSERT_TRUE(t.act(head_of_a, id, "close", {{"outcome", "solved"}}, "Đã gỡ máy lạ."));

  const auto view = t.view(an, id);
  EXPECT_EQ(view.at("state").at("name"), "closed");
  EXPECT_EQ(view.at("fields").at("closed_at"), "2026-03-02T01:00:00Z");
  EXPECT_EQ(view.at("links").as_array().size(), 1U);  // so-a is the reporter of the lesson
  const auto followed = t.view(analyst, id).at("links").as_array();
  ASSERT_EQ(followed.size(), 1U);
  EXPECT_EQ(followed[0].at("how"), "lesson");
  const auto lesson = t.view(analyst, std::string(followed[0].at("case").as_string()));
  EXPECT_EQ(lesson.at("fields").at("about"), "Máy lạ trong mạng");
  EXPECT_EQ(lesson.at("links").at(0).at("case"), json::value(id));
  for (const auto& clock : view.at("clocks").as_array())
    EXPECT_FALSE(clock.at("running").as_bool());
}

TEST_P(EngineOnBoth, NamesThePlaceOfEveryMistake) {
  auto& t = trial();
  EXPECT_REFUSED(t.open(an, {{"colour", "red"}}), Kind::invalid, "/fields/colour");
  EXPECT_REFUSED(t.open(an, {{"outcome", "solved"}}), Kind::invalid, "/fields/outcome");
  EXPECT_REFUSED(t.open(an, {{"seen_at", "2026-03-02 08:00"}}), Kind::invalid, "/fields/seen_at");
  EXPECT_REFUSED(t.open(an, {{"what", 5}}), Kind::invalid, "/fields/what");
  EXPECT_REFUSED(t.open(an, {{"what", 1.5}}), Kind::invalid, "/fields/what");
  EXPECT_REFUSED(t.open(an, {{"what", nullptr}}), Kind::invalid, "/fields/what");
  EXPECT_REFUSED(t.open(an, {{"seen_at", "1999-01-01T00:00:00Z"}}), Kind::invalid,
                 "/fields/seen_at");
  EXPECT_REFUSED(t->open(an, {.procedure = "nothing", .subject = "so-a"}), Kind::not_found, "");
  EXPECT_REFUSED(t->open(analyst, {.procedure = "signal", .subject = "so-x"}), Kind::invalid,
                 "/subject");

  const auto id = opened();
  EXPECT_REFUSED(t.act(an, id, "dance"), Kind::invalid, "/action");
  EXPECT_REFUSED(t.act(an, id, "ask_help"), Kind::invalid, "/fields/helper");
  EXPECT_REFUSED(t.act(an, id, "ask_help", {{"helper", "so-x"}}), Kind::invalid, "/fields/helper");
  EXPECT_REFUSED(t.act(an, id, "close", {}, "x"), Kind::conflict, "/action");
  EXPECT_REFUSED(t->attach(an, id, {"minutes", std::string(64, 'a'), "a.txt"}), Kind::invalid,
                 "/documents/0/sha256");
  EXPECT_REFUSED(t->attach(an, id, {"film", std::string(64, 'a'), "a.txt"}), Kind::invalid,
                 "/documents/0/kind");
  EXPECT_REFUSED(t->attach(an, id, {"minutes", t.upload(an, "x"), "../a"}), Kind::invalid,
                 "/documents/0/filename");
  EXPECT_REFUSED(t->link(an, id, id, "same"), Kind::invalid, "/other");
  EXPECT_REFUSED(t->link(an, id, "nothing", "same"), Kind::not_found, "/other");
}

TEST_P(EngineOnBoth, TellsInBothLanguagesWhyAGuardForbids) {
  auto& t = trial();
  const auto id = opened();
  const auto refused = t.act(an, id, "take_up");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "The police must acknowledge first.");
  const auto words = t->guard_words(id, "take_up", refused.error());
  ASSERT_TRUE(words);
  EXPECT_EQ(words->vi, "Công an phải xác nhận trước.");

  const auto actions = t.view(an, id).at("actions").as_array();
  const auto take_up = std::ranges::find(actions, json::value("take_up"),
                                         [](const json::value& a) { return a.at("name"); });
  ASSERT_NE(take_up, actions.end());
  EXPECT_EQ(take_up->at("why_not").at("vi"), "Công an phải xác nhận trước.");
}

TEST_P(EngineOnBoth, RefusesWhoMayNotActAndWhoDidAlready) {
  auto& t = trial();
  const auto id = opened();
  EXPECT_REFUSED(t.act(an, id, "acknowledge"), Kind::denied, "");
  EXPECT_REFUSED(t.act(auditor, id, "acknowledge"), Kind::denied, "");
  ASSERT_TRUE(t.act(police, id, "acknowledge"));
  EXPECT_REFUSED(t.act(police, id, "acknowledge"), Kind::conflict, "/action");
  ASSERT_TRUE(t.act(analyst, id, "acknowledge"));  // the other party still may
  EXPECT_REFUSED(t.open(of_b), Kind::denied, "");  // about so-a, by so-b
  EXPECT_REFUSED(t.open(administrator), Kind::denied, "");
  EXPECT_REFUSED(t.open(anyone), Kind::denied, "");
}

TEST_P(EngineOnBoth, WantsTheEvidenceCommentAndOtherPersonThatClosingNeeds) {
  auto& t = trial();
  const auto id = opened();
  ASSERT_TRUE(t.act(police, id, "acknowledge"));
  ASSERT_TRUE(t.act(an, id, "take_up"));
  const json::object outcome{{"outcome", "nothing"}};
  EXPECT_REFUSED(t.act(head_of_a, id, "close", outcome), Kind::invalid, "/comment");
  EXPECT_REFUSED(t.act(an, id, "close", outcome, "x"), Kind::invalid, "/guards/0");
  EXPECT_REFUSED(t.act(head_of_a, id, "close", outcome, "x"), Kind::invalid, "/documents");
  EXPECT_EQ(t.state(id), "handled");  // nothing of a refused action stays
  const auto minutes = t.upload(head_of_a, "m");
  const auto done = t->act(head_of_a, {.case_id = id,
                                       .action = "close",
                                       .fields = outcome,
                                       .documents = {{"minutes", minutes, "m.txt"}},
                                       .comment = "x"});
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(t.state(id), "closed");
}

TEST_P(EngineOnBoth, LetsOneOfTwoWhoSawTheSameVersionWin) {
  auto& t = trial();
  for (int round = 0; round < 10; ++round) {
    const auto id = opened();
    std::atomic<int> won = 0;
    std::atomic<int> conflicts = 0;
    const auto race = [&](const Principal& who) {
      const auto done = t->act(who, {.case_id = id, .action = "acknowledge", .based_on = 1});
      if (done) ++won;
      if (!done && done.error().kind == Kind::conflict) ++conflicts;
    };
    std::thread one(race, police);
    std::thread other(race, analyst);
    one.join();
    other.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(conflicts, 1);
  }
}

TEST_P(EngineOnBoth, KeepsARunningCaseOnItsVersion) {
  auto& t = trial();
  const auto old_case = opened();
  std::string text(signal_text);
  text.replace(text.find("version: 1"), 10, "version: 2");
  const std::string from = "from: [reported]\n    to: handled\n    guards:";
  ASSERT_NE(text.find(from), std::string::npos);
  auto changed = text;
  const auto guard = changed.find("      - must: {done: {action: acknowledge, party: police}}");
  changed.replace(guard, changed.find("    effects:", guard) - guard,
                  "      - must: {done: {action: acknowledge, party: ict}}\n"
                  "        message: {vi: CNTT trước., en: ICT first.}\n");
  ASSERT_TRUE(t->publish({TrialEngine::definition(changed)}));
  const auto new_case = opened();
  t.restart();  // both versions are read from the ledger
  for (const auto& id : {old_case, new_case}) ASSERT_TRUE(t.act(police, id, "acknowledge"));
  EXPECT_TRUE(t.act(an, old_case, "take_up"));
  EXPECT_REFUSED(t.act(an, new_case, "take_up"), Kind::invalid, "/guards/0");

  auto same_version = TrialEngine::definition(changed + "\n# another text\n");
  EXPECT_REFUSED(t->publish({same_version}), Kind::conflict, "signal");
}

TEST_P(EngineOnBoth, OpensOnceForOneKey) {
  auto& t = trial();
  OpenRequest request{.procedure = "signal", .subject = "so-a"};
  request.fields = {{"what", "x"}, {"seen_at", "2026-03-02T01:00:00Z"}};
  request.idempotency_key = "4f2c";
  const auto first = ledger::must(t->open(an, request));
  EXPECT_EQ(ledger::must(t->open(an, request)).case_id, first.case_id);
  EXPECT_NE(ledger::must(t->open(head_of_a, request)).case_id, first.case_id);
  request.fields["what"] = "y";
  EXPECT_REFUSED(t->open(an, request), Kind::conflict, "/idempotency_key");
}

TEST_P(EngineOnBoth, NumbersWithoutGapsBySeriesAndYearOfVietnam) {
  auto& t = trial();
  EXPECT_EQ(ledger::must(t.open(an)).number, "TH-2026-1");
  ASSERT_FALSE(t.open(an, {{"what", 1}}));  // refused: takes no number
  EXPECT_EQ(ledger::must(t.open(an)).number, "TH-2026-2");
  t.ledger().set_time(ledger::must(parse_time("2026-12-31T17:00:00Z")));  // midnight in Vietnam
  EXPECT_EQ(ledger::must(t.open(an)).number, "TH-2027-1");
}

TEST_P(EngineOnBoth, FixesTheLawByTheDateOfTheCase) {
  auto& t = trial();
  EXPECT_EQ(t.view(an, opened()).at("regime"), "new");
  const auto id = opened({{"seen_at", "2025-12-31T23:59:00+07:00"}});
  EXPECT_EQ(t.view(an, id).at("regime"), "old");
}

TEST_P(EngineOnBoth, RebuildsEqualTablesFromTheActs) {
  auto& t = trial();
  const auto id = opened({{"place", "P1"}});
  ASSERT_TRUE(t.act(police, id, "acknowledge"));
  ASSERT_TRUE(t.act(an, id, "ask_help", {{"helper", "so-b"}}));
  ASSERT_TRUE(t->comment(an, id, "Nhờ xem giúp", {"helper"}));
  ASSERT_TRUE(t->watch(an, id, true));
  ASSERT_TRUE(t->link(analyst, id, opened(), "same_source"));
  t.ledger().advance(1h);
  ASSERT_TRUE(t->fire_due());
  EXPECT_EQ(t.rebuilt_difference(), "");
}

TEST(Engine, RecordsThatThereWasNobodyToTell) {
  TrialEngine t;
  t.chain_length = 0;
  const auto id = ledger::must(t.open(an)).case_id;
  const auto acts = ledger::must(t->timeline(an, id));
  const auto unheard = std::ranges::count_if(acts, [](const json::value& act) {
    return act.at("kind") == json::value("case.notified") &&
           act.at("body").as_object().contains("nobody_to_tell");
  });
  EXPECT_EQ(unheard, 2);
}

}  // namespace
}  // namespace haidang::procedure
