// Kinds::problems: an entry's fields against their schemas.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "record/registry/kinds_state.hpp"

namespace haidang::registry {
namespace {

namespace json = boost::json;

constexpr std::size_t most_values = 1000;

// RFC 6901: ~ and / inside a name.
std::string pointer(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

void add(std::vector<Error>& problems, std::string what, std::string where) {
  problems.push_back({Error::Kind::invalid, std::move(what), std::move(where)});
}

void check_one(const Schema& schema, const json::value& value, const std::string& where,
               std::vector<Error>& problems) {
  if (auto problem = schema.problem(value)) add(problems, std::move(*problem), where);
}

void check_many(const Schema& schema, const json::value& value, const std::string& where,
                std::vector<Error>& problems) {
  if (!value.is_array() || value.as_array().size() > most_values) {
    return add(problems, fmt::format("must be a list of at most {} values", most_values), where);
  }
  std::size_t at = 0;
  for (const auto& item : value.as_array()) {
    check_one(schema, item, fmt::format("{}/{}", where, at++), problems);
  }
}

void check_names(const Kind& kind, const json::object& fields, std::vector<Error>& problems) {
  std::vector<std::string_view> names;
  for (const auto& field : kind.fields) names.emplace_back(field.name);
  for (const auto& [name, value] : fields) {
    if (kind.find(name) != nullptr) continue;
    add(problems, fmt::format("is no field of {}{}", kind.name, did_you_mean(name, names)),
        pointer(text::shown(name)));
  }
}

}  // namespace

std::vector<Error> Kinds::problems(const Kind& kind, const json::object& fields) const {
  std::vector<Error> problems;
  check_names(kind, fields, problems);
  for (const auto& field : kind.fields) {
    const auto where = pointer(field.name);
    const auto* const value = fields.if_contains(field.name);
    if (value == nullptr) {
      if (field.required) add(problems, "is required", where);
      continue;
    }
    const auto schema = schemas_->by_field.find(kind.name + '.' + field.name);
    CHECK(schema != schemas_->by_field.end(), "each field's schema was compiled");
    (field.many ? check_many : check_one)(schema->second, *value, where, problems);
  }
  return problems;
}

}  // namespace haidang::registry
