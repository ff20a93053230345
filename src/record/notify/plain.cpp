#include "record/notify/plain.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace haidang::notify {
namespace {

using Part = SmsPart;

// What canonical decomposition does not make plain, and the ASCII that the GSM alphabet lacks or
// counts twice.
struct Plain {
  char32_t from;
  std::string_view to;
};
constexpr std::array plain_forms{
    Plain{U'đ', "d"},      Plain{U'Đ', "D"},  Plain{U'ð', "d"}, Plain{U'Ð', "D"},
    Plain{U'–', "-"},      Plain{U'—', "-"},  Plain{U'‑', "-"}, Plain{U'…', "..."},
    Plain{U'“', "\""},     Plain{U'”', "\""}, Plain{U'‘', "'"}, Plain{U'’', "'"},
    Plain{U'«', "\""},     Plain{U'»', "\""}, Plain{U'•', "-"}, Plain{U'→', "->"},
    Plain{U'\u00A0', " "}, Plain{U'₫', "d"},  Plain{U'`', "'"}, Plain{U'[', "("},
    Plain{U']', ")"},      Plain{U'{', "("},  Plain{U'}', ")"}, Plain{U'|', "/"},
    Plain{U'\\', "/"},     Plain{U'^', "-"},  Plain{U'~', "-"},
};

bool is_control(char32_t value) { return value < 0x20 || (value >= 0x7F && value < 0xA0); }
bool is_mark(char32_t value) { return value >= 0x300 && value < 0x370; }

// Line and paragraph separators, directions, and the mark that some programs put first.
bool misleads(char32_t value) {
  return value == 0x2028 || value == 0x2029 || (value >= 0x202A && value <= 0x202E) ||
         (value >= 0x2066 && value <= 0x2069) || value == 0x200E || value == 0x200F ||
         value == 0x061C || value == 0xFEFF;
}

void append_plain(std::string& out, char32_t value) {
  const auto form = std::ranges::find(plain_forms, value, &Plain::from);
  if (form != plain_forms.end()) {
    out += form->to;
  } else if (is_control(value)) {
    out += ' ';
  } else if (!is_mark(value)) {
    out += value < 0x80 ? static_cast<char>(value) : '?';
  }
}

template <class Take>
void each_code_point(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const text::CodePoint read = text::read_code_point(text);
    text.remove_prefix(read.size);
    take(read.value);
  }
}

std::size_t total(const std::vector<Part>& parts) {
  std::size_t letters = 0;
  for (const Part& part : parts) letters += part.text.size();
  return letters;
}

void cut(std::string& text, std::size_t letters) {
  if (text.size() <= letters) return;
  text.resize(letters);
  if (letters > 3) text.replace(letters - 3, 3, "...");
}

// False where no value is left to shorten.
bool shorten_longest_value(std::vector<Part>& parts, std::size_t by) {
  const auto value_size = [](const Part& part) {
    return part.kind == Part::Kind::value ? part.text.size() : 0;
  };
  const auto longest = std::ranges::max_element(parts, {}, value_size);
  if (longest == parts.end() || value_size(*longest) == 0) return false;
  cut(longest->text, longest->text.size() - std::min(by, longest->text.size()));
  return true;
}

std::string joined(const std::vector<Part>& parts, bool links) {
  std::string out;
  for (const Part& part : parts)
    if (links || part.kind != Part::Kind::link) out += part.text;
  return out;
}

// When even the fixed text is too long beside the link.
std::string link_last(const std::vector<Part>& parts) {
  std::string link;
  for (const Part& part : parts)
    if (part.kind == Part::Kind::link) link = " " + part.text;
  if (link.size() > longest_sms) link.clear();
  std::string out = joined(parts, false);
  cut(out, longest_sms - link.size());
  return out + link;
}

}  // namespace

std::string without_marks(std::string_view text) {
  std::string out;
  each_code_point(text::nfd(text), [&](char32_t value) { append_plain(out, value); });
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  each_code_point(text, [&](char32_t value) {
    if (is_control(value) || value == 0x2028 || value == 0x2029) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (!misleads(value)) {
      text::append_code_point(out, value);
    }
  });
  return out;
}

std::string several_lines(std::string_view text) {
  std::string out;
  each_code_point(text, [&](char32_t value) {
    const bool stays = value == U'\n' || value == U'\t';
    if (stays || (!is_control(value) && !misleads(value))) text::append_code_point(out, value);
  });
  return out;
}

std::string sms(std::vector<SmsPart> parts) {
  for (Part& part : parts)
    if (part.kind != Part::Kind::link) part.text = without_marks(part.text);
  while (total(parts) > longest_sms) {
    if (!shorten_longest_value(parts, total(parts) - longest_sms)) return link_last(parts);
  }
  return joined(parts, true);
}

}  // namespace haidang::notify
