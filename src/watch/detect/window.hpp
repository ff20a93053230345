// The sliding window of one group: moments in event time, and which of them are reported.
//
//   Moment --put--> its place in time --> values of all windows that it changes --> reports
//
// The window of a moment is (t - timespan, t] and ends with the moment itself. A moment is
// reported when the condition holds there and did not at the moment before it, or when a full
// timespan has passed since the last report. A crossing that was reported at a later moment,
// before an earlier one became known, is not reported again.
// Cost: O(log n) in order; a late moment costs as many steps as there are newer moments
// (temporal_ordered: as there are moments in its window).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "watch/detect/window_measure.hpp"

namespace haidang::detect {

class Window {
 public:
  struct Report {
    const Moment* moment;
    double value;
  };
  // Working space of put(), to be used again, and what it found.
  struct Found {
    std::vector<double> values{};
    std::vector<Report> reports{};  // until the next change of the window
  };

  explicit Window(const Terms& terms) : measure_(make_measure(terms)) {}

  // `text` is remembered where the measure is one of texts.
  void put(const Terms& terms, Moment moment, std::string_view text, Found& found);
  // The origins in the window that ends with this moment, oldest first; if there are more than
  // `most`, the first and the last of them.
  [[nodiscard]] std::vector<Origin> evidence(const Terms& terms, const Moment& moment,
                                             std::size_t most) const;

  // Drops what no window that can still change reaches; returns how many.
  std::size_t forget(const Terms& terms, Time newest, std::chrono::nanoseconds lateness);
  // Was it still in the window? Else it was kept only for what may come late.
  bool drop_oldest();

  [[nodiscard]] std::size_t size() const { return moments_.size() - head_; }
  // How many are in the window that ends with the last moment.
  [[nodiscard]] std::size_t size_inside() const { return moments_.size() - start_; }
  [[nodiscard]] std::optional<Time> last() const {
    return size() == 0 ? std::nullopt : std::optional(moments_.back().at.time);
  }

 private:
  [[nodiscard]] std::size_t place_of(const Moment& moment) const;
  [[nodiscard]] std::span<const Moment> inside(std::size_t end) const {
    return std::span(moments_).subspan(start_, end - start_);
  }
  void go_back(const Terms& terms, std::size_t place, Time time);
  void go_forward(const Terms& terms, std::size_t place, std::vector<double>& values);
  void judge(const Terms& terms, std::size_t place, Found& found);
  [[nodiscard]] bool rises(std::size_t at) const {
    return moments_[at].holds && (at == head_ || !moments_[at - 1].holds);
  }
  [[nodiscard]] std::optional<Time> told_before(const Instant& instant) const;
  [[nodiscard]] std::optional<Time> told_ahead(const Terms& terms, std::size_t at) const;
  void tell(std::size_t at);
  void compact();

  std::unique_ptr<Measure> measure_;
  std::vector<Moment> moments_;  // in order, from head_; PERF: no std::deque, 576 bytes when empty
  std::size_t head_ = 0;
  std::size_t start_ = 0;      // of the window that ends with the last moment: what measure_ holds
  std::vector<Instant> told_;  // the reports, in order
  Texts texts_;
};

}  // namespace haidang::detect
