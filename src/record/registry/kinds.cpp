#include "record/registry/kinds.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "record/registry/catalogue_yaml.hpp"
#include "record/registry/formats.hpp"
#include "record/registry/kinds_state.hpp"

namespace haidang::registry {
namespace {

namespace json = boost::json;

// What the program itself reads of entries; all else is between the catalogue and people.
struct Read {
  std::string_view kind;
  std::string_view field;
  std::string_view refers_to;
};
constexpr std::array read_by_program{
    Read{"unit", "parent", "unit"},
    Read{"unit", "critical", ""},
    Read{"role_holder", "role", ""},
    Read{"role_holder", "unit", "unit"},
    Read{"person", "email", ""},
    Read{"person", "phone", ""},
    Read{"person", "account", ""},
    Read{"duty_rota", "unit", "unit"},
    Read{"duty_rota", "from", ""},
    Read{"duty_rota", "to", ""},
    Read{"duty_rota", "steps", "person"},
    Read{"provider", "unit", "unit"},
    Read{"certificate", "provider", "provider"},
    Read{"certificate", "scope", ""},
};

json::object enum_of(const std::map<std::string, Label>& choices) {
  json::array names;
  for (const auto& [name, label] : choices) names.emplace_back(name);
  return {{"enum", std::move(names)}};
}

Result<> read_choices(const yaml::Node& node, std::string_view file, Field& field) {
  const auto* const choices = node.find("choices");
  if (choices == nullptr) return {};
  for (const auto& choice : choices->items) {
    TRY(field.choices[choice.key], read_label(choice, file));
  }
  return {};
}

Result<> read_choices_from(const yaml::Node& node, std::string_view file,
                           const std::vector<Role>& roles, Field& field) {
  const auto* const from = node.find("choices_from");
  if (from == nullptr) return {};
  if (from->text != "roles.yml") {
    return invalid("choices_from may only be roles.yml", yaml::place(file, *from));
  }
  for (const auto& role : roles) field.choices[role.name] = role.label;
  return {};
}

// The schema as written; where it is not, what choices or a reference come to.
Result<json::object> read_schema(const yaml::Node& node, std::string_view file,
                                 const Field& field) {
  const auto* const written = node.find("schema");
  if (written != nullptr && written->is_mapping() && field.choices.empty()) {
    return to_json(*written).as_object();
  }
  if (written != nullptr) {
    return invalid("schema is a mapping, and stands where there are no choices",
                   yaml::place(file, *written));
  }
  if (!field.choices.empty()) return enum_of(field.choices);
  if (!field.refers_to.empty()) {
    return json::object{{"type", "string"}, {"format", "id"}, {"maxLength", 64}};
  }
  return invalid("'" + field.name + "' has no schema, choices or refers_to",
                 yaml::place(file, node));
}

Result<Field> read_field(const yaml::Node& node, std::string_view file,
                         const std::vector<Role>& roles) {
  constexpr std::string_view known[] = {"label",     "schema",   "choices", "choices_from",
                                        "refers_to", "required", "many"};
  TRY_VOID(only_keys(node, known, file));
  Field field{.name = node.key, .label = {}, .schema = {}};
  field.refers_to = node.text_of("refers_to");
  TRY(field.label, label_of(node, file));
  TRY(field.required, flag_of(node, "required", file));
  TRY(field.many, flag_of(node, "many", file));
  TRY_VOID(read_choices(node, file, field));
  TRY_VOID(read_choices_from(node, file, roles, field));
  TRY(field.schema, read_schema(node, file, field));
  return field;
}

Result<> known_field(const Kind& kind, std::string_view key, std::string_view name,
                     const yaml::Node& node, std::string_view file) {
  if (name.empty() || kind.find(name) != nullptr) return {};
  return invalid(fmt::format("{} of '{}' is '{}', which is no field of it", key, kind.name, name),
                 yaml::place(file, node));
}

Result<> check_named_fields(const Kind& kind, const yaml::Node& node, std::string_view file) {
  const auto* const name = kind.find(kind.name_field);
  if (name == nullptr || !name->required) {
    return invalid("'" + kind.name + "' needs `name`: the required field it is called by",
                   yaml::place(file, node));
  }
  TRY_VOID(known_field(kind, "unit", kind.unit_field, node, file));
  TRY_VOID(known_field(kind, "parent", kind.parent_field, node, file));
  for (const auto& field : kind.search_fields) {
    TRY_VOID(known_field(kind, "search", field, node, file));
  }
  return {};
}

Result<Kind> read_kind(const yaml::Node& node, std::string_view file,
                       const std::vector<Role>& roles) {
  constexpr std::string_view known[] = {"label", "name", "unit", "parent", "search", "fields"};
  TRY_VOID(only_keys(node, known, file));
  Kind kind{.name = node.key, .label = {}, .name_field = {}, .unit_field = {}, .fields = {}};
  kind.name_field = node.text_of("name");
  kind.unit_field = node.text_of("unit");
  kind.parent_field = node.text_of("parent");
  TRY(kind.label, label_of(node, file));
  if (const auto* const search = node.find("search")) kind.search_fields = search->texts();
  if (const auto* const fields = node.find("fields")) {
    for (const auto& item : fields->items) {
      TRY(auto field, read_field(item, file, roles));
      kind.fields.push_back(std::move(field));
    }
  }
  TRY_VOID(check_named_fields(kind, node, file));
  return kind;
}

Result<> check_references(const Kinds& kinds, const std::string& file) {
  std::vector<std::string_view> names;
  for (const auto& kind : kinds.all()) names.emplace_back(kind.name);
  for (const auto& kind : kinds.all()) {
    for (const auto& field : kind.fields) {
      if (field.refers_to.empty() || kinds.find(field.refers_to) != nullptr) continue;
      return invalid(fmt::format("{}.{} refers to '{}', which is no kind{}", kind.name, field.name,
                                 field.refers_to, did_you_mean(field.refers_to, names)),
                     file);
    }
  }
  return {};
}

Result<> check_read_by_program(const Kinds& kinds, const std::string& file) {
  for (const auto& read : read_by_program) {
    const auto* const kind = kinds.find(read.kind);
    const auto* const field = kind == nullptr ? nullptr : kind->find(read.field);
    if (field != nullptr && field->refers_to == read.refers_to) continue;
    return invalid(
        fmt::format("the program reads {}.{}{}: declare it", read.kind, read.field,
                    read.refers_to.empty() ? "" : fmt::format(" (a {})", read.refers_to)),
        file);
  }
  return {};
}

}  // namespace

const Field* Kind::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const Kind* Kinds::find(std::string_view name) const {
  const auto found = std::ranges::find(kinds_, name, &Kind::name);
  return found == kinds_.end() ? nullptr : &*found;
}

const Role* Kinds::role(std::string_view name) const {
  const auto found = std::ranges::find(roles_, name, &Role::name);
  return found == roles_.end() ? nullptr : &*found;
}

Result<Kinds> Kinds::load(const std::filesystem::path& file) {
  TRY(const auto root, load_mapping(file));
  constexpr std::string_view known[] = {"kinds"};
  TRY_VOID(only_keys(root, known, file.string()));
  Kinds kinds;
  TRY(kinds.roles_, load_roles(file.parent_path() / "roles.yml"));
  auto schemas = std::make_shared<Schemas>();
  if (const auto* const listed = root.find("kinds"); listed != nullptr) {
    for (const auto& node : listed->items) {
      TRY(auto kind, read_kind(node, file.string(), kinds.roles_));
      for (const auto& field : kind.fields) {
        auto compiled = Schema::compile(field.schema);
        if (!compiled) {
          const auto& at = *node.find("fields")->find(field.name);
          return invalid(field.name + ": " + compiled.error().what, yaml::place(file.string(), at));
        }
        schemas->by_field[kind.name + '.' + field.name] = std::move(*compiled);
      }
      kinds.kinds_.push_back(std::move(kind));
    }
  }
  TRY_VOID(check_references(kinds, file.string()));
  TRY_VOID(check_read_by_program(kinds, file.string()));
  kinds.schemas_ = std::move(schemas);
  return kinds;
}

}  // namespace haidang::registry
