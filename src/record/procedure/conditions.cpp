#include "record/procedure/conditions.hpp"

#include <algorithm>
#include <array>

namespace haidang::procedure {
namespace {

using Kind = Condition::Kind;

Result<std::size_t> count_holding(const std::vector<Condition>& of, const Scene& scene) {
  std::size_t count = 0;
  for (const auto& each : of) {
    TRY(const bool held, holds(each, scene));
    count += held ? 1 : 0;
  }
  return count;
}

bool field_in(const Condition& condition, const Case& c) {
  const auto* value = c.value(condition.name);
  if (value == nullptr) return false;
  const auto wanted = [&](const json::value& one) { return has(condition.values, one); };
  if (const auto* list = value->if_array()) return std::ranges::any_of(*list, wanted);
  return wanted(*value);
}

bool field_present(const Condition& condition, const Case& c) {
  const auto* value = c.value(condition.name);
  return value != nullptr && !is_empty(*value);
}

bool done(const Condition& condition, const Case& c) {
  return std::ranges::any_of(c.done, [&](const Done& d) {
    return d.action == condition.name && (condition.party.empty() || d.party == condition.party);
  });
}

Result<bool> certified(const Condition& condition, const Scene& scene) {
  const auto providers = texts_of(scene.subject.value(condition.name));
  const auto devices = texts_of(scene.subject.value(condition.other));
  if (providers.empty() || devices.empty()) return false;
  for (const auto& provider : providers)
    for (const auto& device : devices) {
      TRY(const bool may,
          scene.registry.may_repair(scene.sql, provider, device, registry::day_of(scene.at)));
      if (!may) return false;
    }
  return true;
}

Result<bool> is_critical(const std::string& unit, const Scene& scene) {
  const auto entry = scene.registry.get(scene.sql, "unit", unit, registry::day_of(scene.at));
  if (!entry && entry.error().kind == Error::Kind::not_found) return false;
  if (!entry) return std::unexpected(entry.error());
  const auto* flag = entry->fields.if_contains("critical");
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

Result<bool> critical(const Condition& condition, const Scene& scene) {
  auto units = texts_of(scene.subject.value(condition.name));
  if (condition.name.empty()) units = {scene.subject.subject};
  for (const auto& unit : units) {
    TRY(const bool yes, is_critical(unit, scene));
    if (yes) return true;
  }
  return false;
}

bool other_person(const Condition& condition, const Scene& scene) {
  if (condition.name == "open") return scene.subject.opened_by != scene.actor;
  bool taken = false;
  for (const auto& each : scene.subject.done) {
    if (each.action != condition.name) continue;
    if (each.actor == scene.actor) return false;
    taken = true;
  }
  return taken;
}

bool other_unit(const Condition& condition, const Scene& scene) {
  const auto units = scene.subject.units_of(condition.name);
  return !units.empty() && !has(units, scene.unit);
}

}  // namespace

Result<bool> holds(const Condition& condition, const Scene& scene) {
  const Case& c = scene.subject;
  switch (condition.kind) {
    case Kind::all:
    case Kind::any:
    case Kind::none: {
      TRY(const auto count, count_holding(condition.of, scene));
      if (condition.kind == Kind::all) return count == condition.of.size();
      return condition.kind == Kind::any ? count > 0 : count == 0;
    }
    case Kind::field_in: return field_in(condition, c);
    case Kind::field_present: return field_present(condition, c);
    case Kind::regime: return has(condition.names, c.regime);
    case Kind::done: return done(condition, c);
    case Kind::state: return has(condition.names, c.state);
    case Kind::certified: return certified(condition, scene);
    case Kind::critical: return critical(condition, scene);
    case Kind::other_person: return other_person(condition, scene);
    case Kind::other_unit: return other_unit(condition, scene);
  }
  return false;
}

bool reads_any(const Condition& condition, const std::vector<std::string>& fields) {
  constexpr std::array of_people{Kind::done, Kind::other_person, Kind::other_unit};
  const bool names_fields = std::ranges::find(of_people, condition.kind) == of_people.end();
  if (names_fields && (has(fields, condition.name) || has(fields, condition.other))) return true;
  return std::ranges::any_of(condition.of,
                             [&](const Condition& each) { return reads_any(each, fields); });
}

bool is_empty(const json::value& value) {
  if (value.is_null()) return true;
  if (const auto* text = value.if_string()) return text->empty();
  if (const auto* list = value.if_array()) return list->empty();
  if (const auto* object = value.if_object()) return object->empty();
  return false;
}

std::vector<std::string> texts_of(const json::value* value) {
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (value->is_string() && !value->get_string().empty()) out.emplace_back(value->get_string());
  if (const auto* list = value->if_array())
    for (const auto& each : *list)
      if (each.is_string()) out.emplace_back(each.get_string());
  return out;
}

}  // namespace haidang::procedure
