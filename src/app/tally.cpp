#include "app/tally.hpp"

#include <algorithm>

namespace haidang::app {

void Tallied::happened(std::optional<Time> time) {
  ++count;
  if (!time) return;
  first = first ? std::min(*first, *time) : *time;
  last = last ? std::max(*last, *time) : *time;
}

void Tallied::on_host(const std::string& host) {
  if (host.empty() || hosts.contains(host)) return;
  if (hosts.size() < most_hosts) {
    hosts.insert(host);
  } else {
    more_hosts = true;
  }
}

void Tallied::merge(const Tallied& later) {
  const std::uint64_t sum = count + later.count;
  happened(later.first);
  happened(later.last);
  count = sum;
  for (const auto& host : later.hosts) on_host(host);
  more_hosts |= later.more_hosts;
  if (!example) example = later.example;
}

void merge(Tally& into, const Tally& later) {
  for (const auto& [rule, tallied] : later) into[rule].merge(tallied);
}

}  // namespace haidang::app
