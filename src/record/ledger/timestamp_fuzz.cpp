// Any bytes as the reply of a time-stamping authority: never trusted, never harmful.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "record/ledger/timestamp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ledger;
  const std::string_view reply(reinterpret_cast<const char*>(data), size);
  CHECK(!check_stamp(reply, "a line", "/dev/null"), "nobody is trusted, so no reply is");
  return 0;
}
