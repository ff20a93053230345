#include "record/procedure/step.hpp"

#include <algorithm>
#include <utility>

namespace haidang::procedure {

Step::Step(const Core& core, ledger::Writer& writer, Loaded& loaded, Cause cause)
    : core_(core), writer_(writer), loaded_(loaded), cause_(std::move(cause)) {}

Scene Step::scene() const {
  return {.sql = writer_.sql(),
          .registry = core_.parts.registry,
          .subject = loaded_.it,
          .actor = cause_.by.account,
          .unit = cause_.by.unit,
          .at = writer_.at()};
}

void Step::add(std::string_view list, json::object part) {
  auto& value = body_[list];
  if (!value.is_array()) value = json::array{};
  value.get_array().emplace_back(std::move(part));
}

void Step::set(std::string_view field, const json::value& value) {
  auto& set = body_["set"];
  if (!set.is_object()) set = json::object{};
  set.get_object().insert_or_assign(field, value);
  if (value.is_null())
    it().fields.erase(field);
  else
    it().fields.insert_or_assign(field, value);
}

void Step::go(std::string_view state) {
  if (it().state == state) return;
  const auto* known = definition().state(state);
  it().state = state;
  it().ended = known != nullptr && known->final;
  entered_.emplace_back(state);
  body_["state"] = state;
  body_["ended"] = it().ended;
}

void Step::attach(const Attachment& document) {
  add("documents",
      {{"kind", document.kind}, {"sha256", document.sha256}, {"filename", document.filename}});
  it().papers.push_back(
      {document.kind, document.sha256, document.filename, cause_.by.unit, writer_.at()});
}

void Step::link(std::string_view other, std::string_view how, bool out) {
  add("links", {{"case", other}, {"how", how}, {"out", out}});
  it().ties.push_back({std::string(other), std::string(how), out});
}

void Step::tell(const Tell& tell) {
  add("shown", {{"party", tell.party}, {"fields", to_json(tell.fields)}});
  it().shown[tell.party].insert(tell.fields.begin(), tell.fields.end());
}

void Step::require(const RequireEvidence& evidence) {
  add("evidence_required", {{"kind", evidence.document}});
  it().evidence.insert(evidence.document);
}

json::value Step::meant(const json::value& value) const {
  if (!value.is_string()) return value;
  const std::string_view word = value.get_string();
  if (word == "$now") return json::value(written(writer_.at()));
  if (word == "$today") return json::value(registry::format_day(registry::day_of(writer_.at())));
  if (word == "$actor") return json::value(cause_.by.account);
  if (word == "$unit") return json::value(cause_.by.unit);
  if (word == "$nothing") return nullptr;
  return value;
}

void Step::perform(const Effect& effect) {
  if (const auto* set_field = std::get_if<SetField>(&effect.what))
    set(set_field->field, meant(set_field->value));
  else if (const auto* to = std::get_if<Go>(&effect.what))
    go(to->state);
  else if (const auto* told = std::get_if<Tell>(&effect.what))
    tell(*told);
  else if (const auto* evidence = std::get_if<RequireEvidence>(&effect.what))
    require(*evidence);
  else if (const auto* notify = std::get_if<Notify>(&effect.what))
    later_.push_back({notify});
  else if (const auto* open = std::get_if<OpenCase>(&effect.what))
    later_.push_back({open});
}

Result<> Step::run(const std::vector<Effect>& effects) {
  for (const auto& effect : effects) TRY_VOID(run(effect));
  return {};
}

Result<> Step::run(const Effect& effect) {
  if (effect.when) {
    TRY(const bool held, holds(*effect.when, scene()));
    if (!held) return {};
  }
  perform(effect);
  return {};
}

Result<> Step::settle() {
  TRY_VOID(settle_parties());
  return settle_clocks();
}

std::vector<std::string> Step::lacking() const {
  std::vector<std::string> out;
  for (const auto& kind : loaded_.it.evidence)
    if (!has(loaded_.it.papers, kind, &Paper::kind)) out.push_back(kind);
  return out;
}

Result<ledger::Act> Step::write(std::string_view kind) {
  body_["version"] = ++it().version;
  it().changed_at = writer_.at();
  TRY(auto act, writer_.append({.actor = cause_.by.account,
                                .unit = cause_.by.unit,
                                .case_id = it().id,
                                .kind = std::string(kind),
                                .body = std::move(body_)}));
  body_ = {};
  entered_.clear();
  for (const auto& each : std::exchange(later_, {}))
    TRY_VOID(std::visit([&](const auto* what) { return later(*what); }, each.what));
  return act;
}

}  // namespace haidang::procedure
