#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/quantity.hpp"
#include "record/procedure/field_check.hpp"
#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

std::string text_in(const json::object& schema, std::string_view key) {
  const auto* value = schema.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::optional<json::value> choice(Reader& in, const Node& node, const Field& field) {
  std::vector<std::string_view> names;
  for (const auto& [name, label] : field.choices) names.push_back(name);
  if (std::ranges::find(names, node.text) != names.end()) return json::value(node.text);
  in.problem(node, fmt::format("'{}' is not a choice of '{}'{}", node.text, field.name,
                               did_you_mean(node.text, names)));
  return std::nullopt;
}

std::optional<json::value> typed(const Node& node, std::string_view type) {
  if (type == "string") return json::value(node.text);
  if (type == "boolean" && node.plain && (node.text == "true" || node.text == "false"))
    return json::value(node.text == "true");
  if (type != "integer") return std::nullopt;
  const auto number = parse_integer(node.text);
  if (!number) return std::nullopt;
  return json::value(*number);
}

const json::object& item_schema(const json::object& schema) {
  const auto* items = schema.if_contains("items");
  return items != nullptr && items->is_object() ? items->as_object() : schema;
}

std::optional<json::value> scalar_for(Reader& in, const Node& node, const Field& field) {
  if (!node.is_scalar() || node.is_null()) {
    in.problem(node, fmt::format("'{}' needs one value", field.name));
    return std::nullopt;
  }
  if (!field.choices.empty()) return choice(in, node, field);
  const auto& schema = item_schema(field.schema);
  auto value = typed(node, text_in(schema, "type"));
  const auto wrong = value ? against_schema(schema, *value) : "must be " + text_in(schema, "type");
  if (wrong.empty()) return value;
  in.problem(node, fmt::format("'{}' does not fit '{}': {}", node.text, field.name, wrong));
  return std::nullopt;
}

}  // namespace

std::optional<json::value> value_for(Reader& in, const Node& node, const Field& field,
                                     bool one_of_list) {
  const bool is_list = text_in(field.schema, "type") == "array";
  if (!is_list || one_of_list) return scalar_for(in, node, field);
  json::array values;
  for (const Node* item : in.list(node))
    if (auto value = scalar_for(in, *item, field)) values.push_back(std::move(*value));
  const auto wrong = against_schema(field.schema, values);
  if (!wrong.empty()) in.problem(node, fmt::format("does not fit '{}': {}", field.name, wrong));
  return json::value(std::move(values));
}

std::string against_schema(const json::object& schema, const json::value& value) {
  const auto check = FieldCheck::compile({.name = "value", .label = {}, .schema = schema});
  if (!check) return check.error().what;
  const auto fits = check->check(value, "");
  return fits ? std::string() : fits.error().what;
}

std::string against_schema_itself(const json::object& schema) {
  const auto check = FieldCheck::compile({.name = "value", .label = {}, .schema = schema});
  return check ? std::string() : check.error().what;
}

}  // namespace haidang::procedure::parsing
