// A record's XML tree as evtx_dump's JSON, and as the fields that JSON flattens to.
#pragma once

#include <string>

#include "watch/event/event.hpp"
#include "watch/ingest/binxml.hpp"

namespace haidang::ingest {

// Writes the JSON over `json` and adds the fields to `event` (they point into the tree's text).
void write_event(const BinXml& tree, std::string& json, event::Event& event, event::Names& names);

}  // namespace haidang::ingest
