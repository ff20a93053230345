// Keeps a storm of refusals from filling the ledger: one of a kind each minute, with the count.
//
// A kind is account, what and peer. Beyond `most_kinds` in a minute (an outsider who varies them)
// all further ones count as one kind. Safe from any thread; counts of a minute that is over are
// handed out by overdue(), so none is lost while the program runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace haidang::access {

struct Refusal {
  std::string account;
  std::string unit{};
  std::string what;
  std::string peer{};
  std::uint64_t count = 1;
};

class RefusalLimit {
 public:
  static constexpr std::chrono::minutes window{1};
  static constexpr std::size_t most_kinds = 200;

  // What is to be written now: it, with those counted before, or nothing.
  std::vector<Refusal> admit(Refusal refusal, Time now);
  // What was counted in windows that are over.
  std::vector<Refusal> overdue(Time now);

 private:
  struct Entry {
    Refusal refusal;
    Time opened{};
    std::uint64_t untold = 0;
  };
  std::vector<Refusal> take_overdue(Time now);

  std::mutex lock_;
  std::map<std::string, Entry, std::less<>> entries_;
  Time swept_{};
};

}  // namespace haidang::access
