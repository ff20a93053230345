// Text for channels that are narrower than ours: short messages and headers.
//
// Pure, never fail, safe from any thread, linear. Ill-formed UTF-8 becomes U+FFFD first.
// `sms()` speaks the part of ASCII that the GSM alphabet (3GPP TS 23.038) has as one septet each,
// so that 160 letters are one message on every network.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace haidang::notify {

constexpr std::size_t longest_sms = 160;

// "Sở Thông tin, Đồ Sơn" -> "So Thong tin, Do Son": case stays, marks go. What has no plain form
// becomes '?', controls become spaces.
std::string without_marks(std::string_view text);

// Without controls, line separators and bidirectional overrides: what could forge a header or turn
// a line around. One line; words stay apart.
std::string one_line(std::string_view text);
// The same, but lines (as \n) and tabs stay.
std::string several_lines(std::string_view text);

struct SmsPart {
  enum class Kind : std::uint8_t { fixed, value, link };
  Kind kind = Kind::fixed;
  std::string text;
};
// Parts joined, without marks, at most `longest_sms` letters. The longest values give way first,
// then fixed text; a link stays whole or, where it alone is too long, is left out.
std::string sms(std::vector<SmsPart> parts);

}  // namespace haidang::notify
