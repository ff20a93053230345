#include "record/registry/formats.hpp"

#include <algorithm>
#include <array>

#include "base/time.hpp"
#include "record/registry/entry.hpp"

namespace haidang::registry {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, digit); }
bool letter_or_digit(char c) {
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && letter_or_digit(text.front()) &&
         letter_or_digit(text.back()) && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text,
                             [](char c) { return letter_or_digit(c) || c == '.' || c == '-'; });
}

bool email(std::string_view text) {
  constexpr std::string_view others = ".!#$%&'*+/=?^_`{|}~-";  // RFC 5322 atext and the dot
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64) return false;
  return host(text.substr(at + 1)) && std::ranges::all_of(text.substr(0, at), [&](char c) {
           return letter_or_digit(c) || others.find(c) != std::string_view::npos;
         });
}

bool phone(std::string_view text) {
  return text.starts_with('+') && text.size() >= 9 && text.size() <= 16 &&
         all_digits(text.substr(1));
}

bool hotline(std::string_view text) {
  return phone(text) || (text.size() >= 3 && text.size() <= 15 && all_digits(text));
}

bool url(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    const auto end = text.find_first_of(":/?#");
    return host(text.substr(0, end)) &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '"'; });
  }
  return false;
}

bool date(std::string_view text) { return parse_day(text).has_value(); }

bool date_time(std::string_view text) {
  return text.size() > 19 && text[10] == 'T' && parse_time(text).has_value();
}

bool slug(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || c == '-';
  });
}

constexpr std::array table{
    Format{"date", "must be a day, like 2026-07-31", date},
    Format{"date-time", "must be a time with its zone, like 2026-07-31T07:00:00+07:00", date_time},
    Format{"digits", "must be digits only", all_digits},
    Format{"email", "must be an e-mail address, like truc@haiphong.gov.vn", email},
    Format{"hotline", "must be a telephone number: digits, with or without + in front", hotline},
    Format{"id", "must be an id of a-z, 0-9 and -, at most 64 letters", slug},
    Format{"phone", "must be a telephone number with its country, like +84912345678", phone},
    Format{"url", "must be an address that begins with http:// or https://", url},
};

}  // namespace

std::span<const Format> formats() { return table; }

const Format* find_format(std::string_view name) {
  const auto* const found = std::ranges::find(table, name, &Format::name);
  return found == table.end() ? nullptr : found;
}

}  // namespace haidang::registry
