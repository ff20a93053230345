// Which reader a file needs, told by its first bytes, never by its name.
//
//   head --sniff--> Format --framing--> how its Source is cut
//                          --make_reader--> a Reader (each thread makes its own)
//
// Bytes that are no log are refused with what they are (a picture, a packet capture …) and, where
// there is one, the way to make a log of them. An empty file is text without lines.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "watch/ingest/reader.hpp"
#include "watch/ingest/source.hpp"

namespace haidang::ingest {

enum class Format { json_lines, json_array, evtx, zeek_tsv, w3c, journal_export, audit, text };

std::string_view name(Format format);

// `where` names the file in the error.
Result<Format> sniff(std::string_view head, std::string where);

Framing framing(Format format);
std::unique_ptr<Reader> make_reader(Format format);

}  // namespace haidang::ingest
