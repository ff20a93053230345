// The kinds of entries, read from catalogue/registry/kinds.yml, and the roles of the directive from
// roles.yml beside it.
//
// A file that is not sound (unknown key, unknown referred kind, no name field, a kind or field that
// the program reads and the file lacks) is refused with file:line. Of JSON Schema a closed set of
// words is taken: what we cannot explain to a person, what fetches ($ref) or what can be made to
// run for ever (pattern) is refused. A Kinds is a value, copied cheaply, safe from any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "record/registry/roles.hpp"

namespace haidang::registry {

struct Field {
  std::string name;
  Label label;
  boost::json::object schema;  // JSON Schema of the value (draft 7)
  std::string refers_to{};     // a kind, where the value is the id of an entry of it
  bool required = false;
  bool many = false;                       // a list of such values
  std::map<std::string, Label> choices{};  // labels of an enum's values
};

struct Kind {
  std::string name;
  Label label;
  std::string name_field;  // the field an entry is called by
  std::string unit_field;  // the field naming its unit; empty for units themselves
  std::vector<Field> fields;
  std::string parent_field{};                // the field naming what it is below; may be empty
  std::vector<std::string> search_fields{};  // found by these too, beside name and id

  [[nodiscard]] const Field* find(std::string_view field) const;
};

class Kinds {
 public:
  static Result<Kinds> load(const std::filesystem::path& file);

  [[nodiscard]] const Kind* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Kind>& all() const { return kinds_; }
  [[nodiscard]] const std::vector<Role>& roles() const { return roles_; }
  [[nodiscard]] const Role* role(std::string_view name) const;

  // Every problem of the fields, each naming its JSON pointer: "/level: must be 1 to 5".
  [[nodiscard]] std::vector<Error> problems(const Kind& kind,
                                            const boost::json::object& fields) const;

 private:
  struct Schemas;  // compiled, by kind and field
  std::vector<Kind> kinds_;
  std::vector<Role> roles_;
  std::shared_ptr<const Schemas> schemas_;
};

}  // namespace haidang::registry
