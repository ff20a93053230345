#include "watch/ingest/fuzzing.hpp"
#include "watch/ingest/text_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ingest;
  read_in_two(*make_text_lines(AuditRecords::joined), view_of(data, size), true);
  return 0;
}
