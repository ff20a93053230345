#include "net/http.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "net/token.hpp"

namespace haidang::net {
namespace {

constexpr std::size_t most_pairs = 1000;

int digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

std::optional<std::string_view> cookie_in(std::string_view line, std::string_view name) {
  while (!line.empty()) {
    const auto end = std::min(line.find(';'), line.size());
    const auto pair = trimmed(line.substr(0, end));
    const auto equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == name)
      return unquoted(pair.substr(equals + 1));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return {};
}

Result<std::string> form_text(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  TRY(auto decoded, percent_decode(spaced));
  if (decoded.find('\0') != decoded.npos || !text::valid_utf8(decoded))
    return invalid("a form or query holds text that is not UTF-8, or a NUL; encode it as UTF-8");
  return decoded;
}

}  // namespace

bool same_word(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return one.size() == other.size() &&
         std::ranges::equal(one, other, [&](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != marks.npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || c == '\t';
  });
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? digit(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? digit(text[at + 2]) : -1;
    if (high < 0 || low < 0)
      return invalid("'%' without two hexadecimal digits; write '%25' for a percent sign");
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_)
    if (same_word(key, name)) return value;
  return {};
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(pairs_, [&](const Pair& pair) { return same_word(pair.first, name); });
  pairs_.emplace_back(std::string(name), std::move(value));
}

void Headers::add(std::string name, std::string value) {
  if (pairs_.empty()) pairs_.reserve(8);
  pairs_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return {};
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers.all()) {
    if (!same_word(key, "Cookie")) continue;
    if (auto found = cookie_in(value, name)) return found;
  }
  return {};
}

Result<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (pairs.size() == most_pairs)
      return invalid(fmt::format("more than {} fields in a form or query", most_pairs));
    const auto equals = std::min(pair.find('='), pair.size());
    TRY(auto key, form_text(pair.substr(0, equals)));
    TRY(auto value, form_text(pair.substr(std::min(equals + 1, pair.size()))));
    pairs.emplace_back(std::move(key), std::move(value));
  }
  return pairs;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved)
      out += c;
    else
      (((out += '%') += digits[byte >> 4U])) += digits[byte & 15U];
  }
  return out;
}

}  // namespace haidang::net
