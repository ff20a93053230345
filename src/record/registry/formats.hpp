// The forms of text a field may ask for (`format` in kinds.yml): a table, no regular expressions.
//
// A text of any length is checked in linear time without recursion.
#pragma once

#include <span>
#include <string_view>

namespace haidang::registry {

struct Format {
  std::string_view name;     // "email"
  std::string_view message;  // "must be an e-mail address"
  bool (*fits)(std::string_view text);
};

std::span<const Format> formats();
const Format* find_format(std::string_view name);

}  // namespace haidang::registry
