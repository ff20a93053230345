#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

using What = decltype(Effect::what);

// Values the engine fills in, and what a field must be to take them.
struct Filled {
  std::string_view name;
  std::string_view format;  // of the field's schema; empty: a plain text
};
constexpr std::array filled{Filled{"$now", "date-time"}, Filled{"$today", "date"},
                            Filled{"$actor", ""}, Filled{"$unit", ""}};
constexpr std::string_view nothing = "$nothing";  // empties any field

bool takes(const Field& field, const Filled& value) {
  const auto* type = field.schema.if_contains("type");
  const auto* format = field.schema.if_contains("format");
  if (type == nullptr || *type != "string" || !field.choices.empty()) return false;
  if (format == nullptr) return value.format.empty();
  return format->is_string() && std::string_view(format->as_string()) == value.format;
}

std::optional<json::value> set_value(Reader& in, const Node& node, const Field& field) {
  if (!node.text.starts_with('$')) return value_for(in, node, field, false);
  if (node.text == nothing) return json::value(node.text);
  const auto found = std::ranges::find(filled, node.text, &Filled::name);
  if (found != filled.end() && takes(field, *found)) return json::value(node.text);
  std::vector<std::string_view> names{nothing};
  for (const auto& value : filled) names.push_back(value.name);
  in.problem(node,
             found == filled.end()
                 ? fmt::format("unknown value '{}'{}", node.text, did_you_mean(node.text, names))
                 : fmt::format("'{}' does not fit '{}'", node.text, field.name));
  return std::nullopt;
}

void read_set(Reader& in, const Node& node, std::vector<What>& into) {
  if (!in.is_mapping(node, "set")) return;
  for (const auto& item : node.items) {
    const auto name = in.name(item.key, item, Sort::field);
    const Field* field = in.field(name);
    if (field == nullptr) continue;
    if (auto value = set_value(in, item, *field))
      into.emplace_back(SetField{.field = name, .value = std::move(*value)});
  }
}

void read_chain(Reader& in, const Node& node, Notify& into) {
  static constexpr std::array<std::string_view, 3> names{"duty", "next", "watchers"};
  const auto found = std::ranges::find(names, node.text);
  if (found == names.end())
    in.problem(node, fmt::format("'chain' must be duty, next or watchers, not '{}'", node.text));
  else
    into.chain = static_cast<Notify::Chain>(found - names.begin());
}

void read_notify(Reader& in, const Node& node, std::vector<What>& into) {
  static constexpr std::array keys{
      Key<Notify>{"parties", read_names<&Notify::parties, Sort::party>, true},
      Key<Notify>{"template", read_name<&Notify::template_name, Sort::notice_template>, true},
      Key<Notify>{"chain", read_chain}};
  Notify notify;
  read_keys(in, node, keys, "notify", notify);
  into.emplace_back(std::move(notify));
}

void read_handed_fields(Reader& in, const Node& node, OpenCase& into) {
  if (!in.is_mapping(node, "fields")) return;
  for (const auto& item : node.items) into.fields[item.key] = in.name(item, Sort::field);
}

void read_subject(Reader& in, const Node& node, OpenCase& into) {
  into.subject = in.name(node, Sort::field);
  const Field* unit = in.field(into.subject);
  if (unit != nullptr && unit->refers_to != "unit")
    in.problem(node, fmt::format("'{}' must be a field that refers_to: unit", into.subject));
}

void read_open(Reader& in, const Node& node, std::vector<What>& into) {
  static constexpr std::array keys{
      Key<OpenCase>{"procedure", read_name<&OpenCase::procedure, Sort::procedure>, true},
      Key<OpenCase>{"fields", read_handed_fields}, Key<OpenCase>{"subject", read_subject},
      Key<OpenCase>{"link", read_text<&OpenCase::link>}};
  OpenCase open;
  read_keys(in, node, keys, "open_case", open);
  into.emplace_back(std::move(open));
}

void read_go(Reader& in, const Node& node, std::vector<What>& into) {
  into.emplace_back(Go{in.name(node, Sort::state)});
}

void read_tell(Reader& in, const Node& node, std::vector<What>& into) {
  static constexpr std::array keys{
      Key<Tell>{"party", read_name<&Tell::party, Sort::party>, true},
      Key<Tell>{"fields", read_names<&Tell::fields, Sort::field>, true}};
  Tell tell;
  read_keys(in, node, keys, "tell", tell);
  into.emplace_back(std::move(tell));
}

void read_evidence(Reader& in, const Node& node, std::vector<What>& into) {
  into.emplace_back(RequireEvidence{in.name(node, Sort::document)});
}

struct Verb {
  std::string_view name;
  void (*read)(Reader&, const Node&, std::vector<What>&);
};
constexpr std::array verbs{Verb{"set", read_set},        Verb{"notify", read_notify},
                           Verb{"open_case", read_open}, Verb{"go", read_go},
                           Verb{"tell", read_tell},      Verb{"require_evidence", read_evidence}};

std::vector<std::string_view> effect_keys() {
  std::vector<std::string_view> names{"when"};
  for (const auto& verb : verbs) names.push_back(verb.name);
  return names;
}

void read_one(Reader& in, const Node& node, std::vector<Effect>& into) {
  if (!in.is_mapping(node, "an effect")) return;
  refuse_unknown_keys(in, node, effect_keys(), "an effect");
  std::vector<What> found;
  std::size_t used = 0;
  for (const auto& verb : verbs) {
    const Node* value = node.find(verb.name);
    if (value == nullptr) continue;
    ++used;
    verb.read(in, *value, found);
  }
  if (used != 1)
    in.problem(node,
               "an effect must do one thing: set, notify, open_case, go, tell or "
               "require_evidence");
  const Node* when = node.find("when");
  const auto condition = when == nullptr ? std::nullopt : read_condition(in, *when);
  for (auto& what : found) {
    into.push_back({.what = std::move(what), .when = condition});
    in.uses.push_back({.line = node.line, .effect = into.back()});
  }
}

}  // namespace

std::vector<Effect> read_effects(Reader& in, const Node& node) {
  std::vector<Effect> effects;
  for (const Node* item : in.list(node)) read_one(in, *item, effects);
  return effects;
}

}  // namespace haidang::procedure::parsing
