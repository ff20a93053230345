#include "app/detect_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/trial.hpp"

namespace haidang::app {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Town : testing::Test {
  Folder folder;
  std::string rules = folder.write("rules/bad.yml", bad_word_rule);
  std::string good = folder.write("good.json", "{\"word\":\"good\"}\n");
  std::string bad = folder.write("bad.json", "{\"word\":\"good\"}\n{\"word\":\"bad\"}\n");

  Caught detect(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"detect", "--rules", rules};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_caught(arguments);
  }
};

TEST_F(Town, ANdjsonLineSaysWhichRuleMetWhichEvent) {
  const auto said = detect({"--format", "ndjson", bad});
  EXPECT_EQ(said.code, ExitCode::done);
  EXPECT_EQ(said.output, "{\"line\":2,\"file\":\"" + bad +
                             R"(","rule":{"id":"11111111-1111-1111-1111-111111111111",)"
                             R"("title":"A bad word","level":"high",)"
                             R"("tags":["attack.credential-access","attack.t1110"]},)"
                             R"("event":{"word":"bad"}})"
                             "\n");
}

TEST_F(Town, ExplainAndNoEventAreHeeded) {
  const auto said = detect({"--format", "ndjson", "--explain", "--no-event", bad});
  EXPECT_THAT(said.output,
              HasSubstr(R"("reasons":[{"test":"word: 'bad'","field":"word","value":"bad"}])"));
  EXPECT_THAT(said.output, Not(HasSubstr("\"event\"")));
}

TEST_F(Town, TheExitCodeTellsWhetherAllWasRead) {
  struct Row {
    std::vector<std::string> paths;
    ExitCode code;
    std::string_view messages;
  };
  const Row rows[] = {
      {{good}, ExitCode::done, ""},
      {{bad}, ExitCode::done, ""},
      {{folder.path("missing"), bad}, ExitCode::unread, "missing: there is no such file"},
      {{folder.write("a.png", "\x89PNG\r\n\x1a\n"), bad}, ExitCode::unread, "a picture (PNG)"},
      {{folder.write("b.json", "{\"a\":1}\n{]\n"), bad}, ExitCode::done, "b.json:2: unreadable: "},
  };
  for (const auto& row : rows) {
    const auto said = detect(row.paths);
    EXPECT_EQ(said.code, row.code) << said.messages;
    EXPECT_THAT(said.messages, HasSubstr(row.messages));
    if (row.paths.back() == bad) {
      EXPECT_THAT(said.output, HasSubstr("A bad word"));
    }
  }
}

TEST_F(Town, UnreadableRecordsAreNamedWithoutAFlood) {
  std::string text = "{\"word\":\"bad\"}\n";
  for (int i = 0; i < 100; ++i) text += "{]\n";
  const auto said = detect({"--format", "ndjson", folder.write("junk.json", text)});
  EXPECT_EQ(said.code, ExitCode::done);
  EXPECT_EQ(lines_of(said.messages).size(), 21U);
  EXPECT_THAT(said.messages, HasSubstr("80 more records are unreadable, 100 in all"));
}

TEST_F(Town, StatsAreTheLastLineOfMessages) {
  const auto said = detect({"--stats", "--format", "ndjson", bad});
  const std::string last = lines_of(said.messages).back();
  for (const auto* figure :
       {R"("events":2)", R"("matches":1)", R"("rules":1)", R"("bytes":31)", R"("load_s":)",
        R"("match_s":)", R"("events_per_s":)", R"("unreadable":0)", R"("refused":0)"})
    EXPECT_THAT(last, HasSubstr(figure));
}

TEST_F(Town, RefusedRulesAreSaidAndTheRestWorks) {
  folder.write("rules/odd.yml",
               "title: odd\nlogsource: {category: test}\n"
               "detection: {sel: {word|shouts: x}, condition: sel}\n");
  const auto said = run_caught({"detect", "--rules", folder.path("rules"), bad});
  EXPECT_EQ(said.code, ExitCode::done);
  EXPECT_THAT(said.messages, HasSubstr("1 rules refused; see: haidang rules check"));
  EXPECT_THAT(said.output, HasSubstr("A bad word"));
}

TEST_F(Town, NoRulesAtAllIsAnError) {
  folder.write("none/readme.txt", "");
  EXPECT_EQ(run_caught({"detect", "--rules", folder.path("none"), bad}).code, ExitCode::unread);
  EXPECT_EQ(run_caught({"detect", "--rules", folder.path("nowhere"), bad}).code, ExitCode::unread);
}

TEST_F(Town, CorrelationsComeAfterTheMatchesAndJoinFiles) {
  const std::string own = folder.write("correlation.yml", three_bad_words_rule);
  const auto at = [](int second) {
    return R"({"word":"bad","who":"an","@timestamp":"2026-01-01T00:00:0)" + std::to_string(second) +
           "Z\"}\n";
  };
  const std::string newer = folder.write("1.json", at(9));
  const std::string older = folder.write("2.json", at(3) + at(1));
  const auto said =
      run_caught({"detect", "--rules", own, "--format", "ndjson", "--stats", newer, older});
  EXPECT_EQ(lines_of(said.output).size(), 1U);
  EXPECT_THAT(said.output, HasSubstr("{\"line\":1,\"file\":\"" + newer));
  EXPECT_THAT(said.output,
              HasSubstr(R"("correlation":{"type":"event_count","group":{"who":"an"})"));
  EXPECT_THAT(said.messages, HasSubstr(R"("matches":1)"));
}

TEST_F(Town, MatchesWithoutTimeAreCountedForCorrelations) {
  const std::string own = folder.write("correlation.yml", three_bad_words_rule);
  const auto said = run_caught({"detect", "--rules", own, bad});
  EXPECT_THAT(said.messages, HasSubstr("1 matches have no time"));
}

TEST_F(Town, AFullDiskEndsItWithItsOwnCode) {
  const auto said =
      run_caught({"detect", "--rules", rules, "--format", "ndjson", bad}, "/dev/full");
  EXPECT_EQ(said.code, ExitCode::output_failed);
  EXPECT_THAT(said.messages, HasSubstr("No space left"));
}

TEST(RulesCheck, NamesWhatIsRefusedAndWhy) {
  const Folder folder;
  folder.write("r/good.yml", bad_word_rule);
  folder.write("r/twin.yml", bad_word_rule);
  EXPECT_EQ(run_caught({"rules", "check", folder.path("r")}).code, ExitCode::done);
  folder.write("r/odd.yml",
               "title: odd\nlogsource: {category: test}\n"
               "detection:\n  sel: {word|shouts: x}\n  condition: sel\n");
  folder.write("r/spare.yml",
               "title: spare\nlogsource: {category: test}\n"
               "filter: {rules: any, sel: {who: an}, condition: not sel}\n");
  const auto said = run_caught({"rules", "check", folder.path("r")});
  EXPECT_EQ(said.code, ExitCode::unread);
  EXPECT_THAT(said.output, HasSubstr("odd.yml:4: refused: "));
  EXPECT_THAT(said.output, HasSubstr("is that of"));
  EXPECT_THAT(said.output, HasSubstr("no mapping gives logsource category=test: 2 rules"));
  EXPECT_THAT(said.output,
              HasSubstr("2 rules, 0 correlations, 1 filters read from 4 files; 1 refused"));
  const auto lines =
      lines_of(run_caught({"rules", "check", "--format", "ndjson", folder.path("r")}).output);
  EXPECT_THAT(lines.front(), HasSubstr("{\"kind\":\"refused\",\"where\":\""));
  EXPECT_EQ(lines.back(),
            R"({"kind":"summary","rules":2,"correlations":0,"filters":1,"files":4,"refused":1})");
}

}  // namespace
}  // namespace haidang::app
