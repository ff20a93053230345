#include "watch/detect/engine.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <optional>
#include <thread>

#include <fmt/format.h>

namespace haidang::detect {
namespace {

// How often a test can be expected to hold: only to choose between anchors, so only its
// order matters. A long literal is rare, a short one common, a number one of many.
double expected_share(const Test& test) {
  switch (test.op) {
    case Test::Op::pattern: {
      if (test.pattern.shape() == Shape::any) return 1;
      const double whole = test.pattern.shape() == Shape::equals ? 0.05 : 0.5;
      return whole * std::exp2(-static_cast<double>(
                                   std::min<std::size_t>(test.pattern.literal().size(), 40)) /
                               4);
    }
    case Test::Op::regex: return 0.01;
    case Test::Op::cidr: return 0.1;
    case Test::Op::number: return 0.3;
    case Test::Op::null: return 0.6;
    case Test::Op::exists: return 0.9;
    case Test::Op::fieldref: return 1;
  }
  return 1;
}

// Fields that nearly all events of a logsource share say little.
double commonness(std::string_view field) {
  return field == "EventID" || field == "Channel" || field == "Provider_Name" ? 20 : 1;
}

void sort_unique(std::vector<FieldId>& fields) {
  std::ranges::sort(fields);
  fields.erase(std::ranges::unique(fields).begin(), fields.end());
}

}  // namespace

class EngineBuilder {
 public:
  EngineBuilder(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Mappings> mappings)
      : engine_(new Engine) {
    engine_->rules_ = std::move(rules);
    engine_->mappings_ = std::move(mappings);
  }

  std::shared_ptr<const Engine> run() {
    reserve();
    for (const auto& rule : engine_->rules_->rules) add_rule(rule);
    build_fields();
    engine_->tests_ = tests_.size();
    engine_->late_.assign(tests_.size(), false);
    for (const auto& matcher : engine_->matchers_)
      for (const TestId id : matcher.late()) engine_->late_[id] = true;
    find_late();
    choose_anchors();
    make_groups();
    return std::move(engine_);
  }

 private:
  void reserve() {
    std::size_t tests = 0;
    for (const auto& rule : engine_->rules_->rules) tests += rule.tests.size();
    test_ids_.reserve(tests);
    tests_.reserve(tests);
  }

  // Each field for itself, on all cores.
  void build_fields() {
    engine_->matchers_.resize(field_tests_.size());
    shares_.resize(tests_.size());
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
      threads.emplace_back([&] {
        for (std::size_t at = next++; at < field_tests_.size(); at = next++) build_field(at);
      });
  }

  void build_field(std::size_t field) {
    FieldMatcher& matcher = engine_->matchers_[field];
    for (const TestId id : field_tests_[field]) {
      const Test& test = *tests_[id];
      matcher.add(test, id);
      shares_[id] = expected_share(test) * commonness(test.field);
    }
    matcher.build();
  }

  FieldId field_id(const std::string& name) {
    const auto [at, fresh] =
        engine_->field_ids_.try_emplace(name, static_cast<FieldId>(field_tests_.size()));
    if (fresh) field_tests_.emplace_back();
    return at->second;
  }

  // Keywords are asked of every value: each logsource its own, so that none pays for another's.
  FieldId field_of(const Rule& rule, const Test& test) {
    if (!test.field.empty()) return field_id(test.field);
    const auto& [product, category, service] = rule.logsource;
    return field_id(fmt::format("\x1f{}\x1f{}\x1f{}", product, category, service));
  }

  TestId test_id(const Test& test, FieldId field) {
    std::string key = test.key();
    key.append(reinterpret_cast<const char*>(&field), sizeof field);
    const auto [at, fresh] =
        test_ids_.try_emplace(std::move(key), static_cast<TestId>(tests_.size()));
    if (fresh) {
      field_tests_[field].push_back(at->second);
      tests_.push_back(&test);
    }
    return at->second;
  }

  void add_rule(const Rule& rule) {
    std::vector<TestId> ids;
    std::vector<FieldId> fields;
    for (const auto& test : rule.tests) {
      const FieldId field = field_of(rule, test);
      ids.push_back(test_id(test, field));
      fields.push_back(field);
      if (test.op == Test::Op::fieldref) fields.push_back(field_id(test.text));
    }
    sort_unique(fields);
    rule_fields_.push_back(std::move(fields));
    engine_->first_step_.push_back(static_cast<std::uint32_t>(engine_->steps_.size()));
    lay_flat(rule.expr, ids);
    rule_tests_.push_back(std::move(ids));
  }

  void lay_flat(const Expr& expr, const std::vector<TestId>& ids) {
    const std::size_t own = engine_->steps_.size();
    const TestId test = expr.kind == Expr::Kind::test ? ids[expr.test] : 0;
    engine_->steps_.push_back({expr.kind, test, 0});
    for (const auto& item : expr.items) lay_flat(item, ids);
    engine_->steps_[own].next = static_cast<std::uint32_t>(engine_->steps_.size());
  }

  // Tests one of which must hold if the expression does; their summed share. None if the
  // expression can hold without any, or if one of them is late.
  struct Anchor {
    double share = 0;
    std::vector<TestId> tests{};
  };
  [[nodiscard]] std::optional<Anchor> anchor(const Expr& expr,
                                             const std::vector<TestId>& ids) const {
    switch (expr.kind) {
      case Expr::Kind::none: return {};
      case Expr::Kind::test: {
        const TestId id = ids[expr.test];
        if (engine_->late_[id]) return {};
        return Anchor{shares_[id], {id}};
      }
      case Expr::Kind::any: return anchor_of_any(expr, ids);
      case Expr::Kind::all: break;
    }
    std::optional<Anchor> best;
    for (const auto& item : expr.items) {
      auto own = anchor(item, ids);
      if (own && (!best || own->share < best->share)) best = std::move(own);
    }
    return best;
  }

  [[nodiscard]] std::optional<Anchor> anchor_of_any(const Expr& expr,
                                                    const std::vector<TestId>& ids) const {
    Anchor all;
    for (const auto& item : expr.items) {
      const auto own = anchor(item, ids);
      if (!own) return {};
      all.share += own->share;
      all.tests.insert(all.tests.end(), own->tests.begin(), own->tests.end());
    }
    return all;
  }

  void find_late() {
    for (const auto& ids : rule_tests_) {
      std::vector<Engine::Late> row;
      for (std::uint32_t own = 0; own < ids.size(); ++own)
        if (engine_->late_[ids[own]]) row.push_back({ids[own], own});
      engine_->rule_late_.push_row(row);
    }
  }

  void choose_anchors() {
    std::vector<std::vector<RuleIndex>> anchored(tests_.size());
    const auto& rules = engine_->rules_->rules;
    unanchored_.assign(rules.size(), false);
    for (RuleIndex i = 0; i < rules.size(); ++i) {
      const auto found = anchor(rules[i].expr, rule_tests_[i]);
      unanchored_[i] = !found;
      if (!found) continue;
      for (const TestId id : found->tests)
        if (anchored[id].empty() || anchored[id].back() != i) anchored[id].push_back(i);
    }
    for (const auto& row : anchored) engine_->anchored_.push_row(row);
  }

  void make_groups() {
    const auto& rules = engine_->rules_->rules;
    std::map<Logsource, RuleGroup> groups;
    for (RuleIndex i = 0; i < rules.size(); ++i) {
      RuleGroup& group = groups[rules[i].logsource];
      group.rules.push_back(i);
      if (unanchored_[i]) group.unanchored.push_back(i);
      group.fields.insert(group.fields.end(), rule_fields_[i].begin(), rule_fields_[i].end());
      for (const auto& test : rules[i].tests)
        if (test.field.empty()) {
          group.keyword_field = field_of(rules[i], test);
          group.keywords.push_back(keyword_literal(test));
        }
    }
    for (auto& [logsource, group] : groups) {
      group.logsource = logsource;
      sort_unique(group.fields);
      engine_->groups_.push_back(std::move(group));
    }
  }

  static std::string keyword_literal(const Test& test) {
    if (test.op != Test::Op::pattern) return {};
    return std::string(test.pattern.folded().literal());
  }

  std::shared_ptr<Engine> engine_;
  std::unordered_map<std::string, TestId, TextHash, std::equal_to<>> test_ids_;
  std::vector<const Test*> tests_;
  std::vector<double> shares_;                      // by test: how often it is expected to hold
  std::vector<std::vector<TestId>> field_tests_{};  // by field
  std::vector<std::vector<TestId>> rule_tests_;
  std::vector<std::vector<FieldId>> rule_fields_;
  std::vector<bool> unanchored_;
};

std::shared_ptr<const Engine> Engine::build(std::shared_ptr<const RuleSet> rules,
                                            std::shared_ptr<const Mappings> mappings) {
  return EngineBuilder(std::move(rules), std::move(mappings)).run();
}

const FieldId* Engine::field(std::string_view name) const {
  const auto found = field_ids_.find(name);
  return found == field_ids_.end() ? nullptr : &found->second;
}

std::span<const RuleIndex> Engine::anchored(TestId test) const { return anchored_.row(test); }

Truth Engine::evaluate(RuleIndex rule, const std::vector<bool>& truth, bool late_known) const {
  return settle(first_step_[rule], truth, late_known);
}

Truth Engine::settle(std::uint32_t step, const std::vector<bool>& truth, bool late_known) const {
  const Step& own = steps_[step];
  if (own.kind == Expr::Kind::test) {
    if (late_[own.test] && !late_known) return Truth::maybe;
    return truth[own.test] ? Truth::yes : Truth::no;
  }
  // `all` ends at a no, `any` and `none` at a yes; a maybe leaves it open.
  const Truth decisive = own.kind == Expr::Kind::all ? Truth::no : Truth::yes;
  Truth outcome = own.kind == Expr::Kind::all ? Truth::yes : Truth::no;
  for (std::uint32_t child = step + 1; child < own.next; child = steps_[child].next) {
    const Truth answer = settle(child, truth, late_known);
    if (answer == Truth::maybe) outcome = Truth::maybe;
    if (answer != decisive) continue;
    outcome = decisive;
    break;
  }
  if (own.kind != Expr::Kind::none || outcome == Truth::maybe) return outcome;
  return outcome == Truth::yes ? Truth::no : Truth::yes;
}

}  // namespace haidang::detect
