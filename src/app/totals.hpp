// What a run read and found, in figures.
#pragma once

#include <cstddef>
#include <cstdint>

namespace haidang::app {

struct Totals {
  std::uint64_t files = 0;
  std::uint64_t events = 0;
  std::uint64_t matches = 0;  // told: with those of correlations
  std::uint64_t bytes = 0;    // unpacked
  std::uint64_t unreadable = 0;
  std::uint64_t timeless = 0;  // matches that correlations could not use
};

}  // namespace haidang::app
