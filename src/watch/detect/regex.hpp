// Sigma's regular expressions over RE2: linear time, so no pattern is catastrophic.
//
// PCRE in the dialect the specification allows; RE2 refuses back references and
// look-around, and so do we, by name. Searched anywhere in the value.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <re2/re2.h>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace haidang::detect {

// "(?im)…" for the sub-modifiers i, m, s.
std::string with_flags(const std::string& expression, const std::string& flags);
Result<std::unique_ptr<re2::RE2>> compile_regex(const std::string& expression);
bool found(const re2::RE2& regex, std::string_view text);

// Expressions compiled when first asked for. For any number of threads; what it gives lives as
// long as it does.
class RegexCache {
 public:
  // Null if the expression cannot be compiled.
  const re2::RE2* get(std::string_view expression);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<re2::RE2>, TextHash, std::equal_to<>> compiled_;
};

}  // namespace haidang::detect
