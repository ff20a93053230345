#include <array>

#include <fmt/format.h>

#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

void read_from(Reader& in, const Node& node, Regime& into) {
  if (const auto day = in.day(node)) into.from = *day;
}
void read_to(Reader& in, const Node& node, Regime& into) { into.to = in.day(node); }

constexpr std::array regime_keys{
    Key<Regime>{"label", read_label<&Regime::label>, true},
    Key<Regime>{"source", read_text<&Regime::source>, true},
    Key<Regime>{"from", read_from, true},
    Key<Regime>{"to", read_to},
};

void source(Party& party, Party::Source source, std::string from) {
  party.source = source;
  party.from = std::move(from);
}

// subject | reporter | {role: …} | {field: …}
void read_who(Reader& in, const Node& node, Party& into) {
  if (node.text == "subject") return source(into, Party::Source::subject, {});
  if (node.text == "reporter") return source(into, Party::Source::reporter, {});
  if (const Node* role = node.find("role"); role != nullptr && node.items.size() == 1)
    return source(into, Party::Source::role, in.name(*role, Sort::directive_role));
  const Node* field = node.find("field");
  if (field == nullptr || node.items.size() != 1)
    return in.problem(node, "'who' must be subject, reporter, {role: …} or {field: …}");
  source(into, Party::Source::field, in.name(*field, Sort::field));
  const Field* named = in.field(into.from);
  if (named != nullptr && named->refers_to != "unit" && named->refers_to != "provider")
    in.problem(*field, fmt::format("'{}' must refer_to unit or provider", into.from));
}

constexpr std::array party_keys{
    Key<Party>{"label", read_label<&Party::label>, true},
    Key<Party>{"who", read_who, true},
    Key<Party>{"joins_on", read_name<&Party::joins_on, Sort::action>},
};

constexpr std::array state_keys{
    Key<State>{"label", read_label<&State::label>, true},
    Key<State>{"initial", read_flag<&State::initial>},
    Key<State>{"final", read_flag<&State::final>},
};

constexpr std::array document_keys{
    Key<DocumentKind>{"label", read_label<&DocumentKind::label>, true},
    Key<DocumentKind>{"visible_to", read_names<&DocumentKind::visible_to, Sort::party>},
};

void read_must(Reader& in, const Node& node, Guard& into) {
  if (auto must = read_condition(in, node)) into.must = std::move(*must);
}

constexpr std::array guard_keys{
    Key<Guard>{"must", read_must, true},
    Key<Guard>{"message", read_label<&Guard::message>, true},
};

}  // namespace

void read_regimes(Reader& in, const Node& node, std::vector<Regime>& into) {
  read_parts(in, node, regime_keys, "regime", into);
}
void read_parties(Reader& in, const Node& node, std::vector<Party>& into) {
  read_parts(in, node, party_keys, "party", into);
}
void read_states(Reader& in, const Node& node, std::vector<State>& into) {
  read_parts(in, node, state_keys, "state", into);
}
void read_documents(Reader& in, const Node& node, std::vector<DocumentKind>& into) {
  read_parts(in, node, document_keys, "document", into);
}

std::vector<Guard> read_guards(Reader& in, const Node& node) {
  std::vector<Guard> guards;
  for (const Node* item : in.list(node)) {
    Guard guard;
    read_keys(in, *item, guard_keys, "a guard", guard);
    guards.push_back(std::move(guard));
  }
  return guards;
}

}  // namespace haidang::procedure::parsing
