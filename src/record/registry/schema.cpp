#include "record/registry/schema.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/nearest.hpp"
#include "record/registry/formats.hpp"

namespace haidang::registry {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 11> known_words{
    "enum",     "format",    "items",   "maxItems", "maxLength",  "maximum",
    "minItems", "minLength", "minimum", "type",     "uniqueItems"};

std::string text_of(const json::object& schema, std::string_view word) {
  const auto* const value = schema.if_contains(word);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string figure(const json::object& schema, std::string_view word) {
  const auto* const value = schema.if_contains(word);
  return value == nullptr ? std::string() : json::serialize(*value);
}

// " of 1 to 200 characters", " of at most 5", "" …
std::string bounds(std::string_view lead, const std::string& least, const std::string& most,
                   std::string_view unit) {
  if (least.empty() && most.empty()) return {};
  if (most.empty()) return fmt::format(" {} at least {}{}", lead, least, unit);
  if (least.empty()) return fmt::format(" {} at most {}{}", lead, most, unit);
  return fmt::format(" {} {} to {}{}", lead, least, most, unit);
}

std::string choices(const json::array& values) {
  std::vector<std::string> names;
  for (const auto& value : values) {
    names.push_back(value.is_string() ? std::string(value.as_string()) : json::serialize(value));
  }
  return fmt::format("must be one of {}", fmt::join(names, ", "));
}

std::string describe(const json::object& schema) {
  if (const auto* const values = schema.if_contains("enum")) return choices(values->as_array());
  const auto type = text_of(schema, "type");
  if (type == "boolean") return "must be true or false";
  if (type == "integer") {
    return "must be a whole number" +
           bounds("of", figure(schema, "minimum"), figure(schema, "maximum"), "");
  }
  if (type == "array") {
    const auto* const items = schema.if_contains("items");
    return "must be a list" +
           bounds("of", figure(schema, "minItems"), figure(schema, "maxItems"), "") +
           (items == nullptr ? "" : ", each of which " + describe(items->as_object()));
  }
  return "must be text" +
         bounds("of", figure(schema, "minLength"), figure(schema, "maxLength"), " characters");
}

Result<> check_format(const json::object& schema, bool top) {
  const auto* const format = schema.if_contains("format");
  if (format == nullptr) return {};
  if (top && find_format(text_of(schema, "format")) != nullptr) return {};
  std::vector<std::string_view> names;
  for (const auto& known : formats()) names.push_back(known.name);
  return invalid(fmt::format("unknown format {}; known at the top of a schema are {}",
                             json::serialize(*format), fmt::join(names, ", ")));
}

Result<> check_words(const json::object& schema, bool top);

Result<> check_type(const json::object& schema) {
  const auto* const values = schema.if_contains("enum");
  if (values != nullptr && values->is_array() && !values->as_array().empty()) return {};
  const auto type = text_of(schema, "type");
  if (type == "boolean" || type == "integer") return {};
  if (type == "string" && schema.contains("maxLength")) return {};
  if (type == "string") return invalid("a text needs a maxLength");
  if (type != "array") return invalid("type is string, integer, boolean or array");
  const auto* const items = schema.if_contains("items");
  if (items == nullptr || !items->is_object() || !schema.contains("maxItems")) {
    return invalid("an array needs items and a maxItems");
  }
  return check_words(items->as_object(), false);
}

Result<> check_words(const json::object& schema, bool top) {
  for (const auto& [word, value] : schema) {
    if (std::ranges::find(known_words, std::string_view(word)) != known_words.end()) continue;
    return invalid(fmt::format("'{}' is no word of a schema here{}", std::string_view(word),
                               did_you_mean(word, known_words)));
  }
  TRY_VOID(check_format(schema, top));
  return check_type(schema);
}

}  // namespace

struct Schema::State {
  valijson::Schema compiled;
  std::string message;
  const Format* format = nullptr;
};

Result<Schema> Schema::compile(const json::object& schema) {
  TRY_VOID(check_words(schema, true));
  auto state = std::make_shared<State>();
  json::object plain = schema;
  plain.erase("format");  // valijson's own run std::regex, which recurses per letter
  state->format = find_format(text_of(schema, "format"));
  state->message = describe(schema);
  try {
    const json::value root(plain);
    const valijson::adapters::BoostJsonAdapter adapter(root);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(adapter, state->compiled);
  } catch (const std::exception& why) {
    return invalid(std::string("not a JSON Schema: ") + why.what());
  }
  Schema compiled;
  compiled.state_ = std::move(state);
  return compiled;
}

std::optional<std::string> Schema::problem(const json::value& value) const {
  valijson::Validator validator;
  const valijson::adapters::BoostJsonAdapter adapter(value);
  if (!validator.validate(state_->compiled, adapter, nullptr)) return state_->message;
  if (state_->format == nullptr) return {};
  if (value.is_string() && state_->format->fits(value.as_string())) return {};
  return std::string(state_->format->message);
}

}  // namespace haidang::registry
