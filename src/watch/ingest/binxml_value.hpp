// The typed values of Windows' binary XML as text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "watch/ingest/binxml.hpp"

namespace haidang::ingest {

constexpr std::uint8_t binxml_null = 0x00;
constexpr std::uint8_t binxml_fragment = 0x21;

// Adds what `bytes` of `type` mean; an array (type | 0x80) adds several. Bytes that do not fit
// their type are shown in hex.
void append_values(std::uint8_t type, std::string_view bytes, Arena& arena,
                   std::vector<XmlValue>& values);

// UTF-16LE without its closing NULs, as UTF-8.
std::string_view utf8_of(std::string_view units, Arena& arena);

}  // namespace haidang::ingest
