#include "watch/ingest/fuzzing.hpp"
#include "watch/ingest/json_array.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ingest;
  read_in_two(*make_json_array(1U << 12), view_of(data, size), false);
  return 0;
}
