// Registry: what entries mean for the directive - who holds a role, who may repair, whom to wake.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "record/registry/registry.hpp"

namespace haidang::registry {
namespace {

using ledger::Sql;

std::string text_of(const json::object& fields, std::string_view name) {
  const auto* const value = fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool lists(const json::object& fields, std::string_view name, std::string_view wanted) {
  const auto* const values = fields.if_contains(name);
  return values != nullptr && values->is_array() &&
         std::ranges::any_of(values->as_array(), [&](const json::value& value) {
           return value.is_string() && std::string_view(value.as_string()) == wanted;
         });
}

// When a rota begins, where it covers that moment.
std::optional<Time> covers(const Entry& rota, Time at) {
  const auto from = parse_time(text_of(rota.fields, "from"));
  if (!from || *from > at) return {};
  const auto to = text_of(rota.fields, "to");
  if (to.empty()) return *from;
  const auto end = parse_time(to);
  if (!end || *end <= at) return {};
  return *from;
}

Registry::Contact contact_of(const Entry& person) {
  return {.name = person.name,
          .email = text_of(person.fields, "email"),
          .phone = text_of(person.fields, "phone"),
          .account = text_of(person.fields, "account")};
}

// Those of a step who are still there that day.
Result<std::vector<Registry::Contact>> contacts_of(const Registry& registry, Sql& sql,
                                                   const json::array& step, Day day) {
  std::vector<Registry::Contact> contacts;
  for (const auto& id : step) {
    if (!id.is_string()) continue;
    const auto person = registry.get(sql, "person", std::string_view(id.as_string()), day);
    if (person) {
      contacts.push_back(contact_of(*person));
    } else if (person.error().kind != Error::Kind::not_found) {
      return std::unexpected(person.error());
    }
  }
  return contacts;
}

}  // namespace

Result<std::vector<std::string>> Registry::holders(Sql& sql, std::string_view role, Day at) const {
  if (kinds_.role(role) == nullptr) {
    return fail(Error::Kind::not_found, fmt::format("'{}' is no role of the directive", role));
  }
  std::vector<std::string> units;
  TRY_VOID(each(sql, {.kind = "role_holder", .at = at}, [&](const Entry& entry) -> Result<> {
    if (text_of(entry.fields, "role") == role) units.push_back(text_of(entry.fields, "unit"));
    return {};
  }));
  return units;
}

Result<std::string> Registry::holder(Sql& sql, std::string_view role, Day at) const {
  TRY(auto units, holders(sql, role, at));
  if (units.empty()) {
    return fail(Error::Kind::not_found,
                fmt::format("no unit holds the role '{}' on {}", role, format_day(at)));
  }
  if (units.size() > 1) {
    return fail(Error::Kind::conflict,
                fmt::format("the role '{}' is held by several units on {}: {}", role,
                            format_day(at), fmt::join(units, ", ")));
  }
  return std::move(units.front());
}

Result<std::vector<std::string>> Registry::roles_of(Sql& sql, std::string_view unit, Day at) const {
  std::vector<std::string> roles;
  const Query query{.kind = "role_holder", .at = at, .unit = std::string(unit)};
  TRY_VOID(each(sql, query, [&](const Entry& entry) -> Result<> {
    roles.push_back(text_of(entry.fields, "role"));
    return {};
  }));
  std::ranges::sort(roles);
  return roles;
}

Result<bool> Registry::certified(Sql& sql, std::string_view provider, std::string_view device_kind,
                                 Day at) const {
  bool covered = false;
  const Query query{.kind = "certificate", .at = at};
  TRY_VOID(each(sql, query, [&](const Entry& certificate) -> Result<> {
    covered = covered || (text_of(certificate.fields, "provider") == provider &&
                          lists(certificate.fields, "scope", device_kind));
    return {};
  }));
  if (!covered) return false;
  const auto still_there = get(sql, "provider", provider, at);
  if (still_there) return true;
  if (still_there.error().kind == Error::Kind::not_found) return false;
  return std::unexpected(still_there.error());
}

Result<bool> Registry::may_repair(Sql& sql, std::string_view provider, std::string_view device_kind,
                                  Day at) const {
  TRY(const bool by_certificate, certified(sql, provider, device_kind, at));
  if (by_certificate) return true;
  const auto entry = get(sql, "provider", provider, at);
  if (!entry && entry.error().kind == Error::Kind::not_found) return false;
  if (!entry) return std::unexpected(entry.error());
  const auto unit = text_of(entry->fields, "unit");
  if (unit.empty()) return false;
  TRY(const auto roles, roles_of(sql, unit, at));
  return std::ranges::any_of(roles, [&](const std::string& name) {
    const auto* const role = kinds_.role(name);
    return role != nullptr && role->repairs;
  });
}

Result<bool> Registry::critical(Sql& sql, std::string_view unit, Day at) const {
  TRY(const auto entry, get(sql, "unit", unit, at));
  const auto* const mark = entry.fields.if_contains("critical");
  return mark != nullptr && mark->is_bool() && mark->as_bool();
}

Result<std::vector<std::vector<Registry::Contact>>> Registry::on_call(Sql& sql,
                                                                      std::string_view unit,
                                                                      Time at) const {
  const auto day = day_of(at);
  std::optional<Time> latest;
  json::array steps;
  const Query query{.kind = "duty_rota", .at = day, .unit = std::string(unit)};
  TRY_VOID(each(sql, query, [&](const Entry& rota) -> Result<> {
    const auto begins = covers(rota, at);
    if (!begins || (latest && *latest > *begins)) return {};
    latest = begins;
    const auto* const listed = rota.fields.if_contains("steps");
    steps = listed != nullptr && listed->is_array() ? listed->as_array() : json::array();
    return {};
  }));
  std::vector<std::vector<Contact>> chain;
  for (const auto& step : steps) {
    if (!step.is_array()) continue;
    TRY(auto contacts, contacts_of(*this, sql, step.as_array(), day));
    if (!contacts.empty()) chain.push_back(std::move(contacts));
  }
  return chain;
}

}  // namespace haidang::registry
