// An entry's values as the cells of a table, and back. Part of this module only.
//
// Lists are parted by ";", lists of lists by "|" and ";". Choices are read by value or by either
// label, yes and no in both languages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "record/registry/kinds.hpp"

namespace haidang::registry {

// Columns of every kind beside its fields.
struct PlainColumn {
  std::string_view name;
  std::string_view vi;
  std::string_view en;
};
inline constexpr PlainColumn id_column{"id", "Mã", "Id"};
inline constexpr PlainColumn from_column{"valid_from", "Có hiệu lực từ", "Valid from"};
inline constexpr PlainColumn to_column{"valid_to", "Hết hiệu lực từ", "Valid to"};

// The value a cell stands for; text that the field does not take stays text, so that the schema
// says what is wrong with it.
boost::json::value value_of(const Field& field, std::string_view cell);
std::string cell_of(const boost::json::value& value);
// For people: choices by their labels, true and false in words.
std::string cell_for(const Field& field, const boost::json::value& value,
                     std::string_view language);

// Compares what people type: marks, case and blanks around aside.
std::string heading_key(std::string_view text);

}  // namespace haidang::registry
