// What a correlation measures in its sliding window, kept up to date step by step.
//
//   Moment in, Moment out --> Measure --> value --Terms--> holds or not
//
// A step costs O(log n) at most in the n moments of the window (temporal_ordered: O(k²) in
// its k rules). Every measure but that of temporal_ordered can also take back its newest
// moment, which is what makes room for one that comes late.
// A Moment is a plain value: a window can be written down and measured anew.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "watch/detect/correlate.hpp"

namespace haidang::detect {

using Values = std::vector<std::pair<std::string, std::string>>;

// How often a text stands among the moments kept, and among those inside the window.
struct Uses {
  std::uint32_t kept = 0;
  std::uint32_t inside = 0;
};
using Texts = std::unordered_map<std::string, Uses, TextHash, std::equal_to<>>;

// Where a moment stands among others: in event time, and at equal times in the order of lines.
struct Instant {
  Time time{};
  Origin origin{};
  std::uint32_t reference = 0;  // which of the correlation's rules

  // An event does not follow itself: of its matches the later reference stands first, so that
  // no chain in the order of references can be made of one event.
  [[nodiscard]] bool before(const Instant& other) const {
    return std::tie(time, origin, other.reference) < std::tie(other.time, other.origin, reference);
  }
};

// An occurrence as the window of one group remembers it.
struct Moment {
  Instant at{};
  bool holds = false;                       // the condition, here
  bool told = false;                        // it was reported
  double number = 0;                        // for measures of numbers
  Texts::value_type* text = nullptr;        // for measures of texts
  std::unique_ptr<const Values> carried{};  // what outer correlations want of it
};

// The condition of a correlation, without its names.
struct Terms {
  Correlation::Type type = Correlation::Type::event_count;
  std::chrono::nanoseconds timespan{};
  std::vector<Correlation::Bound> bounds{};
  std::optional<double> percentile{};
  std::uint32_t references = 1;

  [[nodiscard]] bool holds(double value) const;
  // Is `earlier` in (t - timespan, t]?
  [[nodiscard]] bool inside(Time earlier, Time t) const { return t - earlier < timespan; }
};
Terms terms_of(const Correlation& correlation);

// What a moment must carry to be measured.
enum class Wanted : std::uint8_t { nothing, number, text };
Wanted wanted(const Terms& terms);

class Measure {
 public:
  Measure() = default;
  Measure(const Measure&) = delete;
  Measure& operator=(const Measure&) = delete;
  virtual ~Measure() = default;

  virtual void add(const Moment& moment) = 0;
  virtual void remove(const Moment& moment) = 0;
  // Of the window that ends with `newest`, which has been added last.
  [[nodiscard]] virtual double value(const Moment& newest) const = 0;

  // Can the newest moment be removed again? If not, begin_anew() is asked for instead.
  [[nodiscard]] virtual bool retracts() const { return true; }
  // Has so much rounding gathered that it is time to begin anew?
  [[nodiscard]] virtual bool worn() const { return false; }
  // Only asked of measures that are worn or do not retract.
  virtual void begin_anew(std::span<const Moment> /*inside*/) {}
};

std::unique_ptr<Measure> make_measure(const Terms& terms);

}  // namespace haidang::detect
