// What follows an act once it is written: notices, and cases opened by it.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "record/procedure/opening.hpp"
#include "record/procedure/step.hpp"
#include "record/procedure/visibility.hpp"

namespace haidang::procedure {
namespace {

std::string mail_field(const Definition& definition) {
  for (const auto& field : definition.fields) {
    const auto* format = field.schema.if_contains("format");
    if (format != nullptr && *format == json::value("email")) return field.name;
  }
  return {};
}

json::value shown_time(Time time) { return to_json(on_the_clock(time)); }

json::value shown_one(const Field& field, const json::value& value) {
  if (!value.is_string()) return value;
  const auto chosen = field.choices.find(std::string(value.get_string()));
  if (chosen != field.choices.end()) return to_json(chosen->second);
  const auto* format = field.schema.if_contains("format");
  if (format == nullptr || *format != json::value("date-time")) return value;
  const auto time = parse_time(value.get_string());
  return time ? shown_time(*time) : value;
}

// Choices by their labels, times by the clock on the wall.
json::value shown(const Field& field, const json::value& value) {
  const auto* list = value.if_array();
  if (list == nullptr) return shown_one(field, value);
  json::array out;
  for (const auto& each : *list) out.emplace_back(shown_one(field, each));
  return out;
}

// Every field that is not secret is there, empty where it is unset or not for this party: a
// template never lacks a value, and a secret one can never be filled in.
json::object values_for(const Eyes& eyes, const Loaded& loaded) {
  json::object out;
  for (const auto& field : loaded.definition().fields) {
    if (field.secret) continue;
    const auto* value = loaded.it.value(field.name);
    const bool told = value != nullptr && sees_field(eyes, loaded, field.name);
    out[field.name] = told ? shown(field, *value) : json::value("");
  }
  return out;
}

json::value first_due(const Case& it) {
  std::optional<Time> first;
  for (const auto& clock : it.clocks)
    if (clock.next && (!first || *clock.next < *first)) first = clock.next;
  return first ? shown_time(*first) : json::value("");
}

// What every notice may say beside fields (soundness::notice_values).
void add_case(json::object& values, const Loaded& loaded) {
  const auto& definition = loaded.definition();
  const Case& it = loaded.it;
  const auto* state = definition.state(it.state);
  const auto* summary = values.if_contains(definition.summary_field);
  values["summary"] = summary == nullptr ? json::value("") : json::value(*summary);
  values["number"] = it.number;
  values["title"] = to_json(definition.title);
  values["procedure"] = to_json(definition.title);
  values["unit"] = it.subject_name;
  values["state"] = to_json(state == nullptr ? Label{} : state->label);
  values["opened_at"] = shown_time(it.opened_at);
  values["due"] = first_due(it);
}

}  // namespace

NotifyRequest Step::request_for(const Notify& notify, const std::string& party) const {
  Eyes eyes;
  const auto* known = definition().party(party);
  if (!party.empty()) eyes.parties.push_back(party);
  eyes.reporter = known != nullptr && known->source == Party::Source::reporter &&
                  loaded_.it.opened_unit.empty();
  auto values = values_for(eyes, loaded_);
  add_case(values, loaded_);
  values["actor"] = cause_.by.account;
  const auto* clock = definition().clock(cause_.clock);
  values["clock"] = to_json(clock == nullptr ? Label{} : clock->label);
  if (clock != nullptr) values["due"] = shown_time(cause_.due);
  return {.template_name = notify.template_name,
          .case_id = loaded_.it.id,
          .reason = cause_.reason,
          .values = std::move(values)};
}

// The step wanted or, where the chain is at its end, its top once more.
Result<std::size_t> Step::climb(NotifyRequest& request, const Notify& notify) {
  while (true) {
    request.values["step"] = request.chain_step + 1;
    TRY(const auto queued, core_.parts.notifier(writer_, request));
    if (queued > 0 || request.chain_step == 0 || notify.chain != Notify::Chain::next) return queued;
    --request.chain_step;
  }
}

Result<> Step::record_notice(const NotifyRequest& request, std::string_view party,
                             std::size_t queued) {
  json::object body{
      {"party", party},           {"unit", request.unit},       {"template", request.template_name},
      {"reason", request.reason}, {"step", request.chain_step}, {"queued", queued}};
  if (queued == 0) body["nobody_to_tell"] = true;
  if (queued > 0 && !party.empty()) {
    auto& next = it().told[std::string(party)];
    next = std::max<std::int64_t>(next, std::int64_t{request.chain_step} + 1);
    body["next_step"] = next;
  }
  TRY_VOID(writer_.append({.actor = "system",
                           .unit = {},
                           .case_id = it().id,
                           .kind = "case.notified",
                           .body = std::move(body)}));
  return {};
}

Result<> Step::notify_party(const Notify& notify, const Party& party, const std::string& unit) {
  auto request = request_for(notify, party.name);
  request.unit = unit;
  if (notify.chain == Notify::Chain::next)
    request.chain_step = static_cast<std::uint32_t>(it().told[party.name]);
  if (unit.empty() && party.source == Party::Source::reporter)
    request.reporter_email = it().text(mail_field(definition()));
  std::size_t queued = 0;
  if (!unit.empty() || !request.reporter_email.empty()) {
    TRY(queued, climb(request, notify));
  }
  return record_notice(request, party.name, queued);
}

Result<> Step::notify_watchers(const Notify& notify) {
  auto request = request_for(notify, "");
  for (const auto& watcher : it().watchers)
    if (watcher.city || !it().parties_of(watcher.unit).empty())
      request.accounts.push_back(watcher.account);
  if (request.accounts.empty()) return {};
  request.values["step"] = 1;
  TRY(const auto queued, core_.parts.notifier(writer_, request));
  return record_notice(request, "", queued);
}

Result<> Step::later(const Notify& notify) {
  if (notify.chain == Notify::Chain::watchers) return notify_watchers(notify);
  for (const auto& name : notify.parties) {
    const auto* party = definition().party(name);
    if (party == nullptr) continue;
    for (const auto& unit : it().units_of(name)) TRY_VOID(notify_party(notify, *party, unit));
  }
  return {};
}

Result<> Step::later(const OpenCase& open) {
  Opening opening{.procedure = open.procedure, .subject = it().subject, .by = cause_.by};
  opening.parent = Opening::Parent{.case_id = it().id, .how = open.link};
  opening.depth = cause_.depth + 1;
  const auto* named = open.subject.empty() ? nullptr : it().value(open.subject);
  if (named != nullptr && named->is_string()) opening.subject = std::string(named->get_string());
  for (const auto& [theirs, ours] : open.fields)
    if (const auto* value = it().value(ours)) opening.fields[theirs] = *value;
  TRY(const auto opened, open_case(core_, writer_, opening));
  body_["opened"] = opened.number;
  link(opened.case_id, open.link, true);
  TRY_VOID(write("case.linked"));
  return {};
}

}  // namespace haidang::procedure
