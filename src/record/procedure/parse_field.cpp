#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/quantity.hpp"
#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

// The types a person writes, and the schema each stands for.
struct Type {
  std::string_view name;
  std::string_view schema;
};
constexpr std::array types{
    Type{"text", R"({"type":"string","minLength":1,"maxLength":300})"},
    Type{"paragraph", R"({"type":"string","minLength":1,"maxLength":5000})"},
    Type{"time", R"({"type":"string","format":"date-time"})"},
    Type{"day", R"({"type":"string","format":"date"})"},
    Type{"whole_number", R"({"type":"integer","minimum":0})"},
    Type{"yes_no", R"({"type":"boolean"})"},
    Type{"email", R"({"type":"string","maxLength":254,"format":"email"})"},
    Type{"phone", R"({"type":"string","pattern":"^[+]?[0-9 ().-]{6,30}$"})"},
    Type{"sha256", R"({"type":"string","pattern":"^[0-9a-f]{64}$"})"},
    Type{"choice", R"({"type":"string"})"},
    Type{"choices",
         R"({"type":"array","minItems":1,"uniqueItems":true,"items":{"type":"string"}})"},
    Type{"reference", R"({"type":"string","pattern":"^[a-z0-9-]{1,100}$"})"},
    Type{"references", R"({"type":"array","minItems":1,"maxItems":200,"uniqueItems":true,)"
                       R"("items":{"type":"string","pattern":"^[a-z0-9-]{1,100}$"}})"},
};

// What a definition may narrow; nothing that could let in more than JSON Schema knows.
constexpr std::array<std::string_view, 7> limits{"minLength", "maxLength", "pattern", "minimum",
                                                 "maximum",   "minItems",  "maxItems"};
constexpr std::size_t longest_pattern = 200;

struct Draft {  // of a field, until its type is known
  std::string name{};
  Label label{};
  Label help{};
  std::string type{};
  std::vector<std::pair<std::string, Label>> choices{};
  json::object limits{};
  std::string refers_to{};
  bool required = false;
  bool secret = false;
  std::vector<std::string> visible_to{};
};

void read_choices(Reader& in, const Node& node, Draft& into) {
  if (!in.is_mapping(node, "choices")) return;
  for (const auto& item : node.items)
    into.choices.emplace_back(in.identifier(item), in.label(item));
  if (node.items.size() < 2) in.problem(node, "a choice needs at least two choices");
}

void read_limit(Reader& in, const Node& node, Draft& into) {
  if (node.key == "pattern") {
    if (!node.is_scalar() || node.text.empty() || node.text.size() > longest_pattern)
      return in.problem(node, fmt::format("'pattern' must be a regular expression of at most {} "
                                          "bytes",
                                          longest_pattern));
    into.limits["pattern"] = node.text;
    return;
  }
  const auto number = parse_integer(node.text);
  if (node.is_scalar() && number && *number >= 0)
    into.limits[node.key] = *number;
  else
    in.problem(node, fmt::format("'{}' must be a whole number, 0 or more", node.key));
}

void read_limits(Reader& in, const Node& node, Draft& into) {
  if (!in.is_mapping(node, "schema")) return;
  refuse_unknown_keys(in, node, limits, "schema");
  for (const auto& item : node.items)
    if (std::ranges::find(limits, item.key) != limits.end()) read_limit(in, item, into);
}

constexpr std::array keys{
    Key<Draft>{"label", read_label<&Draft::label>, true},
    Key<Draft>{"help", read_label<&Draft::help>},
    Key<Draft>{"type", read_text<&Draft::type>},
    Key<Draft>{"choices", read_choices},
    Key<Draft>{"refers_to", read_name<&Draft::refers_to, Sort::registry_kind>},
    Key<Draft>{"schema", read_limits},
    Key<Draft>{"required", read_flag<&Draft::required>},
    Key<Draft>{"secret", read_flag<&Draft::secret>},
    Key<Draft>{"visible_to", read_names<&Draft::visible_to, Sort::party>},
};

std::string implied_type(const Draft& draft) {
  if (!draft.type.empty()) return draft.type;
  if (!draft.choices.empty()) return "choice";
  return draft.refers_to.empty() ? "text" : "reference";
}

json::object schema_of(Reader& in, const Node& node, const std::string& type) {
  const auto found = std::ranges::find(types, type, &Type::name);
  if (found != types.end()) return json::parse(std::string(found->schema)).as_object();
  std::vector<std::string_view> names;
  for (const auto& known : types) names.push_back(known.name);
  in.problem(node, fmt::format("unknown type '{}'{}", type, did_you_mean(type, names)));
  return {};
}

void check_type(Reader& in, const Node& node, const Draft& draft, const std::string& type) {
  const bool chooses = type == "choice" || type == "choices";
  const bool refers = type == "reference" || type == "references";
  if (chooses != !draft.choices.empty())
    in.problem(node, fmt::format("'{}': type {} and 'choices' go together", draft.name,
                                 chooses ? type : "choice or choices"));
  if (refers != !draft.refers_to.empty())
    in.problem(node, fmt::format("'{}': type {} and 'refers_to' go together", draft.name,
                                 refers ? type : "reference or references"));
}

void put_choices(const Draft& draft, json::object& schema) {
  json::array names;
  for (const auto& [name, label] : draft.choices) names.emplace_back(name);
  if (names.empty()) return;
  auto* items = schema.if_contains("items");
  auto& target = items != nullptr && items->is_object() ? items->as_object() : schema;
  target["enum"] = std::move(names);
}

Field finish(Reader& in, const Node& node, Draft draft) {
  const auto type = implied_type(draft);
  auto schema = schema_of(in, node, type);
  check_type(in, node, draft, type);
  put_choices(draft, schema);
  for (const auto& limit : draft.limits) schema[limit.key()] = limit.value();
  if (const auto wrong = against_schema_itself(schema); !wrong.empty())
    in.problem(node, fmt::format("'{}' has no usable schema: {}", draft.name, wrong));
  Field field{.name = std::move(draft.name), .label = std::move(draft.label), .schema = schema};
  field.choices.insert(draft.choices.begin(), draft.choices.end());
  field.refers_to = std::move(draft.refers_to);
  field.required = draft.required;
  field.secret = draft.secret;
  field.visible_to = std::move(draft.visible_to);
  field.help = std::move(draft.help);
  return field;
}

}  // namespace

void read_fields(Reader& in, const Node& node, std::vector<Field>& into) {
  if (!in.is_mapping(node, "fields")) return;
  for (const auto& item : node.items) {
    in.remember("field", item);
    Draft draft{.name = in.identifier(item)};
    read_keys(in, item, keys, "field", draft);
    into.push_back(finish(in, item, std::move(draft)));
  }
  in.fields = into;
}

}  // namespace haidang::procedure::parsing
