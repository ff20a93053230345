// JSON records, one a line (NDJSON) or simply one after another.
//
//   chunk --simdjson stage 1--> positions of { } [ ] : , and of each value's start
//         --walk--> fields: the bytes of each leaf, looked at by nobody yet
//
// PERF: only simdjson's first stage runs (13 GB/s here); its second builds a document
// nobody needs (3 GB/s). The closing quote of a string is found from the position that
// follows it, so no byte of a value is read unless a rule asks. Measure again: make bench.
//
// Keys repeated in one object are all kept (a rule sees each). A line that is no JSON
// object is unreadable, and reading goes on with the next. Bytes that are not UTF-8 are
// read as U+FFFD and raw control characters in strings as their escapes (both counted as
// mended, never refused: an attacker must not hide by writing one bad byte).
// Refuses: nesting deeper than `deepest`, more than `most_fields` leaves.
#pragma once

#include <cstdint>
#include <memory>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

struct JsonLimits {
  std::uint32_t deepest = 128;
  std::size_t most_fields = 20'000;
};

std::unique_ptr<Reader> make_json_lines(JsonLimits limits = {});

}  // namespace haidang::ingest
