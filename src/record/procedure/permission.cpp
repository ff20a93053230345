#include "record/procedure/permission.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace haidang::procedure {
namespace {

using access::Scope;

std::unexpected<Error> denied(std::string what) {
  return fail(Error::Kind::denied, std::move(what));
}

bool has_one_of(const access::Principal& who, const std::vector<std::string>& roles) {
  return roles.empty() ||
         std::ranges::any_of(roles, [&](const std::string& role) { return who.has_role(role); });
}

bool was_done(const Case& it, const Action& action, std::string_view party, std::string_view unit) {
  return std::ranges::any_of(it.done, [&](const Done& done) {
    return done.action == action.name && done.party == party && done.unit == unit;
  });
}

Result<Scope> scope_for(const Core& core, const access::Principal& who, const Case& it,
                        std::string_view permission) {
  const auto scope = core.parts.policy.allows(who, permission);
  if (!scope) return denied(fmt::format("your role does not give '{}'", permission));
  if (*scope == Scope::self && it.opened_by != who.account)
    return denied("your role reaches only cases that you opened");
  return *scope;
}

}  // namespace

Result<> may_open(const Core& core, const access::Principal& who, const Definition& definition,
                  std::string_view subject) {
  if (who.kind == access::Principal::Kind::anyone) {
    if (definition.anyone_may_open) return {};
    return denied("this needs an account");
  }
  const auto scope = core.parts.policy.allows(who, "case.open");
  if (!scope) return denied("your role does not let you open cases");
  if (!has_one_of(who, definition.opened_by))
    return denied("your role does not open this procedure");
  if (*scope != Scope::city && !subject.empty() && subject != who.unit)
    return denied("your role opens cases only about your own unit");
  return {};
}

Result<std::string> acting_party(const Core& core, const access::Principal& who, const Case& it,
                                 const Action& action) {
  TRY_VOID(scope_for(core, who, it, "case.act"));
  if (!has_one_of(who, action.roles)) return denied("your role does not take this action");
  const auto held = [&](const std::string& party) { return it.is_member(party, who.unit); };
  const auto first = std::ranges::find_if(action.parties, held);
  if (first == action.parties.end())
    return denied("your unit is not the party of this case that takes this action");
  if (!has(action.from, it.state))
    return fail(Error::Kind::conflict,
                fmt::format("cannot be done while the case is '{}'", it.state), "/action");
  if (!action.once_per_party) return *first;
  for (const auto& party : action.parties)
    if (held(party) && !was_done(it, action, party, who.unit)) return party;
  return fail(Error::Kind::conflict, "your unit has done this already", "/action");
}

Result<std::string> adding_party(const Core& core, const access::Principal& who, const Case& it,
                                 std::string_view permission) {
  TRY(const auto scope, scope_for(core, who, it, permission));
  const auto held = it.parties_of(who.unit);
  if (!held.empty()) return held.front();
  if (scope == Scope::city) return std::string();
  return denied("your unit is not a party of this case");
}

Result<> check_based_on(const Case& it, std::optional<std::uint64_t> based_on) {
  if (!based_on || *based_on == it.version) return {};
  return fail(Error::Kind::conflict,
              fmt::format("the case has changed since you saw it: it is at version {}, you saw {}",
                          it.version, *based_on),
              "/based_on");
}

}  // namespace haidang::procedure
