#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

using Def = Definition;

constexpr std::uint32_t highest_version = 1'000'000;
constexpr std::size_t most_clauses = 50;

void read_own_name(Reader& in, const Node& node, Def& into) {
  into.name = in.name(node, Sort::procedure);
}
void read_version(Reader& in, const Node& node, Def& into) {
  into.version = in.count(node, highest_version);
}

// "SC-{year}-{n}": {n} counts within what stands before it.
void read_number(Reader& in, const Node& node, Def& into) {
  into.number = in.text(node);
  std::string rest = into.number;
  for (const std::string_view part : {"{year}", "{n}"}) {
    const auto at = rest.find(part);
    if (at != std::string::npos) rest.erase(at, part.size());
  }
  const bool counts = into.number.find("{n}") != std::string::npos;
  if (!counts || rest.size() > 20 || rest.find_first_of("{} ") != std::string::npos)
    in.problem(node, "'number' must be as SC-{year}-{n}: at most 20 letters, {n} once");
}

void read_clauses(Reader& in, const Node& node, Def& into) {
  for (const Node* item : in.list(node)) {
    if (into.clauses.size() == most_clauses) return in.problem(*item, "too many clauses");
    into.clauses.push_back(in.text(*item));
  }
}

void read_open_guards(Reader& in, const Node& node, Def& into) {
  into.open_guards = read_guards(in, node);
}
void read_on_open(Reader& in, const Node& node, Def& into) {
  into.on_open = read_effects(in, node);
}

constexpr std::array open_keys{
    Key<Def>{"roles", read_names<&Def::opened_by, Sort::access_role>},
    Key<Def>{"anyone", read_flag<&Def::anyone_may_open>},
    Key<Def>{"asks", read_names<&Def::open_asks, Sort::field>},
    Key<Def>{"guards", read_open_guards},
    Key<Def>{"effects", read_on_open},
};

void read_open(Reader& in, const Node& node, Def& into) {
  read_keys(in, node, open_keys, "open", into);
}
void read_no_documents(Reader& in, const Node& node, Def& into) {
  into.no_documents_when = read_condition(in, node);
}

template <auto M, auto Read>
void read_section(Reader& in, const Node& node, Def& into) {
  Read(in, node, into.*M);
}

// In this order: values in conditions and effects are checked against the fields.
constexpr std::array keys{
    Key<Def>{"procedure", read_own_name, true},
    Key<Def>{"version", read_version, true},
    Key<Def>{"title", read_label<&Def::title>, true},
    Key<Def>{"number", read_number, true},
    Key<Def>{"clauses", read_clauses},
    Key<Def>{"fields", read_section<&Def::fields, read_fields>, true},
    Key<Def>{"summary", read_name<&Def::summary_field, Sort::field>, true},
    Key<Def>{"regimes", read_section<&Def::regimes, read_regimes>},
    Key<Def>{"regime_date", read_name<&Def::regime_date, Sort::field>},
    Key<Def>{"parties", read_section<&Def::parties, read_parties>, true},
    Key<Def>{"documents", read_section<&Def::documents, read_documents>},
    Key<Def>{"no_documents_when", read_no_documents},
    Key<Def>{"states", read_section<&Def::states, read_states>, true},
    Key<Def>{"open", read_open},
    Key<Def>{"actions", read_section<&Def::actions, read_actions>, true},
    Key<Def>{"clocks", read_section<&Def::clocks, read_clocks>},
};

// "*" in an action's `from`: every state that is not final.
void spread_origins(Def& definition) {
  std::vector<std::string> lasting;
  for (const auto& state : definition.states)
    if (!state.final) lasting.push_back(state.name);
  for (auto& action : definition.actions)
    if (action.from == std::vector<std::string>{"*"}) action.from = lasting;
}

}  // namespace

void read_definition(Reader& in, const Node& node, Definition& into) {
  for (const auto& item : node.items) in.remember("key", item);
  read_keys(in, node, keys, "a procedure", into);
  spread_origins(into);
}

}  // namespace haidang::procedure::parsing
