// Sessions and tokens in use, by the hash of their token: answers without the database.
//
// Facts become stale when an act touches their account, and are then read again; when a session was
// last used is kept meanwhile. Facts read before such an act and brought after it are not taken:
// whoever reads remembers generation() first. Safe from any thread; nothing here waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "record/access/accounts.hpp"

namespace haidang::access {

class Live {
 public:
  struct Facts {
    Known known;   // its account is what makes it stale
    Time expires;  // Time::max() where it does not
    bool idles = true;
  };
  struct Use {
    std::string hash;
    Time at;
  };

  Live(std::chrono::nanoseconds idle, std::size_t most) : idle_(idle), most_(most) {}

  enum class State : std::uint8_t { unknown, over, good };
  struct Found {
    State state = State::unknown;
    std::shared_ptr<const Facts> facts{};
  };
  // Counts as a use where it is good.
  Found use(const std::string& hash, Time now);

  [[nodiscard]] std::uint64_t generation() const;
  // `used` as the database says. Good where the later of that and what is remembered is not too
  // long ago.
  Found take(const std::string& hash, std::shared_ptr<const Facts> facts, Time used, Time now,
             std::uint64_t generation);

  void forget(const std::string& hash);
  void make_stale(std::string_view account);
  void make_all_stale();

  // Sessions used at least `by` later than the database knows.
  [[nodiscard]] std::vector<Use> unsettled(std::chrono::nanoseconds by) const;
  void settled(const std::vector<Use>& uses);

 private:
  struct Entry {
    std::shared_ptr<const Facts> facts;  // null: stale
    std::string account;
    bool idles = true;
    Time used{};
    Time written{};
  };
  [[nodiscard]] bool is_over(const Facts& facts, Time used, Time now) const;
  void make_room(Time now);

  std::chrono::nanoseconds idle_;
  std::size_t most_;
  mutable std::mutex lock_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> entries_;
};

}  // namespace haidang::access
