// Sigma's condition language over named selections.
//
//   condition := or-list of and-lists of [not] ( '(' condition ')' | name | quantifier )
//   quantifier := ('1' | N | 'any' | 'all') 'of' ('them' | name-pattern)
//
// `them` leaves out selections whose name begins with '_'. Keywords are read without
// regard to case. The old `| count() …` aggregations are refused: correlations replaced them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "watch/detect/rule.hpp"

namespace haidang::detect {

using Selections = std::map<std::string, Expr, std::less<>>;

// `where` is the file:line named in an error.
Result<Expr> parse_condition(std::string_view condition, const Selections& selections,
                             const std::string& where);

}  // namespace haidang::detect
