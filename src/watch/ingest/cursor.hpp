// A place in a line, moving forward: the words parsers of text logs are written with.
#pragma once

#include <string_view>

namespace haidang::ingest {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) {}

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char here() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] char at(std::size_t i) const { return i < rest_.size() ? rest_[i] : '\0'; }

  void drop(std::size_t count) { rest_.remove_prefix(count < rest_.size() ? count : rest_.size()); }
  bool skip(char c) { return here() == c && (rest_.remove_prefix(1), true); }
  bool skip(std::string_view text) {
    return rest_.starts_with(text) && (rest_.remove_prefix(text.size()), true);
  }
  void skip_spaces() {
    while (here() == ' ') rest_.remove_prefix(1);
  }

  // Up to `end`, which is passed over; all that is left if there is none.
  std::string_view until(char end) {
    const std::size_t at = rest_.find(end);
    const std::string_view word = rest_.substr(0, at);
    drop(at == std::string_view::npos ? rest_.size() : at + 1);
    return word;
  }
  std::string_view word() {
    const std::string_view found = until(' ');
    skip_spaces();
    return found;
  }
  std::string_view digits() {
    std::size_t count = 0;
    while (is_digit(at(count))) ++count;
    return take(count);
  }
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    drop(taken.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

// Does `text` fit `pattern`, character by character? d: digit, e: digit or space, A: letter;
// all else stands for itself. Longer text is fine.
constexpr bool looks_like(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || is_upper(c);
    const bool fits = pattern[i] == 'd'   ? is_digit(c)
                      : pattern[i] == 'e' ? is_digit(c) || c == ' '
                      : pattern[i] == 'A' ? letter
                                          : c == pattern[i];
    if (!fits) return false;
  }
  return true;
}

// "Jan" → 1 … "Dec" → 12; 0 for anything else.
constexpr unsigned month_number(std::string_view name) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (unsigned i = 0; i < 12; ++i) {
    if (name == months.substr(std::size_t{i} * 3, 3)) return i + 1;
  }
  return 0;
}

}  // namespace haidang::ingest
