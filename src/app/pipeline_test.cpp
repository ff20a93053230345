#include "app/pipeline.hpp"

#include <gtest/gtest.h>

#include "app/trial.hpp"

namespace haidang::app {
namespace {

// Writes file and line of each match.
class Lines final : public Recorder {
 public:
  void matched(const Matched& matched, Batch& batch) override {
    batch.text += std::to_string(matched.file) + ':' + std::to_string(matched.event.line) + '\n';
  }
};

std::shared_ptr<const detect::Engine> engine_of(std::string_view rules) {
  auto mappings = detect::Mappings::parse({});
  return detect::Engine::build(
      std::make_shared<const detect::RuleSet>(detect::read_rules(rules, "r.yml", {})),
      std::make_shared<const detect::Mappings>(std::move(*mappings)));
}

Rulebook rulebook_of(std::string_view rules, std::uint32_t number) {
  return {.number = number, .engine = engine_of(rules), .uses = {RuleUse{}}, .make_recorder = [] {
            return std::make_unique<Lines>();
          }};
}

Work work_on(std::vector<std::string> files, unsigned threads) {
  return {.rules = std::make_shared<InForce>(rulebook_of(bad_word_rule, 0)),
          .files = std::move(files),
          .threads = threads};
}

struct Ran {
  std::string text;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::size_t errors = 0;
};

Ran ran(const Work& work) {
  Ran ran;
  std::atomic<bool> stop = false;
  run(work, stop, [&](Batch& batch) {
    ran.text += batch.text;
    ran.events += batch.events;
    ran.bytes += batch.bytes;
    ran.errors += batch.errors.size();
    return true;
  });
  return ran;
}

std::string events(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += i % 7 == 0 ? "{\"word\":\"bad\",\"n\":1}\n" : "{\"word\":\"good\",\"n\":2}\n";
  return text;
}

TEST(Pipeline, GivesTheSameOnAnyNumberOfThreads) {
  const Folder folder;
  std::vector<std::string> files;
  for (const int count : {100'000, 0, 1, 3'000, 60'000})
    files.push_back(folder.write(std::to_string(count) + ".json", events(count)));
  files.push_back(folder.path("missing"));
  files.push_back(folder.write("array.json", "[\n{\"word\":\"bad\"},\n{\"word\":\"bad\"}\n]"));
  const Ran one = ran(work_on(files, 1));
  EXPECT_EQ(one.events, 163'003U);
  EXPECT_EQ(one.errors, 1U);
  for (const unsigned threads : {2U, 5U}) {
    const Ran many = ran(work_on(files, threads));
    EXPECT_EQ(many.text, one.text);
    EXPECT_EQ(many.events, one.events);
    EXPECT_EQ(many.bytes, one.bytes);
    EXPECT_EQ(many.errors, one.errors);
  }
}

TEST(Pipeline, EndsSoonWhenNobodyTakesWhatItFinds) {
  const Folder folder;
  const std::string file = folder.write("a.json", events(200'000));
  for (const unsigned threads : {1U, 3U}) {
    std::atomic<bool> stop = false;
    int taken = 0;
    run(work_on({file, file, file}, threads), stop, [&](Batch&) { return ++taken < 3; });
    EXPECT_EQ(taken, 3);
  }
}

TEST(Pipeline, FollowsSeveralFilesAtOnceUntilStopped) {
  const Folder folder;
  Work work = work_on({folder.write("a", events(1)), folder.write("b", events(1))}, 1);
  work.follow = true;
  std::atomic<bool> stop = false;
  std::string text;
  run(work, stop, [&](Batch& batch) {
    text += batch.text;
    if (text.size() == 8) stop = true;
    return true;
  });
  EXPECT_NE(text.find("0:1\n"), std::string::npos);
  EXPECT_NE(text.find("1:1\n"), std::string::npos);
}

TEST(Pipeline, PutsNewRulesInForceBetweenTwoPieces) {
  constexpr std::string_view good_word_rule = R"(
title: A good word
logsource: {category: test}
detection:
  sel: {word: good}
  condition: sel
)";
  const Folder folder;
  const std::string file = folder.write("a", events(1));
  const auto rules = std::make_shared<InForce>(rulebook_of(bad_word_rule, 0));
  Work work = work_on({file}, 1);
  work.rules = rules;
  work.follow = true;
  std::atomic<bool> stop = false;
  std::vector<std::uint32_t> by_rulebook;
  run(work, stop, [&](Batch& batch) {
    by_rulebook.insert(by_rulebook.end(), batch.matches, batch.rulebook);
    if (by_rulebook.size() == 1 && rules->number() == 0) {
      rules->replace(rulebook_of(good_word_rule, 1));
      std::ofstream(file, std::ios::app) << "{\"word\":\"bad\"}\n{\"word\":\"good\"}\n";
    }
    if (by_rulebook.size() == 2) stop = true;
    return true;
  });
  EXPECT_EQ(by_rulebook, (std::vector<std::uint32_t>{0, 1}));
}

}  // namespace
}  // namespace haidang::app
