// How often one address may do a thing: a bucket of tokens each, refilled over time.
//
// Holds at most `most_addresses` buckets; the fullest go first, so a flood of addresses forgets
// the innocent, never the guilty. Safe from any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.hpp"
#include "base/time.hpp"

namespace haidang::api {

class Rate {
 public:
  Rate(std::uint32_t burst, std::chrono::seconds refill_all, std::size_t most_addresses = 100'000)
      : burst_(burst), refill_all_(refill_all), most_addresses_(most_addresses) {}

  // True where one more is allowed now; it is then counted.
  bool take(std::string_view address, Time at);

 private:
  struct Bucket {
    double tokens;
    Time filled;
  };
  [[nodiscard]] double level(const Bucket& bucket, Time at) const;
  void make_room(Time at);

  std::uint32_t burst_;
  std::chrono::seconds refill_all_;
  std::size_t most_addresses_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket, TextHash, std::equal_to<>> buckets_;
};

}  // namespace haidang::api
