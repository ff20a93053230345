#include "watch/detect/window.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace haidang::detect {
namespace {

auto at(std::vector<Moment>& moments, std::size_t place) {
  return moments.begin() + static_cast<std::ptrdiff_t>(place);
}
auto at(const std::vector<Moment>& moments, std::size_t place) {
  return moments.begin() + static_cast<std::ptrdiff_t>(place);
}

bool earlier(const Instant& a, const Instant& b) { return a.before(b); }

Texts::value_type* remember(Texts& texts, std::string_view text) {
  auto found = texts.find(text);
  if (found == texts.end()) found = texts.emplace(text, Uses{}).first;
  ++found->second.kept;
  return &*found;
}

}  // namespace

void Window::put(const Terms& terms, Moment moment, std::string_view text, Found& found) {
  found.values.clear();
  found.reports.clear();
  if (wanted(terms) == Wanted::text) moment.text = remember(texts_, text);
  const auto place = place_of(moment);
  if (place < moments_.size()) go_back(terms, place, moment.at.time);
  moments_.insert(at(moments_, place), std::move(moment));
  go_forward(terms, place, found.values);
  judge(terms, place, found);
}

// After all that are not after it. It is nearly always the last, or near it.
std::size_t Window::place_of(const Moment& moment) const {
  if (size() == 0 || !moment.at.before(moments_.back().at)) return moments_.size();
  const auto found = std::ranges::upper_bound(at(moments_, head_), moments_.end(), moment.at,
                                              earlier, &Moment::at);
  return static_cast<std::size_t>(found - moments_.begin());
}

// The measure becomes that of the window which ends with `time`, just before `place`.
void Window::go_back(const Terms& terms, std::size_t place, Time time) {
  const bool retracts = measure_->retracts();
  if (retracts)
    for (auto k = moments_.size(); k > std::max(place, start_); --k)
      measure_->remove(moments_[k - 1]);
  start_ = std::min(start_, place);
  while (start_ > head_ && terms.inside(moments_[start_ - 1].at.time, time)) {
    --start_;
    if (retracts) measure_->add(moments_[start_]);
  }
  if (!retracts) measure_->begin_anew(inside(place));
}

void Window::go_forward(const Terms& terms, std::size_t place, std::vector<double>& values) {
  for (auto k = place; k < moments_.size(); ++k) {
    Moment& newest = moments_[k];
    while (start_ < k && !terms.inside(moments_[start_].at.time, newest.at.time))
      measure_->remove(moments_[start_++]);
    measure_->add(newest);
    if (measure_->worn()) measure_->begin_anew(inside(k + 1));
    values.push_back(measure_->value(newest));
    newest.holds = terms.holds(values.back());
  }
}

void Window::judge(const Terms& terms, std::size_t place, Found& found) {
  auto last = told_before(moments_[place].at);
  for (auto k = place; k < moments_.size(); ++k) {
    const Moment& moment = moments_[k];
    if (moment.told) {
      last = moment.at.time;
      continue;
    }
    if (!moment.holds || !(rises(k) || !last || moment.at.time - *last >= terms.timespan)) continue;
    last = told_ahead(terms, k);
    if (last) continue;
    tell(k);
    last = moment.at.time;
    found.reports.push_back({&moment, found.values[k - place]});
  }
}

std::optional<Time> Window::told_before(const Instant& instant) const {
  const auto after = std::ranges::upper_bound(told_, instant, earlier);
  return after == told_.begin() ? std::nullopt : std::optional(std::prev(after)->time);
}

// The report that already stands for a crossing at `at`: within a timespan, before the condition
// rises again.
std::optional<Time> Window::told_ahead(const Terms& terms, std::size_t at) const {
  for (auto k = at + 1; k < moments_.size(); ++k) {
    if (!terms.inside(moments_[at].at.time, moments_[k].at.time) || rises(k)) return {};
    if (moments_[k].told) return moments_[k].at.time;
  }
  return {};
}

void Window::tell(std::size_t at) {
  moments_[at].told = true;
  const Instant& instant = moments_[at].at;
  told_.insert(std::ranges::upper_bound(told_, instant, earlier), instant);
}

std::vector<Origin> Window::evidence(const Terms& terms, const Moment& moment,
                                     std::size_t most) const {
  const auto end = static_cast<std::size_t>(&moment - moments_.data()) + 1;
  const auto first = std::partition_point(
      at(moments_, head_), at(moments_, end),
      [&](const Moment& other) { return !terms.inside(other.at.time, moment.at.time); });
  const auto begin = static_cast<std::size_t>(first - moments_.begin());
  const auto left_out = begin + most / 2;
  const auto tail = std::max(left_out, end - std::min(end, most - most / 2));
  std::vector<Origin> origins;
  for (auto k = begin; k < end; ++k) {
    if (k == left_out) k = tail;
    if (origins.empty() || origins.back() != moments_[k].at.origin)
      origins.push_back(moments_[k].at.origin);
  }
  return origins;
}

std::size_t Window::forget(const Terms& terms, Time newest, std::chrono::nanoseconds lateness) {
  std::size_t dropped = 0;
  const auto past = [&](Time time) { return (newest - time) - lateness >= terms.timespan; };
  for (; size() > 0 && past(moments_[head_].at.time); ++dropped) drop_oldest();
  const auto past_told = std::ranges::partition_point(told_, past, &Instant::time);
  if (past_told - told_.begin() > told_.end() - past_told) told_.erase(told_.begin(), past_told);
  return dropped;
}

bool Window::drop_oldest() {
  CHECK(size() > 0, "an empty window has no oldest moment");
  Moment& oldest = moments_[head_];
  const bool was_inside = start_ == head_;
  if (was_inside) {
    measure_->remove(oldest);
    ++start_;
  }
  if (oldest.text != nullptr && --oldest.text->second.kept == 0)
    texts_.erase(texts_.find(oldest.text->first));
  oldest.carried.reset();
  ++head_;
  compact();
  return was_inside;
}

void Window::compact() {
  if (head_ < moments_.size() && (head_ < 16 || head_ * 2 < moments_.size())) return;
  moments_.erase(moments_.begin(), at(moments_, head_));
  start_ -= head_;
  head_ = 0;
  if (moments_.capacity() > 64 && moments_.capacity() > 4 * moments_.size())
    moments_.shrink_to_fit();
}

}  // namespace haidang::detect
