// What one piece of input gave: made by a worker, handed on in input order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/tally.hpp"
#include "base/result.hpp"
#include "watch/detect/correlate.hpp"

namespace haidang::app {

// Which piece of which file. `last`: nothing of this file comes after it.
struct Ticket {
  std::uint32_t file = 0;
  std::uint32_t part = 0;
  bool last = false;
};

struct Unreadable {
  detect::Origin origin{};
  std::string why{};
};

struct Batch {
  static constexpr std::size_t most_named = 20;  // unreadable records, the rest is counted

  std::uint32_t rulebook = 0;  // the number of the rules it was matched with; clear() leaves it
  std::string text{};          // for the output as it is
  Tally tally{};
  std::vector<detect::Occurrence> occurrences{};  // for correlations
  std::vector<Unreadable> unreadable{};
  std::vector<Error> errors{};
  std::uint64_t events = 0;
  std::uint64_t matches = 0;
  std::uint64_t bytes = 0;
  std::uint64_t unreadable_count = 0;
  std::uint64_t timeless = 0;  // wanted by a correlation but without a time

  void add_unreadable(detect::Origin origin, std::string_view why);
  // About what it holds in memory.
  [[nodiscard]] std::size_t weight() const;
  // Empty again, with its memory kept.
  void clear();
};

}  // namespace haidang::app
