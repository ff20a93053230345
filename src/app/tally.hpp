// What was found, rule by rule: how often, when, where, and one example to look at.
//
// Workers keep one for each piece of input; they are merged in input order, so the example is
// the first one of the input. Memory is bounded: hosts past `most_hosts` are only known to exist.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/time.hpp"
#include "watch/detect/correlate.hpp"

namespace haidang::app {

struct Example {
  detect::Origin origin{};
  std::string field{};  // empty: the value is of no one field
  std::string value{};
};

struct Tallied {
  static constexpr std::size_t most_hosts = 64;

  std::uint64_t count = 0;
  std::optional<Time> first{};
  std::optional<Time> last{};
  std::set<std::string> hosts{};
  bool more_hosts = false;
  std::optional<Example> example{};

  void happened(std::optional<Time> time);
  void on_host(const std::string& host);
  void merge(const Tallied& later);
};

// By rule: index in RuleSet::rules, correlations after them.
using Tally = std::map<std::uint32_t, Tallied>;

void merge(Tally& into, const Tally& later);

}  // namespace haidang::app
