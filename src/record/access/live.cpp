#include "record/access/live.hpp"

#include <algorithm>
#include <utility>

namespace haidang::access {

bool Live::is_over(const Facts& facts, Time used, Time now) const {
  return now >= facts.expires || (facts.idles && now - used >= idle_);
}

Live::Found Live::use(const std::string& hash, Time now) {
  const std::scoped_lock alone(lock_);
  const auto found = entries_.find(hash);
  if (found == entries_.end() || !found->second.facts) return {};
  auto& entry = found->second;
  if (is_over(*entry.facts, entry.used, now)) return {.state = State::over};
  entry.used = std::max(entry.used, now);
  return {.state = State::good, .facts = entry.facts};
}

std::uint64_t Live::generation() const {
  const std::scoped_lock alone(lock_);
  return generation_;
}

Live::Found Live::take(const std::string& hash, std::shared_ptr<const Facts> facts, Time used,
                       Time now, std::uint64_t generation) {
  const std::scoped_lock alone(lock_);
  const auto found = entries_.find(hash);
  if (found != entries_.end()) used = std::max(used, found->second.used);
  if (is_over(*facts, used, now)) return {.state = State::over};
  if (generation == generation_) {
    if (found == entries_.end()) make_room(now);
    auto& entry = entries_[hash];
    entry = {.facts = facts,
             .account = facts->known.who.account,
             .idles = facts->idles,
             .used = std::max(used, now),
             .written = std::max(used, entry.written)};
  }
  return {.state = State::good, .facts = std::move(facts)};
}

// What is over goes; where all are in use, any: it is read from the database again.
void Live::make_room(Time now) {
  if (entries_.size() < most_) return;
  std::erase_if(entries_, [&](const auto& entry) {
    const auto& [facts, account, idles, used, written] = entry.second;
    return now - used >= idle_ || (facts && now >= facts->expires);
  });
  if (entries_.size() >= most_) entries_.erase(entries_.begin());
}

void Live::forget(const std::string& hash) {
  const std::scoped_lock alone(lock_);
  ++generation_;
  entries_.erase(hash);
}

void Live::make_stale(std::string_view account) {
  const std::scoped_lock alone(lock_);
  ++generation_;
  for (auto& [hash, entry] : entries_)
    if (entry.account == account) entry.facts.reset();
}

void Live::make_all_stale() {
  const std::scoped_lock alone(lock_);
  ++generation_;
  for (auto& [hash, entry] : entries_) entry.facts.reset();
}

std::vector<Live::Use> Live::unsettled(std::chrono::nanoseconds by) const {
  const std::scoped_lock alone(lock_);
  std::vector<Use> uses;
  for (const auto& [hash, entry] : entries_)
    if (entry.facts && entry.idles && entry.used - entry.written >= by)
      uses.push_back({hash, entry.used});
  return uses;
}

void Live::settled(const std::vector<Use>& uses) {
  const std::scoped_lock alone(lock_);
  for (const auto& use : uses)
    if (const auto found = entries_.find(use.hash); found != entries_.end())
      found->second.written = std::max(found->second.written, use.at);
}

}  // namespace haidang::access
