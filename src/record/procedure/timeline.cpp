// The acts of a case, as these eyes may see them; and what a reporter is shown.
#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "record/procedure/views.hpp"

namespace haidang::procedure {
namespace {

std::vector<std::string> names_in(const json::object& body, std::string_view key) {
  std::vector<std::string> out;
  const auto* list = body.if_contains(key);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& name : list->get_array())
    if (name.is_string()) out.emplace_back(name.get_string());
  return out;
}

void keep_visible_fields(json::object& body, const Eyes& eyes, const Loaded& loaded) {
  auto* set = body.if_contains("set");
  if (set == nullptr || !set->is_object()) return;
  json::object kept;
  for (auto& [name, value] : set->get_object())
    if (sees_field(eyes, loaded, name)) kept.emplace(name, std::move(value));
  *set = std::move(kept);
}

std::string text_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

void keep_visible_documents(json::object& body, const std::string& unit, const Eyes& eyes,
                            const Loaded& loaded) {
  auto* list = body.if_contains("documents");
  if (list == nullptr || !list->is_array()) return;
  json::array kept;
  for (auto& each : list->get_array()) {
    if (!each.is_object()) continue;
    const Paper paper{.kind = text_in(each.get_object(), "kind"),
                      .sha256 = {},
                      .filename = {},
                      .unit = unit,
                      .at = {}};
    if (sees_document(eyes, loaded.definition(), paper)) kept.emplace_back(std::move(each));
  }
  *list = std::move(kept);
}

// Never shown: what proves the reporter, what machines send to repeat safely, and links, which
// the page of the case shows to who may see the other case.
void drop_own(json::object& body) {
  for (const std::string_view key : {"secret_sha256", "idempotency", "links", "opened", "given"})
    body.erase(key);
}

bool is_shown(const ledger::Act& act, const Eyes& eyes) {
  if (act.kind == "case.commented")
    return sees_remark(eyes, names_in(act.body, "visible_to"), act.unit);
  if (!eyes.reporter) return true;
  return act.kind == "case.opened" || act.kind == "case.acted";
}

json::object show_act(ledger::Act act, const Loaded& loaded, const Eyes& eyes) {
  auto& body = act.body;
  keep_visible_fields(body, eyes, loaded);
  keep_visible_documents(body, act.unit, eyes, loaded);
  drop_own(body);
  return {{"seq", act.seq},   {"at", written(act.at)}, {"actor", act.actor},     {"unit", act.unit},
          {"kind", act.kind}, {"hash", hex(act.hash)}, {"body", std::move(body)}};
}

json::array messages(const json::array& acts) {
  json::array out;
  for (const auto& act : acts) {
    const auto& one = act.as_object();
    if (one.at("kind") != json::value("case.commented")) continue;
    out.emplace_back(
        json::object{{"at", one.at("at")}, {"text", one.at("body").as_object().at("comment")}});
  }
  return out;
}

// What the reporter wrote, as they wrote it: later changes are the officials'.
json::object own_words(const Loaded& loaded, const json::array& acts) {
  json::object out;
  if (acts.empty()) return out;
  const auto& body = acts.front().as_object().at("body").as_object();
  const auto* set = body.if_contains("set");
  if (set == nullptr || !set->is_object()) return out;
  for (const auto& [name, value] : set->get_object())
    if (loaded.it.given.contains(std::string(name))) out.emplace(name, value);
  return out;
}

json::object meant_for(const Loaded& loaded, const Eyes& eyes) {
  json::object out;
  for (const auto& [name, value] : loaded.it.fields)
    if (!loaded.it.given.contains(std::string(name)) && sees_field(eyes, loaded, name))
      out.emplace(name, value);
  return out;
}

}  // namespace

Result<std::vector<std::uint64_t>> events_of(ledger::Sql& sql, std::string_view case_id) {
  TRY(const auto rows, sql.rows("SELECT seq FROM proc_event WHERE case_id = ? ORDER BY seq",
                                {std::string(case_id)}));
  std::vector<std::uint64_t> out;
  for (const auto& row : rows) out.push_back(static_cast<std::uint64_t>(row.integer(0)));
  return out;
}

Result<json::array> show_acts(const Core& core, const std::vector<std::uint64_t>& seqs,
                              const Loaded& loaded, const Eyes& eyes) {
  json::array out;
  for (const auto seq : seqs) {
    TRY(auto acts, core.parts.ledger.acts(seq - 1, 1));
    if (acts.empty() || acts.front().seq != seq)
      return fail(Error::Kind::corrupt, "the ledger lacks an act of this case",
                  "act " + std::to_string(seq));
    if (is_shown(acts.front(), eyes))
      out.emplace_back(show_act(std::move(acts.front()), loaded, eyes));
  }
  return out;
}

json::object show_to_reporter(const Loaded& loaded, const Eyes& eyes, const json::array& acts) {
  const auto& definition = loaded.definition();
  const auto* state = definition.state(loaded.it.state);
  return {{"number", loaded.it.number},
          {"title", to_json(definition.title)},
          {"state", to_json(state == nullptr ? Label{} : state->label)},
          {"final", loaded.it.ended},
          {"opened_at", written(loaded.it.opened_at)},
          {"fields", own_words(loaded, acts)},
          {"outcome", meant_for(loaded, eyes)},
          {"messages", messages(acts)}};
}

}  // namespace haidang::procedure
