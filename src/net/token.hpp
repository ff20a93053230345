// The small words of HTTP's grammar (RFC 9110 §5.6), which both sides of the wire need.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace haidang::net {

bool same_word(std::string_view one, std::string_view other);  // ASCII, case aside
std::string_view trimmed(std::string_view text);               // of spaces and tabs
bool is_token(std::string_view text);
bool is_field_value(std::string_view text);  // no control but the tab: it cannot split a message

// "%2F" is "/". Nothing else is changed; the result may hold any byte.
Result<std::string> percent_decode(std::string_view text);

}  // namespace haidang::net
