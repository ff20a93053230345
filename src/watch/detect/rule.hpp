// A Sigma detection rule as written: what to look for, before any thought of speed.
//
//   yaml --parse--> Rule { logsource, tests[], expr } --RuleSet, Engine--> matches
//
// A rule that cannot be honoured in full (unknown modifier, bad regular
// expression, placeholder without values, old `| count()` aggregation) is
// refused with file:line: a detection that silently never fires is worse than none.
// Follows the Sigma specification 2.1.0.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/yaml.hpp"
#include "watch/detect/logsource.hpp"
#include "watch/detect/pattern.hpp"

namespace haidang::detect {

enum class Compare : std::uint8_t { eq, neq, gt, gte, lt, lte };
enum class Place : std::uint8_t { whole, start, end, inside };
enum class TimePart : std::uint8_t { none, minute, hour, day, week, month, year };

// One question about one field. An absent field answers no (but for `null` and `exists: false`).
struct Test {
  enum class Op : std::uint8_t {
    pattern,   // pattern, without regard to case unless `cased`
    regex,     // text: RE2, searched anywhere
    cidr,      // text: 10.0.0.0/8, 2001:db8::/32
    null,      // absent or null
    exists,    // present, even if null or empty
    number,    // compare, number; with `part` on that part of a date
    fieldref,  // text: another field, whose value must stand at `place`
  };

  std::string field{};  // empty: any value of the event (a keyword)
  Op op = Op::pattern;
  bool cased = false;
  Pattern pattern{};
  std::string text{};
  Compare compare = Compare::eq;
  double number = 0;
  TimePart part = TimePart::none;
  Place place = Place::whole;

  // Equal tests have equal keys, different ones different keys.
  [[nodiscard]] std::string key() const;
  // As a person would write it: CommandLine|contains: ' -enc '
  [[nodiscard]] std::string written() const;
};

// True or false over tests.
struct Expr {
  enum class Kind : std::uint8_t { all, any, none, test };
  Kind kind = Kind::all;  // `all` of nothing is true, `any` of nothing false
  std::uint32_t test = 0;
  std::vector<Expr> items{};
};

enum class Level : std::uint8_t { informational, low, medium, high, critical };
std::string_view name_of(Level level);
std::optional<Level> level_of(std::string_view name);

// What every document of a collection has.
struct Header {
  std::string id{};    // as given, else "file#document"
  std::string name{};  // by which correlations and filters may call it
  std::string title{};
  std::string title_vi{};  // custom attribute haidang.title_vi
  std::string description{};
  Level level = Level::medium;
  std::vector<std::string> tags{};
  std::string file{};
  std::uint32_t line = 1;

  [[nodiscard]] std::string place() const;
};

struct Rule {
  Header header{};
  Logsource logsource{};
  std::vector<Test> tests{};
  Expr expr{};
};

// Values for `|expand`: %name% stands for any of them.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;

Header parse_header(const yaml::Node& document, std::string_view file, std::size_t number);
Logsource parse_logsource(const yaml::Node& document);

// The `detection` (or a filter's) mapping: named selections and a condition, into `rule`.
Result<Expr> parse_detection(const yaml::Node& detection, std::string_view file,
                             const Placeholders& placeholders, std::vector<Test>& tests);
Result<Rule> parse_rule(const yaml::Node& document, std::string_view file, std::size_t number,
                        const Placeholders& placeholders);

}  // namespace haidang::detect
