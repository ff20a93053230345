// For tests and fuzzers: what a ParseLine made of a line, as "key=value|key=value", or "no".
#pragma once

#include <string>
#include <string_view>

#include "watch/ingest/record.hpp"

namespace haidang::ingest {

inline std::string parsed(ParseLine parse, std::string_view line) {
  event::Names names;
  event::Event event;
  Arena arena;
  Record record(event, names, arena);
  if (!parse(line, record)) return "no";
  std::string text;
  for (const auto& field : event.fields) {
    if (!text.empty()) text += '|';
    text += names.name(field.path);
    text += '=';
    text += field.bytes();
  }
  return text;
}

}  // namespace haidang::ingest
