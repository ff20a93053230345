// A Sigma correlation rule as written (specification 2.1.0, "Sigma Correlation Rules").
//
// Refused with file:line: an unknown type or key, a time span or bound that
// cannot be read, bounds that can never hold, a missing field, a reference to no rule, a circle
// of references.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/yaml.hpp"
#include "watch/detect/rule.hpp"

namespace haidang::detect {

struct Correlation {
  enum class Type : std::uint8_t {
    event_count,
    value_count,
    temporal,
    temporal_ordered,
    value_sum,
    value_avg,
    value_min,
    value_max,
    value_percentile,
  };
  struct Bound {
    Compare compare = Compare::gte;
    double value = 0;
  };
  // What it counts: a detection rule (RuleSet::rules) or another correlation (::correlations).
  struct Reference {
    std::string text{};  // id or name, as written
    bool correlation = false;
    std::uint32_t index = 0;
  };

  Header header{};
  Type type = Type::event_count;
  std::vector<Reference> references{};
  std::vector<std::string> group_by{};
  // alias -> (rule name or id -> field of its events)
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> aliases{};
  std::chrono::nanoseconds timespan{};
  std::vector<Bound> bounds{};         // all must hold; empty for temporal: every rule was seen
  std::vector<std::string> fields{};   // whose values are counted, summed …; several: their tuple
  std::optional<double> percentile{};  // value_percentile: which one; absent: the share in per
                                       // cent of the value of the event at hand
  bool generate = false;               // report the referred rules' own matches too
};

std::string_view name_of(Correlation::Type type);

// Does the value meet the bound; all bounds?
bool meets(const Correlation::Bound& bound, double value);
bool meets(const std::vector<Correlation::Bound>& bounds, double value);

// References are not resolved yet.
Result<Correlation> parse_correlation(const yaml::Node& document, std::string_view file,
                                      std::size_t number);

}  // namespace haidang::detect
