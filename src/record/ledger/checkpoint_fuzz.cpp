// Any line: a checkpoint that is written as the same line again, or an error by place.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "record/ledger/checkpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ledger;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto read = from_line(line, "f:1");
  if (!read) {
    CHECK(read.error().where == "f:1", "an error names the place");
    return 0;
  }
  CHECK(to_line(*read) == line, "a checkpoint has one line");
  CHECK(!signed_by(*read, std::string_view(read->signature).substr(0, 64)) ||
            read->signature.starts_with(read->key),
        "only its own key made it");
  return 0;
}
