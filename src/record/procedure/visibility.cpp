#include "record/procedure/visibility.hpp"

#include <algorithm>
#include <utility>

namespace haidang::procedure {
namespace {

// Told by the effect `tell`, to one of the parties behind these eyes.
bool was_shown(const Eyes& eyes, const Case& it, std::string_view field) {
  return std::ranges::any_of(eyes.parties, [&](const std::string& party) {
    const auto at = it.shown.find(party);
    return at != it.shown.end() && at->second.contains(std::string(field));
  });
}

bool reaches(std::optional<access::Scope> scope, const access::Principal& who, const Case& it) {
  if (!scope) return false;
  switch (*scope) {
    case access::Scope::city: return true;
    case access::Scope::unit:
    case access::Scope::party: return !it.parties_of(who.unit).empty();
    case access::Scope::self: return it.opened_by == who.account;
  }
  return false;
}

std::unexpected<Error> unseen() { return fail(Error::Kind::not_found, "no such case"); }

}  // namespace

bool Eyes::among(const std::vector<std::string>& names) const {
  return std::ranges::any_of(parties, [&](const std::string& p) { return has(names, p); });
}

std::optional<access::Scope> reading_scope(const Core& core, const access::Principal& who) {
  if (who.kind == access::Principal::Kind::anyone) return {};
  return core.parts.policy.allows(who, "case.read");
}

bool may_see(const Core& core, const access::Principal& who, const Case& it) {
  return reaches(reading_scope(core, who), who, it);
}

bool may_read_documents(const Core& core, const access::Principal& who, const Case& it) {
  if (who.kind == access::Principal::Kind::anyone) return false;
  return reaches(core.parts.policy.allows(who, "document.read"), who, it);
}

Result<Eyes> eyes_of(const Core& core, const access::Principal& who, const Case& it) {
  if (!may_see(core, who, it)) return unseen();
  return Eyes{.parties = it.parties_of(who.unit), .unit = who.unit};
}

Eyes eyes_of_reporter(const Definition& definition) {
  Eyes eyes{.reporter = true};
  for (const auto& party : definition.parties)
    if (party.source == Party::Source::reporter) eyes.parties.push_back(party.name);
  return eyes;
}

bool sees_field(const Eyes& eyes, const Loaded& loaded, std::string_view field) {
  const auto* known = loaded.definition().field(field);
  if (known == nullptr) return false;
  if (was_shown(eyes, loaded.it, field) || eyes.among(known->visible_to)) return true;
  if (eyes.reporter) return loaded.it.given.contains(std::string(field));
  return known->visible_to.empty();
}

bool sees_document(const Eyes& eyes, const Definition& definition, const Paper& paper) {
  const auto kind = std::ranges::find(definition.documents, paper.kind, &DocumentKind::name);
  if (kind == definition.documents.end()) return false;
  if (eyes.among(kind->visible_to)) return true;
  if (eyes.reporter) return false;
  return kind->visible_to.empty() || (!eyes.unit.empty() && paper.unit == eyes.unit);
}

bool sees_remark(const Eyes& eyes, const std::vector<std::string>& visible_to,
                 std::string_view unit) {
  if (eyes.among(visible_to)) return true;
  if (eyes.reporter) return false;
  return visible_to.empty() || (!eyes.unit.empty() && unit == eyes.unit);
}

json::object visible_fields(const Eyes& eyes, const Loaded& loaded) {
  json::object out;
  for (const auto& [name, value] : loaded.it.fields)
    if (sees_field(eyes, loaded, name)) out.emplace(name, value);
  return out;
}

Result<Seen> look(const Core& core, ledger::Sql& sql, const access::Principal& who,
                  std::string_view case_id) {
  TRY(auto loaded, load(core, sql, case_id));
  TRY(auto eyes, eyes_of(core, who, loaded.it));
  return Seen{.loaded = std::move(loaded), .eyes = std::move(eyes)};
}

}  // namespace haidang::procedure
