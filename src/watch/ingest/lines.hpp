// The lines of a chunk, one after another, with their numbers; \r\n is a line end too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

// each(line, number)
template <class Each>
void for_each_line(const Chunk& chunk, Each each) {
  std::uint64_t number = chunk.first_line;
  std::string_view rest = chunk.bytes;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    each(line, number++);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

inline bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace haidang::ingest
