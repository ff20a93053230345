// A rule on one event, test by test, straight from the definition: slow and plain.
//
// It settles what the fast path must leave open ("late" tests), explains a
// match, and is what the fast path is tested against.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "watch/detect/regex.hpp"
#include "watch/detect/rule.hpp"
#include "watch/event/event.hpp"

namespace haidang::detect {

// The values of a Sigma field in the event at hand; empty if it is absent.
using Values = std::vector<event::Field>;
using ValuesOf = std::function<void(std::string_view sigma_field, Values& out)>;

// Which value met which test.
struct Reason {
  std::string test{};  // CommandLine|contains: ' -enc '
  std::string field{};
  std::string value{};  // the value that met it; empty for an absent field
};

// Not for several threads at once.
class Evaluator {
 public:
  // Parts of dates (|hour …) are read on a clock at this offset; `reference` supplies the year
  // where a stamp has none.
  explicit Evaluator(Offset clock = vietnam, Time reference = now(),
                     std::shared_ptr<RegexCache> regexes = std::make_shared<RegexCache>())
      : clock_(clock), reference_(reference), regexes_(std::move(regexes)) {}

  bool matches(const Rule& rule, const ValuesOf& values);
  // The tests that hold and speak for the match (none under a `not`).
  std::vector<Reason> explain(const Rule& rule, const ValuesOf& values);
  bool matches(const Test& test, const ValuesOf& values);
  // A pattern, regex, range, number or fieldref, of one value.
  bool value_matches(const Test& test, std::string_view plain, const ValuesOf& values);

 private:
  bool matches(const Rule& rule, const Expr& expr, const ValuesOf& values);
  void explain(const Rule& rule, const Expr& expr, const ValuesOf& values,
               std::vector<Reason>& out);
  bool regex_matches(const Test& test, std::string_view plain);
  bool number_matches(const Test& test, std::string_view plain) const;
  bool fieldref_matches(const Test& test, std::string_view plain, const ValuesOf& values);

  Offset clock_;
  Time reference_;
  std::shared_ptr<RegexCache> regexes_;
};

}  // namespace haidang::detect
