// Feeds the correlator in the order of event time.
//
//   occurrences --gathered, sorted by time--> Correlator --> Correlated
//
// Files come one after another, but what happened in them overlaps; the correlator takes
// nothing that is far behind the newest. So in a run with an end, occurrences are gathered and
// seen at the end, by time. Past `most_gathered` (about 256 MB) the older half is seen early, and
// what then comes too late is counted by the correlator. In a run without an end (`live`) they
// are seen as they come, never later than now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "watch/detect/correlate.hpp"

namespace haidang::app {

class Correlating {
 public:
  using Found = std::function<void(const detect::Correlated&)>;
  enum class Mode : std::uint8_t { at_end, live };
  static constexpr std::size_t most_gathered = 1'000'000;

  Correlating(std::shared_ptr<const detect::RuleSet> rules, Mode mode, Found found,
              std::size_t most = most_gathered);

  [[nodiscard]] const detect::Correlator& correlator() const { return correlator_; }
  void take(std::vector<detect::Occurrence>& occurrences);
  void finish();

 private:
  void see_oldest(std::size_t count);
  void see(const detect::Occurrence& occurrence);

  detect::Correlator correlator_;
  Mode mode_;
  Found found_;
  std::size_t most_;
  std::vector<detect::Occurrence> gathered_;
  std::vector<detect::Correlated> out_;
};

}  // namespace haidang::app
