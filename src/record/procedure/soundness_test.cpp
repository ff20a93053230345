// Every way a definition can be unsound: one passage of a sound one is spoiled, and exactly this is
// said about it, with its place.
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/procedure/definition_trial.hpp"

namespace haidang::procedure {
namespace {

struct Row {
  std::string_view passage, by, problem;
};

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> all;
  for (const auto& problem : parse_definition(text, "p.yml", trial::words()).problems)
    all.push_back(problem.message());
  return all;
}

// Where the fault has consequences of its own, which are told too.
void expect_among(std::span<const Row> rows) {
  for (const auto& row : rows) {
    SCOPED_TRACE(row.by);
    EXPECT_THAT(problems_of(trial::spoiled(row.passage, row.by)),
                testing::Contains(testing::StartsWith(std::string(row.problem))));
  }
}

void expect_each(std::span<const Row> rows) {
  for (const auto& row : rows) {
    SCOPED_TRACE(row.by);
    EXPECT_THAT(problems_of(trial::spoiled(row.passage, row.by)),
                testing::ElementsAre(std::string(row.problem)));
  }
}

TEST(Soundness, FindsNamesThatStandForNothing) {
  constexpr Row rows[] = {
      {"role: police", "role: polise",
       "p.yml:12: unknown role of the directive 'polise'; did you mean 'police'?"},
      {"visible_to: [subject]", "visible_to: [subjects]",
       "p.yml:18: unknown party 'subjects'; did you mean 'subject'?"},
      {"    from: [asked]", "    from: [asked, hel]",
       "p.yml:31: unknown state 'hel'; did you mean 'held'?"},
      {"action: hold", "action: holds", "p.yml:41: unknown action 'holds'; did you mean 'hold'?"},
      {"template: told}\n        when", "template: tolt}\n        when",
       "p.yml:45: unknown notice 'tolt'; did you mean 'told'?"},
      {"regime: new}", "regime: news}", "p.yml:46: unknown regime 'news'; did you mean 'new'?"},
      {"summary: kind", "summary: kin", "p.yml:5: unknown field 'kin'; did you mean 'kind'?"},
      {"secret: true}", "secret: true, refers_to: units, type: reference}",
       "p.yml:16: unknown kind of registry entry 'units'; did you mean 'unit'?"},
      {"    asks: [days]", "    asks: [days]\n    roles: [heads]",
       "p.yml:34: unknown role 'heads'; did you mean 'head'?"},
      {"    asks: [days]", "    asks: [days]\n    documents: [leter]",
       "p.yml:34: unknown kind of document 'leter'; did you mean 'letter'?"},
      {"starts_on: [open, held]", "starts_on: [open, hel]",
       "p.yml:51: unknown action, state or 'open' 'hel'; did you mean 'held'?"},
      {"procedure: leave", "procedure: leaves",
       "p.yml:1: unknown procedure 'leaves'; did you mean 'leave'?"},
      {"version: 2", "version: 2\nverison: 3",
       "p.yml:3: unknown key 'verison' in a procedure; did you mean 'version'?"},
      {"chain: next", "chain: up", "p.yml:57: 'chain' must be duty, next or watchers, not 'up'"},
  };
  expect_each(rows);
}

TEST(Soundness, FindsStatesThatLeadNowhere) {
  constexpr Row rows[] = {
      {"  ended:", "  lost: {label: {vi: Mất, en: Lost}, final: true}\n  ended:",
       "p.yml:24: state 'lost' is never reached: no action leads to it"},
      {"    from: \"*\"\n    to: ended", "    from: [asked]\n    to: ended",
       "p.yml:23: state 'held' is a dead end: no final state is reached from it"},
      {"initial: true", "initial: false",
       "p.yml:21: no state is initial: mark one with 'initial: true'"},
      {"en: Held}}", "en: Held}, initial: true}",
       "p.yml:21: more than one state is initial: a case opens in exactly one"},
      {"final: true", "final: false",
       "p.yml:21: no state is final: mark those where a case has ended"},
  };
  expect_each(rows);
}

TEST(Soundness, FindsActionsNobodyMayTake) {
  constexpr Row rows[] = {
      {"action: hold, party: police", "action: hold, party: subject",
       "p.yml:34: the guard waits for 'hold' by 'subject', who may not take it"},
      {"who: {role: police}", "who: {role: police}, joins_on: grant",
       "p.yml:12: 'police' joins on 'grant', which only it could take"},
      {"who: subject}", "who: reporter}",
       "p.yml:10: no party is the subject: whom is the case about?"},
  };
  expect_each(rows);
  constexpr Row more[] = {
      {"parties: [police]\n    from: \"*\"", "parties: []\n    from: \"*\"",
       "p.yml:34: nobody may take 'grant': name its parties"},
      {"    from: [asked]", "    from: []",
       "p.yml:28: 'hold' can be taken in no state: name them in 'from'"},
  };
  expect_among(more);
}

TEST(Soundness, FindsClocksThatDoNothingOrNeverStop) {
  constexpr Row rows[] = {
      {"    on_due:\n      - notify: {parties: [police], template: told, chain: next}",
       "    on_due: []", "p.yml:48: clock 'answer' has no consequence: say what happens on_due"},
      {"stops_on: [grant]\n    stopped_by: police", "stops_on: []",
       "p.yml:48: nothing stops clock 'answer'"},
      {"stopped_by: police", "stopped_by: subject",
       "p.yml:48: nothing stops clock 'answer': 'subject' may take none of the actions it stops "
       "on"},
      {"    most_repeats: 3\n", "",
       "p.yml:48: clock 'answer' would repeat for ever: say most_repeats"},
      {"    repeat: 15m\n", "", "p.yml:48: clock 'answer' has most_repeats but no repeat"},
      {"counts_from: since", "counts_from: days",
       "p.yml:48: counts_from: 'days' must be of type time or day"},
      {"5 working days", "0 working days",
       "p.yml:53: '0 working days': working days are 1 to 1000"},
      {"1h30m", "0", "p.yml:53: must be longer than nothing"},
      {"old: 5 working days", "odl: 5 working days",
       "p.yml:53: unknown regime 'odl'; did you mean 'old'?"},
  };
  expect_each(rows);
}

TEST(Soundness, FindsFieldsNobodyCanSetAndValuesThatDoNotFit) {
  constexpr Row rows[] = {
      {"reason, note]", "reason]",
       "p.yml:18: nobody can set 'note': no opening, action or effect does"},
      {"set: {days: 3}", "set: {kind: longer}",
       "p.yml:44: 'longer' is not a choice of 'kind'; did you mean 'long'?"},
      {"set: {days: 3}", "set: {days: $now}", "p.yml:44: '$now' does not fit 'days'"},
      {"set: {days: 3}", "set: {since: $nwo}",
       "p.yml:44: unknown value '$nwo'; did you mean '$now'?"},
      {"kind: [short]", "kind: [shrt]",
       "p.yml:41: 'shrt' is not a choice of 'kind'; did you mean 'short'?"},
      {"summary: kind", "summary: reason",
       "p.yml:5: 'reason' cannot be the summary: it goes out in notices and lists, but is secret "
       "or "
       "not for all"},
      {"maximum: 30", "maximun: 30",
       "p.yml:17: unknown key 'maximun' in schema; did you mean 'maximum'?"},
  };
  expect_each(rows);
  constexpr Row more[] = {
      {"asks: [kind, since, reason, note]", "asks: [since, reason, note]",
       "p.yml:14: 'kind' is required to open, but 'open: asks' leaves it out"},
      {"set: {days: 3}", "set: {days: 31}", "p.yml:44: '31' does not fit 'days'"},
      {"documents:\n", "  due: {label: {vi: Hạn, en: Due}}\ndocuments:\n",
       "p.yml:19: 'due' means something else in notices; name the field otherwise"},
      {"type: time}", "type: tyme}", "p.yml:15: unknown type 'tyme'; did you mean 'time'?"},
  };
  expect_among(more);
}

TEST(Soundness, LetsNothingSecretIntoANotice) {
  constexpr Row rows[] = {
      {"template: told}\n        when", "template: tells_reason}\n        when",
       "p.yml:45: notice 'tells_reason' shows 'reason', which is secret"},
      {"template: told}\n        when", "template: tells_note}\n        when",
       "p.yml:45: notice 'tells_note' tells 'police' the field 'note', which it may not see"},
      {"template: told}\n        when", "template: tells_nothing}\n        when",
       "p.yml:45: notice 'tells_nothing' wants 'numbr', which no field gives; did you mean "
       "'number'?"},
  };
  expect_each(rows);
}

TEST(Soundness, FindsRegimesThatOverlap) {
  constexpr Row rows[] = {
      {"to: 2026-07-01", "to: 2026-07-02", "p.yml:9: regimes 'old' and 'new' overlap"},
      {"to: 2026-07-01", "to: 2014-10-31", "p.yml:8: regime 'old' ends before it begins"},
  };
  expect_each(rows);
  constexpr Row more[] = {
      {"from: 2014-10-31", "from: 2014-02-30", "p.yml:8: 'from' must be a day as 2026-07-01"}};
  expect_among(more);
}

TEST(Soundness, TellsAllProblemsAtOnceInTheOrderOfTheFile) {
  auto text = trial::spoiled("role: police", "role: polise");
  text.replace(text.find("most_repeats: 3"), 15, "most_repeats: 999");
  text.replace(text.find("    to: held"), 12, "    to: hold");
  const auto problems = problems_of(text);
  ASSERT_GE(problems.size(), 3U);
  EXPECT_EQ(problems.front().substr(0, 9), "p.yml:12:");
  EXPECT_EQ(problems.back().substr(0, 9), "p.yml:59:");
}

TEST(Soundness, RefusesWhatIsNoDefinitionAtAll) {
  EXPECT_THAT(problems_of(""), testing::ElementsAre("p.yml:1: a file holds exactly one procedure"));
  EXPECT_FALSE(problems_of("[1, 2]").empty());
  EXPECT_FALSE(problems_of("a: {").empty());
  EXPECT_FALSE(problems_of("procedure: leave\nprocedure: leave").empty());
}

}  // namespace
}  // namespace haidang::procedure
