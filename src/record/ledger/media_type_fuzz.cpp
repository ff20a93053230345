// Any bytes have the same media type in one piece and in several, and it is one of those listed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "record/ledger/media_type.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ledger;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view told = media_type_of(bytes);
  CHECK(told.empty() || std::ranges::find(media_types(), told) != media_types().end(),
        "what can be told is listed");
  MediaTeller teller;
  const std::size_t step = size == 0 ? 1 : data[0] % 13U + 1;
  for (std::size_t at = 0; at < size; at += step) teller.update(bytes.substr(at, step));
  CHECK(teller.tell() == told, "pieces make no difference");
  return 0;
}
