#include <algorithm>

#include "base/check.hpp"
#include "watch/ingest/fuzzing.hpp"
#include "watch/ingest/source.hpp"

// Whatever the bytes are (plain, packed, UTF-16): it ends, lines are numbered without gaps and
// memory stays bounded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ingest;
  constexpr SourceOptions small{.piece = 64, .longest_line = 256};
  auto source = Source::from(in_memory(view_of(data, size)), "fuzz", small);
  if (!source) return 0;
  Buffer buffer;
  std::uint64_t line = 1;
  while ((*source)->next(buffer).value_or(false)) {
    const Chunk chunk = buffer.chunk();
    for (const auto& dropped : buffer.dropped()) CHECK(dropped.line == line++, "a line was lost");
    CHECK(chunk.bytes.size() <= 1024, "a chunk is too large");
    CHECK(chunk.first_line == line, "lines are misnumbered");
    line += static_cast<std::uint64_t>(std::ranges::count(chunk.bytes, '\n'));
  }
  return 0;
}
