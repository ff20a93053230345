#include "watch/ingest/evtx.hpp"
#include "watch/ingest/fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ingest;
  read_in_two(*make_evtx(), view_of(data, size), false);
  return 0;
}
