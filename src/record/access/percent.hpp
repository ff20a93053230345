// RFC 3986 §2.1: all but unreserved letters as %XX.
#pragma once

#include <string>
#include <string_view>

namespace haidang::access {

inline std::string percent(std::string_view text) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (plain.find(letter) != std::string_view::npos)
      out += letter;
    else
      ((out += '%') += digits[byte >> 4U]) += digits[byte & 15U];
  }
  return out;
}

}  // namespace haidang::access
