#include "watch/detect/pattern.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace haidang::detect {
namespace {

using Kind = Piece::Kind;

void append(std::vector<Piece>& pieces, Kind kind, std::string_view text = {}) {
  const bool joins = !pieces.empty() && pieces.back().kind == kind && kind != Kind::question;
  if (kind == Kind::literal && text.empty()) return;
  if (joins)
    pieces.back().text += text;
  else
    pieces.push_back({kind, std::string(text)});
}

bool is_normal(const std::vector<Piece>& pieces) {
  const auto joins = [](const Piece& left, const Piece& right) {
    return left.kind == right.kind && left.kind != Kind::question;
  };
  const auto is_nothing = [](const Piece& piece) {
    return piece.kind == Kind::literal && piece.text.empty();
  };
  return std::ranges::adjacent_find(pieces, joins) == pieces.end() &&
         std::ranges::none_of(pieces, is_nothing);
}

bool is_special(char c) { return c == '*' || c == '?' || c == '\\'; }

std::size_t one_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) ++at;
  return at;
}

}  // namespace

Pattern::Pattern(std::vector<Piece> pieces) {
  if (is_normal(pieces)) {  // PERF: 47,000 of them come out of the rule cache
    pieces_ = std::move(pieces);
    return;
  }
  for (const auto& piece : pieces) append(pieces_, piece.kind, piece.text);
}

Pattern Pattern::parse(std::string_view sigma) {
  Pattern pattern;
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    const char c = sigma[i];
    if (c == '\\' && i + 1 < sigma.size() && is_special(sigma[i + 1])) {
      append(pattern.pieces_, Kind::literal, sigma.substr(++i, 1));
    } else if (c == '*') {
      append(pattern.pieces_, Kind::star);
    } else if (c == '?') {
      append(pattern.pieces_, Kind::question);
    } else {
      append(pattern.pieces_, Kind::literal, sigma.substr(i, 1));
    }
  }
  return pattern;
}

Pattern Pattern::literal(std::string_view text) {
  Pattern pattern;
  append(pattern.pieces_, Kind::literal, text);
  return pattern;
}

bool Pattern::has_wildcard() const {
  return std::ranges::any_of(pieces_, [](const Piece& p) { return p.kind != Kind::literal; });
}

Shape Pattern::shape() const {
  const auto is = [this](std::size_t i, Kind kind) { return pieces_[i].kind == kind; };
  switch (pieces_.size()) {
    case 0: return Shape::equals;
    case 1:
      return is(0, Kind::literal) ? Shape::equals : is(0, Kind::star) ? Shape::any : Shape::general;
    case 2:
      if (is(0, Kind::star) && is(1, Kind::literal)) return Shape::ends_with;
      return is(0, Kind::literal) && is(1, Kind::star) ? Shape::starts_with : Shape::general;
    case 3:
      return is(0, Kind::star) && is(1, Kind::literal) && is(2, Kind::star) ? Shape::contains
                                                                            : Shape::general;
    default: return Shape::general;
  }
}

std::string_view Pattern::literal() const {
  std::string_view longest;
  for (const auto& piece : pieces_)
    if (piece.text.size() > longest.size()) longest = piece.text;
  return longest;
}

Pattern Pattern::surrounded(bool before, bool after) const {
  Pattern wider;
  if (before) append(wider.pieces_, Kind::star);
  for (const auto& piece : pieces_) append(wider.pieces_, piece.kind, piece.text);
  if (after) append(wider.pieces_, Kind::star);
  return wider;
}

Pattern Pattern::folded() const {
  Pattern low = *this;
  for (auto& piece : low.pieces_) {
    std::string folded;
    text::casefold(piece.text, folded);
    piece.text = std::move(folded);
  }
  return low;
}

std::string Pattern::written() const {
  std::string out;
  for (const auto& piece : pieces_) {
    if (piece.kind == Kind::star) out.push_back('*');
    if (piece.kind == Kind::question) out.push_back('?');
    for (const char c : piece.text) {
      if (is_special(c)) out.push_back('\\');
      out.push_back(c);
    }
  }
  return out;
}

// The usual two-pointer walk: on a mismatch go back to the last star and let it eat one more.
bool Pattern::matches(std::string_view text) const {
  constexpr std::size_t none = ~std::size_t{0};
  std::size_t at = 0;
  std::size_t piece = 0;
  std::size_t star = none;
  std::size_t retry = 0;
  for (;;) {
    if (piece == pieces_.size()) {
      if (at == text.size()) return true;
    } else if (pieces_[piece].kind == Kind::star) {
      if (piece + 1 == pieces_.size()) return true;
      star = piece++;
      retry = at;
      continue;
    } else if (pieces_[piece].kind == Kind::question) {
      if (at < text.size()) {
        at = one_character(text, at);
        ++piece;
        continue;
      }
    } else if (text.substr(at).starts_with(pieces_[piece].text)) {
      at += pieces_[piece++].text.size();
      continue;
    }
    if (star == none || retry >= text.size()) return false;
    // PERF: jump to where the literal behind the star stands next instead of trying each place.
    const auto& next = pieces_[star + 1];
    ++retry;
    if (next.kind == Kind::literal) retry = text.find(next.text, retry);
    if (retry == std::string_view::npos) return false;
    at = retry;
    piece = star + 1;
  }
}

}  // namespace haidang::detect
