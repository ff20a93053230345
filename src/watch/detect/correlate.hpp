// The stateful half of detection: matches in, correlations out.
//
//   match --Occurrence--> windows by group --> Correlated (fed back to correlations that refer to
//   it)
//
// Time is event time: occurrences may come late or out of order, up to
// `Limits::lateness` behind the newest one; later ones are counted, not used. One that lies in
// the future would make all others late: hand on no time that is ahead of your clock.
// Each occurrence ends a window (t - timespan, t] of its group. A correlation is reported at
// once, where its condition becomes true: again only after it has been false at an occurrence of
// the group in between, or when a full timespan has passed since the last report while it stays
// true. An occurrence that comes late is put in its place and all that follows it is judged
// anew; a crossing that was reported already is not reported again, nothing is taken back.
// What never comes cannot be noticed: a count of zero never holds.
// Memory is bounded by `Limits` (groups and remembered occurrences): past that
// the group seen longest ago gives way, and that is counted too.
// A correlation that others refer to is not told itself, unless one of them says `generate`.
// One thread owns a Correlator.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "watch/detect/rule_set.hpp"

namespace haidang::detect {

// Where an event stands: which input, which line of it.
struct Origin {
  std::uint32_t file = 0;
  std::uint64_t line = 0;
  auto operator<=>(const Origin&) const = default;
};

// A rule matched an event. `values`: the fields that Correlator::fields_of(rule) asks for,
// as far as the event has them (several values of a field: the first counts).
struct Occurrence {
  std::uint32_t rule = 0;  // index in RuleSet::rules
  Time time{};
  Origin origin{};
  std::vector<std::pair<std::string, std::string>> values{};
};

struct Correlated {
  std::uint32_t correlation = 0;                             // index in RuleSet::correlations
  Time time{};                                               // of the occurrence that completed it
  Origin origin{};                                           // likewise
  std::vector<std::pair<std::string, std::string>> group{};  // group-by field and its value
  double value = 0;                // the count, sum … that met the condition
  std::vector<Origin> evidence{};  // occurrences in the window, oldest first;
                                   // of more than 100 the first and last 50
};

class Correlator {
 public:
  struct Limits {
    std::size_t most_groups = 200'000;
    std::size_t most_occurrences = 5'000'000;  // 64 to 128 bytes each, and their texts
    std::size_t most_in_group = 500'000;       // so that one flood does not push out all others
    std::chrono::nanoseconds lateness = std::chrono::minutes(10);
  };
  struct Stats {
    std::uint64_t seen = 0;
    std::uint64_t without_group = 0;  // lacked a group-by field
    std::uint64_t without_value = 0;  // lacked the counted field, or it was no number
    std::uint64_t late = 0;
    std::uint64_t forgotten = 0;  // left their window early, because of the limits
    std::size_t groups = 0;
    std::size_t occurrences = 0;
  };

  explicit Correlator(std::shared_ptr<const RuleSet> rules, Limits limits);
  explicit Correlator(std::shared_ptr<const RuleSet> rules)
      : Correlator(std::move(rules), Limits{}) {}
  Correlator(const Correlator&) = delete;
  Correlator& operator=(const Correlator&) = delete;
  ~Correlator();

  // The fields whose values an Occurrence of this rule must carry; empty if no correlation
  // refers to the rule (then it need not be shown here at all).
  [[nodiscard]] const std::vector<std::string>& fields_of(std::uint32_t rule) const;
  [[nodiscard]] bool wants(std::uint32_t rule) const;

  void see(const Occurrence& occurrence, std::vector<Correlated>& out);
  [[nodiscard]] const Stats& stats() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace haidang::detect
