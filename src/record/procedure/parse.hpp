// Reading a definition: keys by tables, names checked where they stand.
//
//   yaml::Node --read_keys(table)--> Definition   + every problem with its line
//
// Internal to the module. Names of the file's own parts are collected first, so that any part may
// name any other whatever their order; a name that is not known is told with the nearest that is.
// Nothing throws; a problem leaves the part empty and reading goes on.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/yaml.hpp"
#include "record/procedure/definition.hpp"

namespace haidang::procedure::parsing {

using yaml::Node;

// What a name may stand for.
enum class Sort : std::uint8_t {
  field,
  state,
  action,
  party,
  document,
  regime,
  procedure,
  access_role,
  directive_role,
  registry_kind,
  notice_template,
  start,  // an action, a state or "open"
  stop,   // an action or a state
};

// A template used, or a case opened: checked once everything is read.
struct Use {
  std::uint32_t line = 0;
  Effect effect;
};

class Reader {
 public:
  Reader(std::string_view file, const Vocabulary& known) : file_(file), known_(known) {}

  void collect_names(const Node& root);
  void problem(std::uint32_t line, std::string what);
  void problem(const Node& at, std::string what) { problem(at.line, std::move(what)); }

  // Each says what is wrong and returns something empty where it is.
  bool is_mapping(const Node& node, std::string_view what);
  std::string text(const Node& node);
  Label label(const Node& node);
  bool flag(const Node& node);
  std::uint32_t count(const Node& node, std::uint32_t most);
  std::optional<std::chrono::nanoseconds> duration(const Node& node);
  std::optional<std::chrono::sys_days> day(const Node& node);
  std::string identifier(const Node& node);  // its key, in the form of names
  std::string name(const Node& node, Sort sort);
  std::string name(std::string_view word, const Node& at, Sort sort);
  std::vector<std::string> names(const Node& node, Sort sort);  // a list, or one
  std::vector<const Node*> list(const Node& node);              // its items, or itself

  [[nodiscard]] std::span<const std::string_view> known(Sort sort) const;
  [[nodiscard]] const Vocabulary& vocabulary() const { return known_; }
  [[nodiscard]] std::string_view file() const { return file_; }

  // Where a part stands: remember("state", …) while reading, line("state", …) afterwards.
  void remember(std::string_view what, const Node& node);
  [[nodiscard]] std::uint32_t line(std::string_view what, std::string_view part) const;

  std::vector<Field> fields{};  // read first: values are checked against them
  std::vector<Use> uses{};
  std::vector<Error> problems{};

  [[nodiscard]] const Field* field(std::string_view name) const;

 private:
  void collect(const Node& root, std::string_view section, Sort sort);
  void collect(const std::vector<std::string>& from, Sort sort);
  void collect_moments();

  std::string_view file_;
  const Vocabulary& known_;
  std::map<Sort, std::vector<std::string_view>> names_;
  std::map<std::string, std::uint32_t, std::less<>> lines_;
};

// --- Tables of keys ------------------------------------------------------------

template <class T>
struct Key {
  std::string_view name;
  void (*read)(Reader&, const Node&, T&);
  bool required = false;
};

void refuse_unknown_keys(Reader& in, const Node& node, std::span<const std::string_view> known,
                         std::string_view what);

// Reads in the order of the table, not of the file.
template <class T, std::size_t N>
void read_keys(Reader& in, const Node& node, const std::array<Key<T>, N>& keys,
               std::string_view what, T& into) {
  if (!in.is_mapping(node, what)) return;
  std::vector<std::string_view> names;
  for (const auto& key : keys) names.push_back(key.name);
  refuse_unknown_keys(in, node, names, what);
  for (const auto& key : keys) {
    const Node* value = node.find(key.name);
    if (value != nullptr) {
      key.read(in, *value, into);
    } else if (key.required) {
      in.problem(node, std::string(what) + " needs '" + std::string(key.name) + "'");
    }
  }
}

template <class>
struct MemberOf;
template <class C, class M>
struct MemberOf<M C::*> {
  using Owner = C;
};
template <auto M>
using Owner = typename MemberOf<decltype(M)>::Owner;

template <auto M>
void read_text(Reader& in, const Node& node, Owner<M>& into) {
  into.*M = in.text(node);
}
template <auto M>
void read_label(Reader& in, const Node& node, Owner<M>& into) {
  into.*M = in.label(node);
}
template <auto M>
void read_flag(Reader& in, const Node& node, Owner<M>& into) {
  into.*M = in.flag(node);
}
template <auto M, Sort S>
void read_name(Reader& in, const Node& node, Owner<M>& into) {
  into.*M = in.name(node, S);
}
template <auto M, Sort S>
void read_names(Reader& in, const Node& node, Owner<M>& into) {
  into.*M = in.names(node, S);
}

// A mapping of names to parts, each read by `table`.
template <class T, std::size_t N>
void read_parts(Reader& in, const Node& node, const std::array<Key<T>, N>& table,
                std::string_view what, std::vector<T>& into) {
  if (!in.is_mapping(node, what)) return;
  for (const auto& item : node.items) {
    in.remember(what, item);
    T part{};
    part.name = in.identifier(item);
    read_keys(in, item, table, what, part);
    into.push_back(std::move(part));
  }
}

// --- Parts -----------------------------------------------------------------------

void read_fields(Reader& in, const Node& node, std::vector<Field>& into);
void read_regimes(Reader& in, const Node& node, std::vector<Regime>& into);
void read_parties(Reader& in, const Node& node, std::vector<Party>& into);
void read_states(Reader& in, const Node& node, std::vector<State>& into);
void read_documents(Reader& in, const Node& node, std::vector<DocumentKind>& into);
void read_actions(Reader& in, const Node& node, std::vector<Action>& into);
void read_clocks(Reader& in, const Node& node, std::vector<Clock>& into);
std::optional<Condition> read_condition(Reader& in, const Node& node);
std::vector<Guard> read_guards(Reader& in, const Node& node);
std::vector<Effect> read_effects(Reader& in, const Node& node);
void read_definition(Reader& in, const Node& node, Definition& into);

// A value as the field's schema wants it; `one_of_list`: as one item where it is a list.
std::optional<json::value> value_for(Reader& in, const Node& node, const Field& field,
                                     bool one_of_list);
// What the schema has against the value; empty: nothing.
std::string against_schema(const json::object& schema, const json::value& value);
// Why it is no schema; empty: it is one.
std::string against_schema_itself(const json::object& schema);

}  // namespace haidang::procedure::parsing
