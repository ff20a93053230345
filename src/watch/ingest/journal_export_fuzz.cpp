#include "watch/ingest/fuzzing.hpp"
#include "watch/ingest/journal_export.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ingest;
  read_in_two(*make_journal_export(1U << 12), view_of(data, size), false);
  return 0;
}
