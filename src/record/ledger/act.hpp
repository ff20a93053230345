// An act: one thing somebody did, as the ledger keeps it for ever.
//
//   hash = SHA-256 over the fields, the previous hash among them (docs/formats/ledger.md)
//
// Times are whole microseconds. `body` is a JSON object without floating numbers; `canonical`
// is its RFC 8785 form, which is what is hashed and stored. State secrets have no place in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang::ledger {

namespace json = boost::json;

// What somebody wants written.
struct Draft {
  std::string actor;    // account, "system", or "public"; never empty
  std::string unit;     // the unit it was done for, or ""
  std::string case_id;  // the case it belongs to, or ""
  std::string kind;     // "case.opened", "registry.put": words of a-z0-9_ joined by dots
  json::object body{};
};

// What was written.
struct Act {
  std::uint64_t seq = 0;  // 1, 2, 3 … without gaps
  Time at{};
  std::string actor{};
  std::string unit{};
  std::string case_id{};
  std::string kind{};
  json::object body{};
  std::string canonical{};
  Digest previous{};
  Digest hash{};
};

// RFC 8785 (JCS). Refuses floating numbers, integers beyond ±2^53, ill-formed UTF-8 and depth
// over 32: what two programs could read differently is not written.
Result<std::string> canonical_json(const json::value& value);

// Of all fields but `hash`.
Digest hash_of(const Act& act);

}  // namespace haidang::ledger
