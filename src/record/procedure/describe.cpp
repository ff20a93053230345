// Definitions as forms and tables want them.
#include "record/procedure/views.hpp"

namespace haidang::procedure {
namespace {

template <class Things, class Tell>
json::array each(const Things& things, Tell tell) {
  json::array out;
  for (const auto& thing : things) out.emplace_back(tell(thing));
  return out;
}

json::object tell_field(const Field& field) {
  json::object choices;
  for (const auto& [name, label] : field.choices) choices[name] = to_json(label);
  return {{"name", field.name},           {"label", to_json(field.label)},
          {"schema", field.schema},       {"choices", std::move(choices)},
          {"refers_to", field.refers_to}, {"required", field.required},
          {"secret", field.secret},       {"visible_to", to_json(field.visible_to)}};
}

json::object tell_state(const State& state) {
  return {{"name", state.name},
          {"label", to_json(state.label)},
          {"initial", state.initial},
          {"final", state.final}};
}

json::object tell_action(const Action& action) {
  return {{"name", action.name},
          {"label", to_json(action.label)},
          {"parties", to_json(action.parties)},
          {"roles", to_json(action.roles)},
          {"from", to_json(action.from)},
          {"to", action.to},
          {"asks", to_json(action.asks)},
          {"requires", to_json(action.requires_)},
          {"documents", to_json(action.documents)},
          {"comment_required", action.comment_required},
          {"once_per_party", action.once_per_party},
          {"confirm", action.confirm}};
}

json::object tell_clock(const Clock& clock) {
  json::object due;
  for (const auto& [regime, term] : clock.due)
    due[regime] = json::object{
        {"seconds", std::chrono::duration_cast<std::chrono::seconds>(term.calendar).count()},
        {"working_days", term.working_days}};
  return {{"name", clock.name},
          {"label", to_json(clock.label)},
          {"source", clock.source},
          {"due", std::move(due)}};
}

json::object tell_regime(const Regime& regime) {
  json::object out{{"name", regime.name},
                   {"label", to_json(regime.label)},
                   {"source", regime.source},
                   {"from", registry::format_day(regime.from)}};
  if (regime.to) out["to"] = registry::format_day(*regime.to);
  return out;
}

json::object tell_party(const Party& party) {
  return {{"name", party.name}, {"label", to_json(party.label)}};
}

json::object tell_document(const DocumentKind& kind) {
  return {{"name", kind.name},
          {"label", to_json(kind.label)},
          {"visible_to", to_json(kind.visible_to)}};
}

}  // namespace

json::object describe(const Definition& definition) {
  return {{"name", definition.name},
          {"version", definition.version},
          {"title", to_json(definition.title)},
          {"clauses", to_json(definition.clauses)},
          {"summary_field", definition.summary_field},
          {"anyone_may_open", definition.anyone_may_open},
          {"opened_by", to_json(definition.opened_by)},
          {"open_asks", to_json(definition.open_asks)},
          {"regimes", each(definition.regimes, tell_regime)},
          {"parties", each(definition.parties, tell_party)},
          {"fields", each(definition.fields, tell_field)},
          {"documents", each(definition.documents, tell_document)},
          {"states", each(definition.states, tell_state)},
          {"actions", each(definition.actions, tell_action)},
          {"clocks", each(definition.clocks, tell_clock)}};
}

json::object describe_short(const Definition& definition, bool may_open) {
  return {{"name", definition.name},
          {"version", definition.version},
          {"title", to_json(definition.title)},
          {"clauses", to_json(definition.clauses)},
          {"anyone_may_open", definition.anyone_may_open},
          {"may_open", may_open}};
}

}  // namespace haidang::procedure
