// Passwords: what may be one, and Argon2id over it.
//
// Typed with marks a password is the same on every keyboard: Unicode NFC before anything else
// (RFC 8265, OpaqueString). Few are hashed at once, as each takes much memory; who comes too late
// is told `unavailable`. Checking against no hash costs as much as against one.
#pragma once

#include <chrono>
#include <cstddef>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/access/accounts.hpp"

namespace haidang::access {

class Passwords {
 public:
  explicit Passwords(const AccountOptions& options);

  Result<std::string> hash(std::string_view password);
  // False where it is another password; with an empty hash after the same time.
  Result<bool> verify(const std::string& hash, std::string_view password);

 private:
  class Place;
  Result<Place> take_place();

  Effort effort_;
  std::chrono::milliseconds wait_;
  std::counting_semaphore<> places_;
  std::string nobodys_;
};

struct PasswordRules {
  std::size_t least;
  const std::vector<std::string>& weak;
};
// `invalid` with what to do better.
Result<> check_password(std::string_view password, std::string_view account,
                        const PasswordRules& rules);

}  // namespace haidang::access
