// One case as a page shows it.
#include <algorithm>
#include <utility>

#include "record/procedure/conditions.hpp"
#include "record/procedure/permission.hpp"
#include "record/procedure/views.hpp"

namespace haidang::procedure {
namespace {

json::object labelled(std::string_view name, const Label& label) {
  return {{"name", name}, {"label", to_json(label)}};
}

template <class Thing>
json::object named(std::string_view name, const Thing* known) {
  return labelled(name, known == nullptr ? Label{} : known->label);
}

// As the registry called it when the case was opened or, for what is newer, calls it now.
Result<std::optional<std::string>> name_of(const Scene& scene, std::string_view kind,
                                           std::string_view id) {
  for (const Time at : {scene.subject.opened_at, scene.at}) {
    const auto entry = scene.registry.get(scene.sql, kind, id, registry::day_of(at));
    if (entry) return entry->name;
    if (entry.error().kind != Error::Kind::not_found) return std::unexpected(entry.error());
  }
  return std::nullopt;
}

Result<std::string> member_name(const Scene& scene, const std::string& unit) {
  for (const std::string_view kind : {"unit", "provider"}) {
    TRY(auto name, name_of(scene, kind, unit));
    if (name) return std::move(*name);
  }
  return unit;
}

Result<json::array> parties(const Loaded& loaded, const Scene& scene) {
  json::array out;
  for (const auto& member : loaded.it.members) {
    auto party = named(member.party, loaded.definition().party(member.party));
    party["unit"] = member.unit;
    TRY(party["unit_name"], member_name(scene, member.unit));
    party["vacant"] = member.unit.empty();
    out.emplace_back(std::move(party));
  }
  return out;
}

// What the visible fields name in the registry: {field: {id: name}}.
Result<json::object> references(const Loaded& loaded, const json::object& fields,
                                const Scene& scene) {
  json::object out;
  for (const auto& field : loaded.definition().fields) {
    if (field.refers_to.empty()) continue;
    json::object names;
    for (const auto& id : texts_of(fields.if_contains(field.name))) {
      TRY(const auto name, name_of(scene, field.refers_to, id));
      names[id] = name.value_or(id);
    }
    if (!names.empty()) out[field.name] = std::move(names);
  }
  return out;
}

json::array clocks(const Loaded& loaded) {
  json::array out;
  for (const auto& clock : loaded.it.clocks) {
    const auto* known = loaded.definition().clock(clock.clock);
    auto one = named(clock.clock, known);
    one["source"] = known == nullptr ? "" : known->source;
    one["from"] = written(clock.from);
    one["due"] = written(clock.due);
    one["running"] = clock.running;
    one["fired"] = clock.fired;
    if (clock.next) one["next"] = written(*clock.next);
    out.emplace_back(std::move(one));
  }
  return out;
}

json::array documents(const Loaded& loaded, const Eyes& eyes) {
  json::array out;
  for (const auto& paper : loaded.it.papers)
    if (sees_document(eyes, loaded.definition(), paper))
      out.emplace_back(json::object{{"kind", paper.kind},
                                    {"sha256", paper.sha256},
                                    {"filename", paper.filename},
                                    {"unit", paper.unit},
                                    {"at", written(paper.at)}});
  return out;
}

// A link tells that the other case exists: only to who may see it.
Result<json::array> links(const Core& core, ledger::Sql& sql, const access::Principal& who,
                          const Case& it) {
  json::array out;
  for (const auto& tie : it.ties) {
    const auto other = load(core, sql, tie.other);
    if (!other) return std::unexpected(other.error());
    if (!may_see(core, who, other->it)) continue;
    const auto* state = other->definition().state(other->it.state);
    out.emplace_back(json::object{{"case", tie.other},
                                  {"number", other->it.number},
                                  {"procedure", other->it.procedure},
                                  {"state", named(other->it.state, state)},
                                  {"how", tie.how},
                                  {"out", tie.out}});
  }
  return out;
}

// A guard that reads what the action asks for can only be tried with the answers.
Result<const Guard*> forbidding(const Action& action, const Scene& scene) {
  for (const auto& guard : action.guards) {
    if (reads_any(guard.must, action.asks)) continue;
    TRY(const bool held, holds(guard.must, scene));
    if (!held) return &guard;
  }
  return nullptr;
}

json::object tell_action(const Action& action, const std::string& party) {
  auto out = labelled(action.name, action.label);
  out["party"] = party;
  out["to"] = action.to;
  out["asks"] = to_json(action.asks);
  out["requires"] = to_json(action.requires_);
  out["documents"] = to_json(action.documents);
  out["comment_required"] = action.comment_required;
  out["confirm"] = action.confirm;
  return out;
}

Result<json::array> actions(const Core& core, const access::Principal& who, const Loaded& loaded,
                            const Scene& scene) {
  json::array out;
  for (const auto& action : loaded.definition().actions) {
    const auto party = acting_party(core, who, loaded.it, action);
    if (!party) continue;  // not theirs, or not now: it is not offered
    auto one = tell_action(action, *party);
    TRY(const auto* guard, forbidding(action, scene));
    one["why_not"] = guard == nullptr ? json::value() : json::value(to_json(guard->message));
    out.emplace_back(std::move(one));
  }
  return out;
}

json::object heading(const Loaded& loaded) {
  const Case& it = loaded.it;
  const auto& definition = loaded.definition();
  return {{"id", it.id},
          {"number", it.number},
          {"procedure", it.procedure},
          {"definition", it.defined},
          {"version", it.version},
          {"title", to_json(definition.title)},
          {"state", named(it.state, definition.state(it.state))},
          {"final", it.ended},
          {"regime", it.regime},
          {"subject", it.subject},
          {"subject_name", it.subject_name},
          {"opened_at", written(it.opened_at)},
          {"changed_at", written(it.changed_at)}};
}

json::array watchers(const Case& it) {
  json::array out;
  for (const auto& watcher : it.watchers) out.emplace_back(watcher.account);
  return out;
}

}  // namespace

Result<json::object> show_case(const Core& core, ledger::Sql& sql, const access::Principal& who,
                               std::string_view case_id) {
  TRY(const auto seen, look(core, sql, who, case_id));
  const auto& [loaded, eyes] = seen;
  auto out = heading(loaded);
  const Scene scene{.sql = sql,
                    .registry = core.parts.registry,
                    .subject = loaded.it,
                    .actor = who.account,
                    .unit = who.unit,
                    .at = core.parts.ledger.time()};
  auto fields = visible_fields(eyes, loaded);
  TRY(out["references"], references(loaded, fields, scene));
  out["fields"] = std::move(fields);
  out["my_parties"] = to_json(eyes.parties);
  TRY(out["parties"], parties(loaded, scene));
  out["clocks"] = clocks(loaded);
  out["documents"] = documents(loaded, eyes);
  out["evidence_required"] =
      to_json(std::vector<std::string>(loaded.it.evidence.begin(), loaded.it.evidence.end()));
  out["watchers"] = watchers(loaded.it);
  TRY(out["links"], links(core, sql, who, loaded.it));
  TRY(out["actions"], actions(core, who, loaded, scene));
  return out;
}

}  // namespace haidang::procedure
