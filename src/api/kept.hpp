// Answers that hold until the next act: the same question by the same account is not asked twice.
//
// PERF: a page of 50 cases costs 50 rows and 20 KB of JSON; consoles ask for it again and again
// while nothing changes. Kept, it is a look-up and a copy. Measure: make bench, api.
// Holds at most `most_bytes`, begun anew when full or when an act was written. Safe from any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.hpp"
#include "net/http.hpp"

namespace haidang::api {

class KeptAnswers {
 public:
  explicit KeptAnswers(std::size_t most_bytes = 64U << 20) : most_bytes_(most_bytes) {}

  // `head`: the ledger's now.
  std::shared_ptr<const net::Response> find(std::string_view key, std::uint64_t head);
  // `head`: the ledger's before the answer was made.
  void keep(std::string key, std::uint64_t head, net::Response response);

 private:
  std::size_t most_bytes_;
  std::mutex mutex_;
  std::uint64_t head_ = 0;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, std::shared_ptr<const net::Response>, TextHash, std::equal_to<>>
      answers_;
};

}  // namespace haidang::api
