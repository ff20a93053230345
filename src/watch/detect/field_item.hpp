// One line of a Sigma selection, `Field|modifier|…: value(s)`, as an expression over tests.
//
// The modifiers are a table (Sigma specification 2.1.0, appendix "Modifiers");
// one that is not in it, or two that exclude each other, refuse the rule.
//   order of work: expand → windash → utf16/base64 → contains/startswith/endswith
// whatever order they are written in, as every other order has no meaning.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "base/yaml.hpp"
#include "watch/detect/rule.hpp"

namespace haidang::detect {

// `item.key` is "Field|modifier|…" (the field may be empty: keywords).
Result<Expr> parse_field_item(const yaml::Node& item, std::string_view file,
                              const Placeholders& placeholders, std::vector<Test>& tests);

}  // namespace haidang::detect
