#include "api/rate.hpp"

#include <algorithm>
#include <vector>

namespace haidang::api {

double Rate::level(const Bucket& bucket, Time at) const {
  const double passed = std::chrono::duration<double>(at - bucket.filled).count();
  const double each = static_cast<double>(burst_) / static_cast<double>(refill_all_.count());
  return std::min<double>(burst_, bucket.tokens + std::max(0.0, passed) * each);
}

bool Rate::take(std::string_view address, Time at) {
  const std::scoped_lock lock(mutex_);
  auto found = buckets_.find(address);
  if (found == buckets_.end()) {
    if (buckets_.size() >= most_addresses_) make_room(at);
    found = buckets_.emplace(address, Bucket{static_cast<double>(burst_), at}).first;
  }
  Bucket& bucket = found->second;
  bucket = {level(bucket, at), at};
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

// Drops the fuller half.
void Rate::make_room(Time at) {
  std::vector<double> levels;
  for (const auto& [address, bucket] : buckets_) levels.push_back(level(bucket, at));
  const auto middle = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 2);
  std::ranges::nth_element(levels, middle);
  std::erase_if(buckets_, [&](const auto& entry) { return level(entry.second, at) >= *middle; });
}

}  // namespace haidang::api
