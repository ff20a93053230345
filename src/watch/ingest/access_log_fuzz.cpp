#include "watch/ingest/access_log.hpp"
#include "watch/ingest/fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang;
  const std::string line(ingest::view_of(data, size));
  event::Names names;
  for (const auto parse : {ingest::parse_access, ingest::parse_web_error}) {
    event::Event event;
    ingest::Arena arena;
    ingest::Record record(event, names, arena);
    if (!parse(line, record)) continue;
    event.line = 1;
    ingest::Touch().event(event);
  }
  return 0;
}
