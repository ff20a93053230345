// A rule on one event, test by test, straight from the definition: slow and plain.
//
// It settles what the fast path must leave open ("late" tests), explains a
// match, and is what the fast path is tested against.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
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

// Not for several threads: it keeps compiled expressions.
class Evaluator {
 public:
  // Parts of dates (|hour …) are read on a clock at this offset.
  explicit Evaluator(Offset clock = vietnam) : clock_(clock) {}

  bool matches(const Rule& rule, const ValuesOf& values);
  // The tests that hold and speak for the match (none under a `not`).
  std::vector<Reason> explain(const Rule& rule, const ValuesOf& values);
  bool matches(const Test& test, const ValuesOf& values);

 private:
  bool matches(const Rule& rule, const Expr& expr, const ValuesOf& values);
  void explain(const Rule& rule, const Expr& expr, const ValuesOf& values,
               std::vector<Reason>& out);
  bool value_matches(const Test& test, std::string_view plain, const ValuesOf& values);
  bool regex_matches(const Test& test, std::string_view plain);
  bool number_matches(const Test& test, std::string_view plain) const;
  bool fieldref_matches(const Test& test, std::string_view plain, const ValuesOf& values);

  Offset clock_;
  std::unordered_map<std::string, std::unique_ptr<re2::RE2>, TextHash, std::equal_to<>> regexes_;
  std::string scratch_;
  std::string folded_;
};

}  // namespace haidang::detect
