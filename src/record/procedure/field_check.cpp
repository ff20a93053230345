#include "record/procedure/field_check.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/text.hpp"
#include "base/time.hpp"
#include "record/registry/entry.hpp"

namespace haidang::procedure {
namespace {

constexpr std::size_t most_text = 16U << 10;
constexpr unsigned deepest = 16;

// What a schema says of a text that the library does not check for us.
struct TextRule {
  std::string format{};
  std::shared_ptr<const RE2> pattern{};
};

std::string text_of(const json::object& schema, std::string_view key) {
  const auto* value = schema.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<TextRule> take_text_rule(json::object& schema) {
  TextRule rule{.format = text_of(schema, "format")};
  if (const auto pattern = text_of(schema, "pattern"); !pattern.empty()) {
    rule.pattern = std::make_shared<const RE2>(pattern, RE2::Quiet);
    if (!rule.pattern->ok()) return invalid("pattern: " + rule.pattern->error(), pattern);
  }
  schema.erase("format");
  schema.erase("pattern");
  return rule;
}

bool names_its_zone(std::string_view text) {
  return text.ends_with('Z') || text.find_first_of("+-", 10) != std::string_view::npos;
}

Result<> check_moment(const std::string& text, std::string_view where) {
  const bool looks =
      text.size() >= 16 && text < "2200" && text[4] == '-' && (text[10] == 'T' || text[10] == ' ');
  if (looks && names_its_zone(text) && parse_time(text)) return {};
  return invalid("is not a time with its zone: write 2026-01-31T07:00:00+07:00",
                 std::string(where));
}

Result<> check_day(const std::string& text, std::string_view where) {
  if (registry::parse_day(text)) return {};
  return invalid("is not a day: write 2026-01-31", std::string(where));
}

Result<> check_mail(const std::string& text, std::string_view where) {
  static const RE2 mail(R"([^\s@<>,;"\\]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z0-9-]{1,50})");
  if (RE2::FullMatch(text, mail)) return {};
  return invalid("is not an e-mail address: write name@example.vn", std::string(where));
}

Result<> check_text(const TextRule& rule, const json::value& value, std::string_view where) {
  if (!value.is_string()) return {};
  const std::string text(value.get_string());
  if (rule.pattern && !RE2::PartialMatch(text, *rule.pattern))
    return invalid("must have the form " + rule.pattern->pattern(), std::string(where));
  if (rule.format == "date-time") return check_moment(text, where);
  if (rule.format == "date") return check_day(text, where);
  if (rule.format == "email") return check_mail(text, where);
  return {};
}

// What no value of record may be, whatever its schema says.
Result<> check_bounds(const json::value& value, const std::string& where, unsigned depth) {
  if (depth > deepest) return invalid("is nested too deep", where);
  if (value.is_double()) return invalid("must be a whole number: record figures are exact", where);
  if (value.is_string() && value.get_string().size() > most_text)
    return invalid("is longer than 16 KiB: attach it as a document", where);
  if (const auto* list = value.if_array())
    for (std::size_t i = 0; i < list->size(); ++i)
      TRY_VOID(check_bounds((*list)[i], fmt::format("{}/{}", where, i), depth + 1));
  if (const auto* object = value.if_object())
    for (const auto& [key, part] : *object)
      TRY_VOID(check_bounds(part, fmt::format("{}/{}", where, std::string_view(key)), depth + 1));
  return {};
}

// The library names a place by steps like ["a"] or [0] after "<root>".
std::string pointer(const std::vector<std::string>& steps, std::string_view root) {
  std::string out(root);
  for (std::size_t i = 1; i < steps.size(); ++i) {
    std::string_view step = steps[i];
    const auto from = step.find_first_not_of("[\"");
    const auto to = step.find_last_not_of("]\"");
    if (from == std::string_view::npos || to == std::string_view::npos) continue;
    out += "/" + std::string(step.substr(from, to - from + 1));
  }
  return out;
}

}  // namespace

struct FieldCheck::State {
  valijson::Schema schema;
  TextRule text;
  TextRule item;
  std::map<std::string, Label> choices;
};

namespace {

Result<> check_choice(const std::map<std::string, Label>& choices, const json::value& value,
                      std::string_view where) {
  if (choices.empty() || !value.is_string()) return {};
  if (choices.contains(std::string(value.get_string()))) return {};
  std::string known;
  for (const auto& [name, label] : choices) known += (known.empty() ? "" : ", ") + name;
  return invalid("is none of its choices: " + known, std::string(where));
}

Result<> validate(const valijson::Schema& schema, const json::value& value,
                  std::string_view where) {
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  const valijson::adapters::BoostJsonAdapter adapter(value);
  if (validator.validate(schema, adapter, &results)) return {};
  valijson::ValidationResults::Error error;
  if (!results.popError(error)) return invalid("is not valid", std::string(where));
  return invalid(text::shown(error.description, 200), pointer(error.context, where));
}

}  // namespace

FieldCheck::FieldCheck(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<FieldCheck> FieldCheck::compile(const Field& field) {
  auto state = std::make_shared<State>();
  json::object schema = field.schema;
  TRY(state->text, take_text_rule(schema));
  if (auto* items = schema.if_contains("items"); items != nullptr && items->is_object()) {
    TRY(state->item, take_text_rule(items->get_object()));
  }
  state->choices = field.choices;
  try {
    const json::value whole(schema);
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::BoostJsonAdapter(whole), state->schema);
  } catch (const std::exception& error) {
    return invalid(fmt::format("the schema of field '{}': {}", field.name, error.what()));
  }
  return FieldCheck(std::move(state));
}

Result<> FieldCheck::check(const json::value& value, std::string_view where) const {
  TRY_VOID(check_bounds(value, std::string(where), 0));
  try {
    TRY_VOID(validate(state_->schema, value, where));
  } catch (const std::exception& error) {
    return invalid(error.what(), std::string(where));
  }
  TRY_VOID(check_text(state_->text, value, where));
  TRY_VOID(check_choice(state_->choices, value, where));
  const auto* list = value.if_array();
  if (list == nullptr) return {};
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto place = fmt::format("{}/{}", where, i);
    TRY_VOID(check_text(state_->item, (*list)[i], place));
    TRY_VOID(check_choice(state_->choices, (*list)[i], place));
  }
  return {};
}

}  // namespace haidang::procedure
