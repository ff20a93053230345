// All tests of all rules on one field, asked of a value at once.
//
//   value --casefold--> LiteralSet --candidates--> pattern, regex --> ids of the tests that hold
//
// Tests that need more than the value at hand (another field, the calendar) or
// for which no literal can be found to look for first are "late": they are not
// answered here but, for the few events on which it matters, by Evaluator.
// Built once, then safe from any number of threads with a Scratch each.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "watch/detect/cidr.hpp"
#include "watch/detect/literal_set.hpp"
#include "watch/detect/regex.hpp"
#include "watch/detect/rule.hpp"
#include "watch/event/event.hpp"

namespace re2 {
class FilteredRE2;
}

namespace haidang::detect {

using TestId = std::uint32_t;

class FieldMatcher {
 public:
  struct Scratch {
    std::string plain{};
    std::string folded{};
    std::vector<int> atoms{};
    std::vector<int> regexes{};
  };

  FieldMatcher();
  FieldMatcher(FieldMatcher&&) noexcept;
  FieldMatcher& operator=(FieldMatcher&&) noexcept;
  ~FieldMatcher();

  void add(const Test& test, TestId id);
  void build();

  [[nodiscard]] const std::vector<TestId>& late() const { return late_; }
  // Tests that hold where the field is absent (sorted).
  [[nodiscard]] const std::vector<TestId>& on_absence() const { return on_null_; }
  // Tests that hold for this value, sorted, without repetition; `out` is replaced.
  void find(const event::Field& value, Scratch& scratch, std::vector<TestId>& out) const;

 private:
  struct General {  // wildcards inside: looked at only where its longest literal stands
    Pattern pattern{};
    TestId id = 0;
    bool cased = false;
  };
  struct Range {
    Cidr cidr{};
    TestId id = 0;
  };
  struct Number {
    Compare compare = Compare::eq;
    double value = 0;
    TestId id = 0;
  };

  void add_pattern(const Test& test, TestId id);
  void add_regex(const Test& test, TestId id);
  void build_regexes();
  void find_text(std::string_view plain, Scratch& scratch, std::vector<TestId>& out) const;
  void find_regexes(std::string_view plain, Scratch& scratch, std::vector<TestId>& out) const;
  void find_ranges(std::string_view plain, std::vector<TestId>& out) const;
  void find_numbers(std::string_view plain, std::vector<TestId>& out) const;

  // What a literal's id means: a test, a general pattern to look at, or a regex atom.
  enum class Role : std::uint32_t { test, general, atom };
  static std::uint32_t coded(Role role, std::uint32_t index) {
    return static_cast<std::uint32_t>(role) << 30 | index;
  }
  void hit(std::uint32_t code, std::string_view text, Scratch& scratch,
           std::vector<TestId>& out) const;

  LiteralSet folded_;
  LiteralSet cased_;
  std::vector<General> general_;
  std::vector<General> general_without_literal_;
  std::vector<TestId> any_;     // hold for every value but null
  std::vector<TestId> exists_;  // hold for every value
  std::vector<TestId> on_null_;
  std::vector<TestId> late_;
  std::vector<Range> ranges_;
  std::vector<Number> numbers_;
  struct Regexes;
  std::unique_ptr<Regexes> regexes_;
};

// Does `number` stand to `than` as `compare` says?
bool holds(Compare compare, double number, double than);

}  // namespace haidang::detect
