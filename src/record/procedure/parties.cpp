// Parties of a case: which units hold them, when they join and leave.
#include <algorithm>
#include <utility>

#include "record/procedure/step.hpp"

namespace haidang::procedure {

void Step::join(const std::string& party, const std::string& unit) {
  add("parties_joined", {{"party", party}, {"unit", unit}});
  it().members.push_back({party, unit});
}

// A party that joins on an action stays one; one without joins at the opening.
bool Step::joins_now(const Party& party) const {
  if (party.joins_on.empty()) return true;
  return cause_.action == party.joins_on || has(loaded_.it.done, party.joins_on, &Done::action);
}

// A field names a unit itself, a provider, which may be a unit, or a thing that belongs to one.
Result<std::string> Step::unit_named(const Field& field, const std::string& id) const {
  if (field.refers_to.empty() || field.refers_to == "unit") return id;
  const auto entry =
      core_.parts.registry.get(writer_.sql(), field.refers_to, id, registry::day_of(writer_.at()));
  if (!entry && entry.error().kind == Error::Kind::not_found) return id;
  if (!entry) return std::unexpected(entry.error());
  if (field.refers_to != "provider") return entry->unit.empty() ? id : entry->unit;
  const auto own = texts_of(entry->fields.if_contains("unit"));
  return own.empty() ? id : own.front();
}

Result<std::vector<std::string>> Step::wanted_units(const Party& party) const {
  const Case& c = loaded_.it;
  switch (party.source) {
    case Party::Source::subject: return std::vector{c.subject};
    case Party::Source::reporter: return std::vector{c.opened_unit};
    case Party::Source::role: {
      auto unit =
          core_.parts.registry.holder(writer_.sql(), party.from, registry::day_of(writer_.at()));
      if (unit) return std::vector{std::move(*unit)};
      if (unit.error().kind != Error::Kind::not_found) return std::unexpected(unit.error());
      return std::vector<std::string>{""};  // recorded as vacant: the case must not be lost
    }
    case Party::Source::field: break;
  }
  std::vector<std::string> units;
  const auto* field = definition().field(party.from);
  if (field == nullptr) return units;
  for (const auto& id : texts_of(c.value(party.from))) {
    TRY(auto unit, unit_named(*field, id));
    if (!has(units, unit)) units.push_back(std::move(unit));
  }
  return units;
}

Result<> Step::settle_party(const Party& party) {
  const auto held = loaded_.it.units_of(party.name);
  // Only a field can change who it is; a role is held by who held it when the case needed it.
  if (!held.empty() && party.source != Party::Source::field) return {};
  TRY(const auto wanted, wanted_units(party));
  for (const auto& unit : held) {
    if (has(wanted, unit)) continue;
    add("parties_left", {{"party", party.name}, {"unit", unit}});
    std::erase_if(it().members,
                  [&](const Member& m) { return m.party == party.name && m.unit == unit; });
  }
  for (const auto& unit : wanted)
    if (!has(held, unit)) join(party.name, unit);
  return {};
}

Result<> Step::settle_parties() {
  for (const auto& party : definition().parties)
    if (joins_now(party)) TRY_VOID(settle_party(party));
  return {};
}

}  // namespace haidang::procedure
