// The bytes of a rule cache file: a head that tells damage, and a RuleSet, field by field.
//
//   RuleSet --encode_rules--> bytes --sealed--> file --opened--> bytes --decode_rules--> RuleSet
//
// Of any bytes whatever, what is not exactly what this program writes is refused as `corrupt`:
// no count is believed beyond what is left, no enum, index, depth or order that cannot be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "watch/detect/rule_set.hpp"

namespace haidang::detect {

constexpr std::size_t most_snapshot_bytes = 256U << 20;  // with its head

// Equal sets have equal bytes, different ones different bytes. Refuses a set that is nested too
// deep to be read back.
Result<std::string> encode_rules(const RuleSet& rules);

// Any bytes may come: `corrupt` unless they are, to the last one, what encode_rules() would give.
// What it gives is safe for Engine::build() and Correlator.
Result<RuleSet> decode_rules(std::string_view bytes);

// Bytes with a head that tells damage and for what they were made; the bytes again.
std::string sealed(std::string_view bytes, const Digest& key);
Result<std::string_view> opened(std::string_view file, const Digest& key);

}  // namespace haidang::detect
