#include "record/registry/cells.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/text.hpp"

namespace haidang::registry {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> yes{"true", "yes", "co", "x", "1", "dung"};
constexpr std::array<std::string_view, 5> no{"false", "no", "khong", "0", "sai"};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto start = text.find_first_not_of(blank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(blank) - start + 1);
}

std::string_view type_of(const json::object& schema) {
  const auto* const type = schema.if_contains("type");
  return type != nullptr && type->is_string() ? std::string_view(type->as_string())
                                              : std::string_view("string");
}

json::value flag(std::string_view cell) {
  const auto key = heading_key(cell);
  if (std::ranges::find(yes, key) != yes.end()) return true;
  if (std::ranges::find(no, key) != no.end()) return false;
  return json::value(cell);
}

json::value whole_number(std::string_view cell) {
  std::int64_t number = 0;
  const auto* const end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, number);
  if (error != std::errc{} || stop != end) return json::value(cell);
  return number;
}

json::value choice(const Field& field, std::string_view cell) {
  const auto key = heading_key(cell);
  for (const auto& [name, label] : field.choices) {
    if (key == heading_key(name) || key == heading_key(label.vi) || key == heading_key(label.en)) {
      return json::value(name);
    }
  }
  return json::value(cell);
}

template <class Take>
json::array parts(std::string_view cell, char separator, Take take) {
  json::array values;
  while (true) {
    const auto end = cell.find(separator);
    const auto part = trimmed(cell.substr(0, end));
    if (!part.empty()) values.push_back(take(part));
    if (end == std::string_view::npos) return values;
    cell.remove_prefix(end + 1);
  }
}

json::value one_value(const Field& field, std::string_view cell) {
  if (!field.choices.empty()) return choice(field, cell);
  const auto type = type_of(field.schema);
  if (type == "boolean") return flag(cell);
  if (type == "integer") return whole_number(cell);
  if (type != "array") return json::value(cell);
  return parts(cell, ';', [](std::string_view part) { return json::value(part); });
}

std::string joined(const json::array& values, auto&& show) {
  std::string out;
  for (const auto& value : values) {
    if (!out.empty()) out += value.is_array() ? " | " : "; ";
    out += show(value);
  }
  return out;
}

}  // namespace

std::string heading_key(std::string_view text) { return text::fold(trimmed(text)); }

json::value value_of(const Field& field, std::string_view cell) {
  cell = trimmed(cell);
  if (!field.many) return one_value(field, cell);
  const char separator = type_of(field.schema) == "array" ? '|' : ';';
  return parts(cell, separator, [&](std::string_view part) { return one_value(field, part); });
}

std::string cell_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_array()) return joined(value.as_array(), cell_of);
  return value.is_null() ? std::string() : json::serialize(value);
}

std::string cell_for(const Field& field, const json::value& value, std::string_view language) {
  const bool vi = language == "vi";
  if (value.is_array()) {
    return joined(value.as_array(),
                  [&](const json::value& one) { return cell_for(field, one, language); });
  }
  if (value.is_bool()) return value.as_bool() ? (vi ? "Có" : "Yes") : (vi ? "Không" : "No");
  if (!value.is_string()) return cell_of(value);
  const auto found = field.choices.find(std::string(value.as_string()));
  if (found == field.choices.end()) return std::string(value.as_string());
  return vi ? found->second.vi : found->second.en;
}

}  // namespace haidang::registry
