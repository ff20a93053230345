// Which kind of ZIP a content is, from its two ends (APPNOTE.TXT 6.3.10 §4.3).
//
// Reads names only, unpacks nothing, so that no ratio can hurt. Offsets from the content are
// checked before they are used. "" where it has no end record: cut short, or no ZIP.
#pragma once

#include <cstdint>
#include <string_view>

namespace haidang::ledger {

// `tail` is the end of the content (all of it where it is small), `size` its whole length.
std::string_view zip_type(std::string_view head, std::string_view tail, std::uint64_t size);

}  // namespace haidang::ledger
