// What canonical_json() writes is read again as the same value and written again as the same bytes.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "record/ledger/act.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace json = boost::json;
  using haidang::ledger::canonical_json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  boost::system::error_code error;
  const json::value value = json::parse(text, error, {}, {.max_depth = 64});
  if (error) return 0;
  const auto once = canonical_json(value);
  if (!once) return 0;
  const json::value again = json::parse(*once, error);
  CHECK(!error, "canonical JSON is JSON");
  CHECK(again == value, "canonical JSON keeps the value");
  CHECK(canonical_json(again) == *once, "canonical JSON has one form");
  return 0;
}
