// Text as people of Vietnam write it and as rules compare it, in UTF-8.
//
// Nothing here fails: ill-formed UTF-8 is repaired to U+FFFD, except in
// casefold(), which copies it unchanged so that no two different byte strings
// of a log become equal by damage. All functions are pure and safe from any
// thread; cost is linear but for the marks of one letter, which are sorted.
// Legacy encodings (TCVN3, VNI …) are not read here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace haidang::text {

// --- UTF-8 ---------------------------------------------------------------

bool valid_utf8(std::string_view bytes);

struct Repaired {
  std::string text;
  std::size_t replaced;  // how many U+FFFD were put in
};
Repaired repair_utf8(std::string_view bytes);

// Unicode normal forms (UAX #15).
std::string nfc(std::string_view text);
std::string nfd(std::string_view text);

// --- Comparing -----------------------------------------------------------

// Unicode simple case folding (CaseFolding.txt, status C and S): one code point becomes one,
// as Sigma's comparison wants it. `out` is replaced; `in` must not view `out`.
void casefold(std::string_view in, std::string& out);

// Key for "typed without marks": no case, no tone, no vowel mark, đ is d, compatibility forms
// (full-width letters, no-break space) plain. "Sở Thông tin" -> "so thong tin".
std::string fold(std::string_view text);

// Key for "the same words spelled by the other school": NFC, no case, marks kept; tone where the
// newer rule puts it (hòa -> hoà, thúy -> thuý; quý, giá stay), and y for i where both are in use
// (kĩ -> kỹ, lí -> lý, mĩ -> mỹ, quí -> quý). A key to compare by, never to show.
std::string spelling_key(std::string_view text);

// spelling_key() of fold(): finds "Kỹ thuật" by "kĩ thuật", "ky thuat" and "ki thuat".
std::string search_key(std::string_view text);

// --- Encoding ------------------------------------------------------------

std::string utf16le(std::string_view text);  // no byte order mark
std::string utf16be(std::string_view text);
std::string base64(std::string_view bytes);  // RFC 4648 §4, padded

// --- Showing -------------------------------------------------------------

// Columns in a terminal: wide East Asian is 2, combining marks and controls are 0.
std::size_t columns(std::string_view text);
// At most `width` columns; what is cut off ends in "…". Never splits a letter from its marks.
std::string clip(std::string_view text, std::size_t width);
// clip(), then spaces up to exactly `width` columns.
std::string fit(std::string_view text, std::size_t width);

// Outside bytes, fit to stand in a message or a terminal: controls and bidirectional overrides as
// \x1b and \u202e, UTF-8 repaired, at most `width` columns.
std::string shown(std::string_view bytes, std::size_t width = 60);

}  // namespace haidang::text
