#include "record/access/refusals.hpp"

#include <utility>

#include <fmt/format.h>

namespace haidang::access {

namespace {

std::string key_of(const Refusal& refusal) {
  return fmt::format("{}\n{}\n{}", refusal.account, refusal.what, refusal.peer);
}

}  // namespace

std::vector<Refusal> RefusalLimit::admit(Refusal refusal, Time now) {
  const std::scoped_lock alone(lock_);
  auto told = now - swept_ >= window ? take_overdue(now) : std::vector<Refusal>{};
  auto key = key_of(refusal);
  if (!entries_.contains(key) && entries_.size() >= most_kinds) {
    refusal = {.account = "public", .what = "many kinds"};
    key = key_of(refusal);
  }
  const auto [at, is_new] = entries_.try_emplace(std::move(key), Entry{refusal, now});
  if (is_new)
    told.push_back(std::move(refusal));
  else
    ++at->second.untold;
  return told;
}

std::vector<Refusal> RefusalLimit::overdue(Time now) {
  const std::scoped_lock alone(lock_);
  return take_overdue(now);
}

std::vector<Refusal> RefusalLimit::take_overdue(Time now) {
  swept_ = now;
  std::vector<Refusal> told;
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& [refusal, opened, untold] = at->second;
    if (now - opened < window) {
      ++at;
      continue;
    }
    refusal.count = untold;
    if (untold > 0) told.push_back(std::move(refusal));
    at = entries_.erase(at);
  }
  return told;
}

}  // namespace haidang::access
