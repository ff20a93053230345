// The other ways in which a rule's text may stand in a log: the modifiers windash, utf16 and
// base64 (Sigma specification 2.1.0, appendix "Modifiers").
//
// Pure. What would come to more than most_variants is given as nothing: the caller refuses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "watch/detect/pattern.hpp"

namespace haidang::detect {

constexpr std::size_t most_variants = 3125;  // five dashes, five places

// Each flag of the text with each of the five dashes; empty if these are too many.
std::vector<Pattern> with_dashes(const Pattern& pattern);

enum class Encoding : std::uint8_t { utf16le, utf16be, utf16, base64, base64offset };

// The bytes encoded; base64offset gives several ways, of which any may stand there.
std::vector<std::string> encode(Encoding encoding, const std::string& bytes);

}  // namespace haidang::detect
