// What a verification has found so far, up to its limit.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "record/ledger/verify.hpp"

namespace haidang::ledger {

class Findings {
 public:
  Findings(std::vector<Finding>& into, std::size_t most) : into_(into), most_(most) {}

  void add(Finding::Kind kind, std::uint64_t seq, std::string what) {
    if (!full()) into_.push_back({kind, seq, std::move(what)});
  }
  [[nodiscard]] bool full() const { return into_.size() >= most_; }

 private:
  std::vector<Finding>& into_;
  std::size_t most_;
};

// Makes the projections again in a scratch database beside and compares them row by row. Fails
// where that cannot be done for reasons other than the ledger (no room for the scratch).
Result<> compare_projections(Sql& sql, const VerifyOptions& options, Findings& findings);

}  // namespace haidang::ledger
