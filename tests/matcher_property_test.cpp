// The fast path gives the answer of the plain one, whatever it remembers: on random events, read
// as they would be, every Matcher agrees with the Evaluator on every rule.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "random_rules.hpp"
#include "watch/detect/engine.hpp"
#include "watch/detect/evaluator.hpp"
#include "watch/detect/matcher.hpp"
#include "watch/ingest/json_lines.hpp"

namespace haidang {
namespace {

using namespace detect;

constexpr int rounds = 12;
constexpr int rules_a_round = 30;
constexpr int events_a_round = 2200;  // Matcher looks at its memory every 1024
constexpr std::size_t most_shown = 3;

constexpr std::string_view mapping = R"(
datasets:
  d: {has: [[kind]], names: {a: aa}}
logsources:
  - {product: p}
  - {category: one, when: {kind: one}, fields: {b: bb}}
  - {category: two, when: {kind: 'tw*'}}
)";

std::shared_ptr<const Mappings> mappings() {
  return std::make_shared<const Mappings>(
      Mappings::parse({{"m.yml", std::string(mapping)}}).value());
}

std::shared_ptr<const RuleSet> rules_of(Dice& dice, const Flavour& flavour) {
  std::string text;
  for (int i = 0; i < rules_a_round; ++i)
    text += random_rule(dice, "r" + std::to_string(i), flavour) + "---\n";
  auto set = read_rules(text, "r.yml", {});
  for (const auto& refused : set.refused) ADD_FAILURE() << refused.message() << '\n' << text;
  return std::make_shared<const RuleSet>(std::move(set));
}

// What `mapping` says of one event, said again in plain code.
class Meaning {
 public:
  Meaning(const event::Event& event, const event::Names& names) : event_(event), names_(names) {
    for (const auto& field : event.fields) {
      if (names.name(field.path) != "kind") continue;
      std::string scratch;
      text::casefold(event::plain(field, scratch), kind_);
      known_ = true;
      break;
    }
  }

  [[nodiscard]] bool concerns(const Rule& rule) const {
    if (!known_ || rule.logsource.product == "p") return true;  // unknown records: every rule
    return rule.logsource.category == (kind_ == "one"            ? "one"
                                       : kind_.starts_with("tw") ? "two"
                                                                 : "-");
  }

  void values(std::string_view sigma, Values& out) const {
    for (const auto& field : event_.fields) {
      const auto name = names_.name(field.path);
      const bool called = name == sigma || (known_ && sigma == "a" && name == "aa") ||
                          (known_ && kind_ == "one" && sigma == "b" && name == "bb");
      if (sigma.empty() || called) out.push_back(field);
    }
  }

 private:
  const event::Event& event_;
  const event::Names& names_;
  std::string kind_;
  bool known_ = false;
};

class Comparison final : public ingest::Sink {
 public:
  Comparison(std::shared_ptr<const Engine> engine, event::Names& names)
      : engine_(std::move(engine)),
        names_(names),
        warm_(engine_),
        forgetful_(engine_, {.most_bytes = 0}) {}

  void event(const event::Event& event) override {
    const auto wanted = plainly(event);
    hits_ += wanted.size();
    ++events_;
    Matcher cold(engine_);
    expect("warm", warm_, event, wanted);
    expect("forgetful", forgetful_, event, wanted);
    expect("cold", cold, event, wanted);
  }
  void unreadable(std::uint64_t line, std::string_view why) override {
    ADD_FAILURE() << line << ": " << why;
  }

  [[nodiscard]] std::size_t events() const { return events_; }
  [[nodiscard]] std::size_t hits() const { return hits_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgetful_.stats().forgotten; }
  [[nodiscard]] std::uint64_t late() const { return warm_.stats().late; }

 private:
  std::vector<RuleIndex> plainly(const event::Event& event) {
    const Meaning meaning(event, names_);
    const ValuesOf values = [&](std::string_view sigma, Values& out) {
      meaning.values(sigma, out);
    };
    std::vector<RuleIndex> found;
    const auto& rules = engine_->rules().rules;
    for (RuleIndex i = 0; i < rules.size(); ++i)
      if (meaning.concerns(rules[i]) && evaluator_.matches(rules[i], values)) found.push_back(i);
    return found;
  }

  void expect(const char* which, Matcher& matcher, const event::Event& event,
              const std::vector<RuleIndex>& wanted) {
    const auto& found = matcher.match(event, names_);
    if (found == wanted || ++differences_ > most_shown) return;
    std::vector<RuleIndex> either;
    std::ranges::set_symmetric_difference(found, wanted, std::back_inserter(either));
    std::string rules;
    for (const RuleIndex i : either) rules += " " + engine_->rules().rules[i].header.place();
    ADD_FAILURE() << which << " matcher differs on rules" << rules << '\n' << event.raw;
  }

  std::shared_ptr<const Engine> engine_;
  event::Names& names_;
  Evaluator evaluator_;
  Matcher warm_;
  Matcher forgetful_;
  std::size_t events_ = 0;
  std::size_t hits_ = 0;
  std::size_t differences_ = 0;
};

class MatcherProperty : public testing::TestWithParam<int> {};

TEST_P(MatcherProperty, EveryMatcherAgreesWithTheEvaluator) {
  Dice dice(static_cast<std::uint64_t>(GetParam()));
  const Flavour flavour{.short_keywords = GetParam() % 2 == 0};
  const auto engine = Engine::build(rules_of(dice, flavour), mappings());
  std::string lines;
  for (int i = 0; i < events_a_round; ++i) lines += random_event(dice) + "\n";
  const std::size_t size = lines.size();
  lines.append(ingest::Chunk::padding, '\0');

  event::Names names;
  Comparison comparison(engine, names);
  ingest::make_json_lines()->read({std::string_view(lines).substr(0, size), 1}, names, comparison);

  EXPECT_EQ(comparison.events(), static_cast<std::size_t>(events_a_round));
  EXPECT_GT(comparison.hits(), comparison.events()) << "too few hits to mean anything";
  EXPECT_GT(comparison.forgotten(), 0U);
  EXPECT_GT(comparison.late(), 0U);
  RecordProperty("hits", static_cast<int>(comparison.hits()));
  if (HasFailure()) std::fputs("the rules: HAIDANG_SHOW_RULES=1\n", stderr);
  if (std::getenv("HAIDANG_SHOW_RULES") != nullptr) {
    Dice again(static_cast<std::uint64_t>(GetParam()));
    for (int i = 0; i < rules_a_round; ++i)
      std::fputs((random_rule(again, "r" + std::to_string(i), flavour) + "---\n").c_str(), stderr);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MatcherProperty, testing::Range(0, rounds));

}  // namespace
}  // namespace haidang
