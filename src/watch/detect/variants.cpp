#include "watch/detect/variants.hpp"

#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace haidang::detect {
namespace {

constexpr std::array<std::string_view, 5> dashes{"-", "/", "–", "—", "―"};

bool word(std::string_view text, std::size_t at) {
  return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 ||
                              text[at] == '_' || static_cast<unsigned char>(text[at]) >= 0x80);
}

// The length of the dash that opens a flag at `at` (no word before it, one after), or 0.
std::size_t flag_dash(std::string_view text, std::size_t at) {
  if (at > 0 && word(text, at - 1)) return 0;
  for (const auto dash : dashes)
    if (text.substr(at).starts_with(dash) && word(text, at + dash.size())) return dash.size();
  return 0;
}

// Every way to write the flags of a literal; empty if there are too many.
std::vector<std::string> dash_variants(std::string_view text) {
  std::vector<std::string> ways{""};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = flag_dash(text, at);
    if (size == 0) {
      for (auto& way : ways) way += text[at];
      ++at;
      continue;
    }
    std::vector<std::string> more;
    for (const auto& way : ways)
      for (const auto dash : dashes) more.push_back(way + std::string(dash));
    ways = std::move(more);
    if (ways.size() > most_variants) return {};
    at += size;
  }
  return ways;
}

// Base64 of `bytes` standing at offsets 0, 1 and 2 of a longer text: the part that is the same
// whatever stands around it.
std::vector<std::string> base64_offsets(const std::string& bytes) {
  constexpr std::array<std::size_t, 3> first{0, 2, 3};
  constexpr std::array<std::size_t, 3> cut{0, 3, 2};  // by (offset + size) % 3
  std::vector<std::string> ways;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string coded = text::base64(std::string(offset, ' ') + bytes);
    const std::size_t end = coded.size() - cut[(offset + bytes.size()) % 3];
    if (end > first[offset]) ways.push_back(coded.substr(first[offset], end - first[offset]));
  }
  return ways;
}

}  // namespace

std::vector<Pattern> with_dashes(const Pattern& pattern) {
  std::vector<std::vector<Piece>> ways{{}};
  for (const auto& piece : pattern.pieces()) {
    const auto texts = piece.kind == Piece::Kind::literal ? dash_variants(piece.text)
                                                          : std::vector<std::string>{""};
    std::vector<std::vector<Piece>> more;
    for (const auto& way : ways)
      for (const auto& text : texts) {
        more.push_back(way);
        more.back().push_back({piece.kind, text});
      }
    ways = std::move(more);
    if (ways.size() > most_variants) return {};
  }
  std::vector<Pattern> patterns;
  patterns.reserve(ways.size());
  for (auto& way : ways) patterns.emplace_back(std::move(way));
  return patterns;
}

std::vector<std::string> encode(Encoding encoding, const std::string& bytes) {
  switch (encoding) {
    case Encoding::utf16le: return {text::utf16le(bytes)};
    case Encoding::utf16be: return {text::utf16be(bytes)};
    case Encoding::utf16: return {"\xFF\xFE" + text::utf16le(bytes)};
    case Encoding::base64: return {text::base64(bytes)};
    case Encoding::base64offset: return base64_offsets(bytes);
  }
  return {};
}

}  // namespace haidang::detect
