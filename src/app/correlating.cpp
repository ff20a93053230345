#include "app/correlating.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/time.hpp"

namespace haidang::app {
namespace {

bool earlier(const detect::Occurrence& one, const detect::Occurrence& other) {
  return std::tie(one.time, one.origin, one.rule) < std::tie(other.time, other.origin, other.rule);
}

}  // namespace

Correlating::Correlating(std::shared_ptr<const detect::RuleSet> rules, Mode mode, Found found,
                         std::size_t most)
    : correlator_(std::move(rules)), mode_(mode), found_(std::move(found)), most_(most) {}

void Correlating::take(std::vector<detect::Occurrence>& occurrences) {
  if (mode_ == Mode::live) {
    const Time latest = now();
    for (auto& occurrence : occurrences) {
      occurrence.time = std::min(occurrence.time, latest);
      see(occurrence);
    }
    return;
  }
  std::ranges::move(occurrences, std::back_inserter(gathered_));
  if (gathered_.size() > most_) see_oldest(gathered_.size() / 2);
}

void Correlating::finish() { see_oldest(gathered_.size()); }

void Correlating::see_oldest(std::size_t count) {
  std::ranges::sort(gathered_, earlier);
  const auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(count);
  std::for_each(gathered_.begin(), end, [this](const auto& occurrence) { see(occurrence); });
  gathered_.erase(gathered_.begin(), end);
}

void Correlating::see(const detect::Occurrence& occurrence) {
  out_.clear();
  correlator_.see(occurrence, out_);
  for (const auto& correlated : out_) found_(correlated);
}

}  // namespace haidang::app
