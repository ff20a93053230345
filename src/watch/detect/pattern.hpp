// A Sigma string with its wildcards read: `C:\\Windows\*\cmd.exe` is three pieces.
//
//   * any run of characters · ? one character · \ makes the next *, ? or \ plain,
//   before anything else it is itself (Sigma specification 2.1.0, "Escaping").
//
// A Pattern knows its shape, because most need no general matching: `*x` is "ends with x".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace haidang::detect {

struct Piece {
  enum class Kind : std::uint8_t { literal, star, question };
  Kind kind = Kind::literal;
  std::string text{};
  bool operator==(const Piece&) const = default;
};

enum class Shape : std::uint8_t { equals, contains, starts_with, ends_with, any, general };

class Pattern {
 public:
  Pattern() = default;
  explicit Pattern(std::vector<Piece> pieces);

  static Pattern parse(std::string_view sigma);
  static Pattern literal(std::string_view text);

  [[nodiscard]] Shape shape() const;
  [[nodiscard]] bool has_wildcard() const;
  // The literal of every shape but `general` and `any`; the longest literal of `general`.
  [[nodiscard]] std::string_view literal() const;
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }

  [[nodiscard]] Pattern surrounded(bool before, bool after) const;  // with * added
  [[nodiscard]] Pattern folded() const;                             // for comparing without case
  // As Sigma writes it: for messages and as a key.
  [[nodiscard]] std::string written() const;

  // Does the whole of `text` fit? Cost is bounded by pieces × text. A `?` is one code point.
  [[nodiscard]] bool matches(std::string_view text) const;

  bool operator==(const Pattern&) const = default;

 private:
  std::vector<Piece> pieces_;  // no two literals and no two stars side by side
};

}  // namespace haidang::detect
