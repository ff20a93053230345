#include "watch/ingest/fuzzing.hpp"
#include "watch/ingest/sniff.hpp"

// The whole way from unknown bytes to events.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ingest;
  auto source = Source::from(in_memory(view_of(data, size)), "fuzz", {.piece = 512});
  if (!source) return 0;
  const auto format = sniff((*source)->head(), "fuzz");
  if (!format) return 0;
  (*source)->set_framing(framing(*format));
  const auto reader = make_reader(*format);
  haidang::event::Names names;
  Touch touch;
  Buffer buffer;
  while ((*source)->next(buffer).value_or(false)) reader->read(buffer.chunk(), names, touch);
  reader->finish(names, touch);
  return 0;
}
