#include "watch/ingest/columns.hpp"
#include "watch/ingest/fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ingest;
  read_in_two(*make_zeek_tsv(), view_of(data, size), true);
  return 0;
}
