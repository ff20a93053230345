// Time-stamps of others on what we have (RFC 3161, by OpenSSL).
//
//   StampQuery::of(content) --bytes--> authority --bytes--> check() -> the time it vouches for
//
// A reply counts only where it was granted, is over this content and this nonce, and is signed by
// a certificate for time-stamping that the named roots vouch for. Sends nothing itself.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang::ledger {

class StampQuery {
 public:
  // Over the SHA-256 of `content`, with a random nonce, asking for the certificate.
  static StampQuery of(std::string_view content);
  StampQuery(StampQuery&&) noexcept;
  StampQuery& operator=(StampQuery&&) noexcept;
  ~StampQuery();

  [[nodiscard]] std::string bytes() const;  // DER, application/timestamp-query
  // `reply`: DER, application/timestamp-reply. `roots`: PEM; empty: the system's. `denied` where
  // the authority refused, `corrupt` where the reply is not to be trusted.
  [[nodiscard]] Result<Time> check(std::string_view reply,
                                   const std::filesystem::path& roots) const;

 private:
  struct State;
  explicit StampQuery(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The same for a reply that was kept: over `content`, whatever its nonce.
Result<Time> check_stamp(std::string_view reply, std::string_view content,
                         const std::filesystem::path& roots);

}  // namespace haidang::ledger
