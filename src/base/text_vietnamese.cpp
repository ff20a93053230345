// The Vietnamese syllable, as far as its spelling varies:
//
//   syllable = onset? nucleus coda?      thuý = th·uý   quý = qu·ý   giá = gi·á   toàn = t·oà·n
//
// Letters are folded and composed (NFC) before they come here.
#include <algorithm>
#include <array>
#include <optional>

#include <utf8proc.h>

#include "base/normal_form.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace haidang::text {
namespace {

enum Tone : std::uint8_t { level, grave, acute, hook, tilde, dot };

// One row a vowel, one column a tone.
constexpr std::array<std::u32string_view, 12> vowels{
    U"aàáảãạ", U"ăằắẳẵặ", U"âầấẩẫậ", U"eèéẻẽẹ", U"êềếểễệ", U"iìíỉĩị",
    U"oòóỏõọ", U"ôồốổỗộ", U"ơờớởỡợ", U"uùúủũụ", U"ưừứửữự", U"yỳýỷỹỵ",
};

struct Letter {
  char32_t base = 0;
  Tone tone = level;
};

Letter letter_of(char32_t value) {
  if (value < 0x80) return {value};
  for (const auto& row : vowels) {
    if (const auto column = row.find(value); column != row.npos) {
      return {row[0], static_cast<Tone>(column)};
    }
  }
  return {value};
}

char32_t with_tone(char32_t base, Tone tone) {
  const auto row = std::ranges::find(vowels, base, [](auto letters) { return letters[0]; });
  return row == vowels.end() ? base : (*row)[tone];
}

constexpr bool is_vowel(char32_t base) {
  return std::ranges::any_of(vowels, [&](auto row) { return row[0] == base; });
}

constexpr bool has_vowel_mark(char32_t base) {
  return std::u32string_view(U"ăâêôơư").find(base) != std::u32string_view::npos;
}

// Longest first, so that the first that fits is the right one. Before another vowel, "qu" and
// "gi" are consonants; the vowel after them carries the tone.
constexpr std::array<std::u32string_view, 28> onsets{
    U"ngh", U"ch", U"gh", U"gi", U"kh", U"ng", U"nh", U"ph", U"qu", U"th", U"tr", U"b", U"c", U"d",
    U"đ",   U"g",  U"h",  U"k",  U"l",  U"m",  U"n",  U"p",  U"r",  U"s",  U"t",  U"v", U"x", U"",
};
constexpr std::array<std::u32string_view, 9> codas{U"",   U"c",  U"ch", U"m", U"n",
                                                   U"ng", U"nh", U"p",  U"t"};

struct Syllable {
  std::u32string_view onset, nucleus, coda;
};

std::size_t vowel_run(std::u32string_view letters) {
  return static_cast<std::size_t>(std::ranges::find_if_not(letters, is_vowel) - letters.begin());
}

std::u32string_view onset_of(std::u32string_view letters) {
  for (const auto onset : onsets) {
    if (!letters.starts_with(onset)) continue;
    const bool ends_in_vowel = onset == U"qu" || onset == U"gi";
    if (!ends_in_vowel || vowel_run(letters.substr(onset.size())) > 0) return onset;
  }
  return {};
}

// `letters` without tones. Nothing if this cannot be a syllable of Vietnamese.
std::optional<Syllable> split(std::u32string_view letters) {
  const auto onset = onset_of(letters);
  const auto rest = letters.substr(onset.size());
  const auto nucleus = rest.substr(0, vowel_run(rest));
  const auto coda = rest.substr(nucleus.size());
  if (nucleus.empty() || nucleus.size() > 3) return std::nullopt;
  if (std::ranges::find(codas, coda) == codas.end()) return std::nullopt;
  return Syllable{onset, nucleus, coda};
}

// Which letter of the nucleus carries the tone by the newer rule: the last one with a mark of its
// own (thuở, cửa, người), else the main vowel: oà, oè, uý, toàn, ngoài; but mùa, chào, tía.
std::size_t tone_place(const Syllable& syllable) {
  const auto nucleus = syllable.nucleus;
  const auto marked = std::ranges::find_if(nucleus.rbegin(), nucleus.rend(), has_vowel_mark);
  if (marked != nucleus.rend()) return static_cast<std::size_t>(nucleus.rend() - marked) - 1;
  if (nucleus.size() == 3) return 1;
  if (nucleus.size() == 2 && !syllable.coda.empty()) return 1;
  const bool glide_first = nucleus == U"oa" || nucleus == U"oe" || nucleus == U"uy";
  return glide_first ? 1 : 0;
}

// Where both i and y are in use for one sound: alone after these consonants, and after qu.
bool takes_y(const Syllable& syllable) {
  if (syllable.nucleus != U"i") return false;
  if (syllable.onset == U"qu") return true;
  constexpr std::u32string_view both_in_use = U"hklmstv";
  return syllable.coda.empty() && syllable.onset.size() == 1 &&
         both_in_use.find(syllable.onset[0]) != std::u32string_view::npos;
}

// The tone of a word that has at most one.
std::optional<Tone> only_tone(std::u32string_view word) {
  Tone found = level;
  for (const char32_t value : word) {
    const Tone tone = letter_of(value).tone;
    if (tone == level) continue;
    if (found != level) return std::nullopt;
    found = tone;
  }
  return found;
}

constexpr std::size_t longest_syllable = 7;  // nghiêng

void respell(std::u32string& word) {
  if (word.size() > longest_syllable) return;
  const auto tone = only_tone(word);
  if (!tone) return;
  std::u32string letters;
  for (const char32_t value : word) letters += letter_of(value).base;
  const auto syllable = split(letters);
  if (!syllable) return;
  const std::size_t nucleus_at = syllable->onset.size();
  const std::size_t tone_at = nucleus_at + tone_place(*syllable);
  const bool to_y = takes_y(*syllable);  // before `letters` changes under the views
  if (to_y) letters[nucleus_at] = U'y';
  letters[tone_at] = with_tone(letters[tone_at], *tone);
  word = std::move(letters);
}

bool is_letter(char32_t value) {
  if (value < 0x80) return (value | 0x20U) >= 'a' && (value | 0x20U) <= 'z';
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(value));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

void append_respelled(std::string& out, std::u32string& word) {
  respell(word);
  for (const char32_t value : word) append_code_point(out, value);
  word.clear();
}

// Eth, as texts converted from legacy encodings often have it for Đ, and African D: d as well.
void replace_crossed_d(std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    const CodePoint read = read_code_point(rest);
    const bool crossed_d = read.value == U'đ' || read.value == U'ð' || read.value == U'ɖ';
    append_code_point(out, crossed_d ? U'd' : read.value);
    rest.remove_prefix(read.size);
  }
  text = std::move(out);
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  if (std::ranges::all_of(text, is_ascii)) {
    casefold(text, out);
    return out;
  }
  out =
      normalise(text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
  replace_crossed_d(out);
  return out;
}

std::string spelling_key(std::string_view text) {
  std::string folded;
  casefold(text, folded);
  folded = nfc(folded);  // after folding, which can leave what composes: ſ and an acute
  std::string out;
  out.reserve(folded.size());
  std::u32string word;
  for (std::string_view rest = folded; !rest.empty();) {
    const CodePoint read = read_code_point(rest);
    rest.remove_prefix(read.size);
    if (is_letter(read.value)) {
      word += read.value;
      continue;
    }
    append_respelled(out, word);
    append_code_point(out, read.value);
  }
  append_respelled(out, word);
  return out;
}

std::string search_key(std::string_view text) { return spelling_key(fold(text)); }

}  // namespace haidang::text
