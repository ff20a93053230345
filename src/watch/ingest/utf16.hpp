// UTF-16 (as Windows exports text) read as UTF-8.
//
// The byte order is that of the mark (BOM) at the very beginning, which is taken off. A lone
// surrogate becomes U+FFFD; half a unit at the end too. Nothing is refused.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "watch/ingest/byte_stream.hpp"

namespace haidang::ingest {

enum class ByteOrder { little, big };

// Adds UTF-16 `units` (whole units only) to `out`; a high surrogate at the end is kept in
// `pending` for the next call (0: none).
void append_utf8(std::string& out, std::string_view units, ByteOrder order, char16_t& pending);

// The stream after its byte order mark.
std::unique_ptr<ByteStream> utf8_from_utf16(std::unique_ptr<ByteStream> units, ByteOrder order);

}  // namespace haidang::ingest
