// A text that is a number from its first byte to its last, in decimal.
//
// No sign but '-', no space, no separators; what does not fit the type is no number. As doubles
// "inf" and "nan" are numbers (std::from_chars), but for finite_number_of().
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

namespace haidang::detect {

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

inline std::optional<double> finite_number_of(std::string_view text) {
  const auto number = number_of<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

}  // namespace haidang::detect
