#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

using Kind = Condition::Kind;
using Found = std::optional<Condition>;

std::vector<Condition> each(Reader& in, const Node& node) {
  std::vector<Condition> all;
  for (const Node* item : in.list(node))
    if (auto one = read_condition(in, *item)) all.push_back(std::move(*one));
  return all;
}

Condition together(std::vector<Condition> all) {
  if (all.size() == 1) return std::move(all.front());
  return {.kind = Kind::all, .of = std::move(all)};
}

template <Kind K>
Found group(Reader& in, const Node& node) {
  if (!node.items.empty()) return Condition{.kind = K, .of = each(in, node)};
  in.problem(node, fmt::format("'{}' needs conditions", node.key));
  return std::nullopt;
}

// {field: [values], …}
Found field_in(Reader& in, const Node& node) {
  if (!in.is_mapping(node, "field_in")) return std::nullopt;
  std::vector<Condition> all;
  for (const auto& item : node.items) {
    Condition one{.kind = Kind::field_in, .name = in.name(item.key, item, Sort::field)};
    const Field* field = in.field(one.name);
    for (const Node* value : in.list(item))
      if (field != nullptr)
        if (auto wanted = value_for(in, *value, *field, true))
          one.values.push_back(std::move(*wanted));
    all.push_back(std::move(one));
  }
  return together(std::move(all));
}

Found field_present(Reader& in, const Node& node) {
  std::vector<Condition> all;
  for (auto& name : in.names(node, Sort::field))
    all.push_back({.kind = Kind::field_present, .name = std::move(name)});
  return together(std::move(all));
}

template <Kind K, Sort S>
Found one_of_names(Reader& in, const Node& node) {
  return Condition{.kind = K, .names = in.names(node, S)};
}

template <Kind K, Sort S>
Found with_name(Reader& in, const Node& node) {
  return Condition{.kind = K, .name = in.name(node, S)};
}

Condition done_one(Reader& in, const Node& node) {
  static constexpr std::array keys{
      Key<Condition>{"action", read_name<&Condition::name, Sort::action>, true},
      Key<Condition>{"party", read_name<&Condition::party, Sort::party>}};
  Condition one{.kind = Kind::done};
  if (node.is_scalar())
    one.name = in.name(node, Sort::action);
  else
    read_keys(in, node, keys, "done", one);
  return one;
}

Found done(Reader& in, const Node& node) {
  std::vector<Condition> all;
  for (const Node* item : in.list(node)) all.push_back(done_one(in, *item));
  return together(std::move(all));
}

Found certified(Reader& in, const Node& node) {
  static constexpr std::array keys{
      Key<Condition>{"provider", read_name<&Condition::name, Sort::field>, true},
      Key<Condition>{"device", read_name<&Condition::other, Sort::field>, true}};
  Condition one{.kind = Kind::certified};
  read_keys(in, node, keys, "certified", one);
  const Field* provider = in.field(one.name);
  if (provider != nullptr && provider->refers_to != "provider")
    in.problem(node, fmt::format("'{}' must be a field that refers_to: provider", one.name));
  return one;
}

Found critical(Reader& in, const Node& node) {
  Condition one{.kind = Kind::critical};
  if (node.text == "subject") return one;
  one.name = in.name(node, Sort::field);
  const Field* unit = in.field(one.name);
  if (unit != nullptr && unit->refers_to != "unit")
    in.problem(node, fmt::format("'{}' must be a field that refers_to: unit", one.name));
  return one;
}

struct Test {
  std::string_view name;
  Found (*read)(Reader&, const Node&);
};
constexpr std::array tests{
    Test{"all", group<Kind::all>},
    Test{"any", group<Kind::any>},
    Test{"none", group<Kind::none>},
    Test{"field_in", field_in},
    Test{"field_present", field_present},
    Test{"regime", one_of_names<Kind::regime, Sort::regime>},
    Test{"done", done},
    Test{"state", one_of_names<Kind::state, Sort::state>},
    Test{"certified", certified},
    Test{"critical", critical},
    Test{"other_person", with_name<Kind::other_person, Sort::action>},
    Test{"other_unit", with_name<Kind::other_unit, Sort::party>},
};

Found read_test(Reader& in, const Node& node) {
  const auto test = std::ranges::find(tests, node.key, &Test::name);
  if (test != tests.end()) return test->read(in, node);
  std::vector<std::string_view> names;
  for (const auto& known : tests) names.push_back(known.name);
  in.problem(node,
             fmt::format("unknown condition '{}'{}", node.key, did_you_mean(node.key, names)));
  return std::nullopt;
}

}  // namespace

std::optional<Condition> read_condition(Reader& in, const Node& node) {
  if (node.items.empty() || node.is_scalar()) {
    in.problem(node, "a condition must be a mapping as {field_present: name}, or a list of such");
    return std::nullopt;
  }
  std::vector<Condition> all;
  if (node.is_sequence()) {
    all = each(in, node);
  } else {
    for (const auto& item : node.items)
      if (auto one = read_test(in, item)) all.push_back(std::move(*one));
  }
  if (all.empty()) return std::nullopt;
  return together(std::move(all));
}

}  // namespace haidang::procedure::parsing
