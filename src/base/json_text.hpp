// A string as JSON (RFC 8259 §7), for everything that writes lines of it.
//
// Any bytes go in and valid JSON in UTF-8 comes out: quotes, backslashes and
// controls are escaped, ill-formed UTF-8 becomes U+FFFD. Letters stay letters
// (no \u for what need not be). Writes no other kind of value.
#pragma once

#include <string>
#include <string_view>

namespace haidang {

// Appends `text` with its quotes.
void append_json_string(std::string& out, std::string_view text);

// The same without the quotes, for a string that is put together from several.
void append_json_escaped(std::string& out, std::string_view text);

// `"key":`, after a comma unless `out` ends in an opening bracket.
void append_json_key(std::string& out, std::string_view key);

}  // namespace haidang
