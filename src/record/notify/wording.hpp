// One text of a template: fixed parts and the names of values between them.
//
//   "Sự cố {{number}}: {{title}}" -> fixed, number, fixed, title
//
// Splitting refuses braces that name no value; filling refuses a value that is absent, is no text,
// number, truth, label {vi, en} or list of these, or is flagged as secret. What it refuses it
// names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "record/notify/plain.hpp"

namespace haidang::notify {

namespace json = boost::json;

enum class Language : std::uint8_t { vi, en };
constexpr std::string_view link_value = "link";  // filled by the courier, listed by nobody

struct Piece {
  std::string text;  // fixed, or the value's name
  bool is_value = false;
};
using Wording = std::vector<Piece>;

// Errors have no place: the caller knows it.
Result<Wording> split_wording(std::string_view text);

// Lower-case words with digits and '_', joined by dots where `dotted`; at most 64 letters.
bool well_named(std::string_view name, bool dotted);

// `denied` where anything in it, however deep, is an object with "secret" other than false.
Result<> refuse_secrets(const json::value& value);

constexpr std::size_t longest_value = 2000;  // columns; more is cut and ends in "…"
Result<std::string> value_text(std::string_view name, const json::object& values,
                               Language language);

Result<std::vector<SmsPart>> fill_wording(const Wording& wording, const json::object& values,
                                          Language language);

}  // namespace haidang::notify
