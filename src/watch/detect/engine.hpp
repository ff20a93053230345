// A rule set made fast: every test once, every field's tests in one matcher, every rule a
// small program, and for each rule the tests without which it cannot match ("anchors").
//
//   RuleSet + Mappings --build--> Engine (immutable, shared) --Matcher, one a thread--> matches
//
// Reloading builds a new Engine aside and swaps the shared pointer; matchers that run keep theirs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "watch/detect/field_matcher.hpp"
#include "watch/detect/mapping.hpp"
#include "watch/detect/rule_set.hpp"

namespace haidang::detect {

using RuleIndex = std::uint32_t;
using FieldId = std::uint32_t;

// Yes, no, or only a look at the event itself can tell (late tests).
enum class Truth : std::uint8_t { no, yes, maybe };

// All rules of one logsource, and what they ask for together.
struct RuleGroup {
  Logsource logsource{};
  std::vector<RuleIndex> rules{};
  std::vector<RuleIndex> unanchored{};  // those that no test can point to: always looked at
  std::vector<FieldId> fields{};        // ascending
  // Its tests on any value have a field of their own; a literal of each, "" for one without.
  std::optional<FieldId> keyword_field{};
  std::vector<std::string> keywords{};
};

class Engine {
 public:
  static std::shared_ptr<const Engine> build(std::shared_ptr<const RuleSet> rules,
                                             std::shared_ptr<const Mappings> mappings);

  [[nodiscard]] const RuleSet& rules() const { return *rules_; }
  [[nodiscard]] const std::shared_ptr<const RuleSet>& shared_rules() const { return rules_; }
  [[nodiscard]] const Mappings& mappings() const { return *mappings_; }
  [[nodiscard]] std::size_t tests() const { return tests_; }
  [[nodiscard]] std::size_t fields() const { return matchers_.size(); }

  // --- for Matcher ---
  [[nodiscard]] const std::shared_ptr<RegexCache>& regexes() const { return regexes_; }
  [[nodiscard]] const FieldMatcher& matcher(FieldId field) const { return matchers_[field]; }
  [[nodiscard]] const FieldId* field(std::string_view name) const;
  [[nodiscard]] const std::vector<RuleGroup>& groups() const { return groups_; }
  // Rules that may match only if this test, or another that points to them, holds.
  [[nodiscard]] std::span<const RuleIndex> anchored(TestId test) const;
  // `truth[test]` tells whether the test holds; a late test is `maybe`, unless its truth is there
  // too (`late_known`).
  [[nodiscard]] Truth evaluate(RuleIndex rule, const std::vector<bool>& truth,
                               bool late_known = false) const;
  // The late tests of a rule, and which of its own tests each is.
  struct Late {
    TestId id;
    std::uint32_t own;
  };
  [[nodiscard]] std::span<const Late> late_of(RuleIndex rule) const { return rule_late_.row(rule); }

 private:
  Engine() = default;
  friend class EngineBuilder;

  // An Expr laid flat, parents before children; `next` is the place behind the whole subtree.
  struct Step {
    Expr::Kind kind;
    std::uint32_t test;
    std::uint32_t next;
  };
  [[nodiscard]] Truth settle(std::uint32_t step, const std::vector<bool>& truth,
                             bool late_known) const;

  template <class T>
  struct Ragged {  // rows of different lengths in one piece
    std::vector<std::uint32_t> starts{0};
    std::vector<T> items{};
    void push_row(const std::vector<T>& row) {
      items.insert(items.end(), row.begin(), row.end());
      starts.push_back(static_cast<std::uint32_t>(items.size()));
    }
    [[nodiscard]] std::span<const T> row(std::size_t i) const {
      return {items.data() + starts[i], items.data() + starts[i + 1]};
    }
  };

  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const Mappings> mappings_;
  std::shared_ptr<RegexCache> regexes_ = std::make_shared<RegexCache>();  // of late tests
  std::vector<FieldMatcher> matchers_;
  std::unordered_map<std::string, FieldId, TextHash, std::equal_to<>> field_ids_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> first_step_;  // by rule
  std::vector<bool> late_;                 // by test
  Ragged<RuleIndex> anchored_;
  Ragged<Late> rule_late_;
  std::vector<RuleGroup> groups_;
  std::size_t tests_ = 0;
};

}  // namespace haidang::detect
