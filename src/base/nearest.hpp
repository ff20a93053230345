// "Did you mean …?": the known name that is nearest to a mistyped one.
//
// Nearest by edits of one byte (insert, drop, change, swap neighbours), case
// aside; nothing if no name is within a third of the length. Cost is
// names × length²; long words (over 64 bytes) find nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace haidang {

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> names);

// "; did you mean 'threads'?", or nothing: to end a message with.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> names);

}  // namespace haidang
