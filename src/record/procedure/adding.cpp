// Remarks, documents, links and watchers: what people add to a case beside its actions.
#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "record/procedure/acting.hpp"
#include "record/procedure/inputs.hpp"
#include "record/procedure/permission.hpp"
#include "record/procedure/step.hpp"
#include "record/procedure/visibility.hpp"

namespace haidang::procedure {
namespace {

constexpr std::size_t most_links = 200;
constexpr std::size_t most_watchers = 200;

Result<> check_remark(const Definition& definition, const Remark& remark) {
  TRY_VOID(check_comment(remark.text));
  if (remark.text.empty()) return invalid("is empty", "/comment");
  for (const auto& party : remark.visible_to)
    if (definition.party(party) == nullptr)
      return invalid("there is no party '" + text::shown(party) + "' in this procedure",
                     "/visible_to");
  return {};
}

// A word: it is shown and searched, and stands in a table's key.
Result<> check_how(std::string_view how) {
  const bool word = !how.empty() && how.size() <= 40 && std::ranges::all_of(how, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (word) return {};
  return invalid("must be a word of a-z, 0-9 and _, at most 40 letters", "/how");
}

Result<> check_link(const Case& it, const Case& other, std::string_view how) {
  TRY_VOID(check_how(how));
  if (it.id == other.id) return invalid("a case is not linked to itself", "/other");
  if (it.ties.size() >= most_links) return invalid("a case has at most 200 links", "/other");
  for (const auto& tie : it.ties)
    if (tie.other == other.id && tie.how == how)
      return fail(Error::Kind::conflict, "these cases are linked so already", "/other");
  return {};
}

Result<Seen> look_at_other(const Core& core, ledger::Sql& sql, const access::Principal& who,
                           std::string_view other) {
  auto seen = look(core, sql, who, other);
  if (!seen && seen.error().kind == Error::Kind::not_found) seen.error().where = "/other";
  return seen;
}

}  // namespace

Result<std::uint64_t> add_comment(const Core& core, ledger::Writer& writer,
                                  const access::Principal& who, const Remark& remark) {
  TRY(auto seen, look(core, writer.sql(), who, remark.case_id));
  TRY(const auto party, adding_party(core, who, seen.loaded.it, "case.comment"));
  TRY_VOID(check_remark(seen.loaded.definition(), remark));
  Step step(core, writer, seen.loaded, {.by = actor_of(who), .party = party});
  step.body()["party"] = party;
  step.body()["comment"] = remark.text;
  step.body()["visible_to"] = to_json(remark.visible_to);
  TRY_VOID(step.write("case.commented"));
  return step.it().version;
}

Result<std::uint64_t> add_document(const Core& core, ledger::Writer& writer,
                                   const access::Principal& who, std::string_view case_id,
                                   const Attachment& document) {
  TRY(auto seen, look(core, writer.sql(), who, case_id));
  TRY(const auto party, adding_party(core, who, seen.loaded.it, "case.attach"));
  const Actor by = actor_of(who);
  const Place place{
      .core = core, .sql = writer.sql(), .ready = *seen.loaded.ready, .by = by, .at = writer.at()};
  TRY_VOID(check_documents(place, seen.loaded.it, {document}));
  Step step(core, writer, seen.loaded, {.by = by, .party = party});
  step.body()["party"] = party;
  step.attach(document);
  TRY_VOID(step.write("case.attached"));
  return step.it().version;
}

Result<std::uint64_t> add_link(const Core& core, ledger::Writer& writer,
                               const access::Principal& who, const Linking& linking) {
  TRY(auto seen, look(core, writer.sql(), who, linking.case_id));
  TRY_VOID(adding_party(core, who, seen.loaded.it, "case.link"));
  TRY(auto other, look_at_other(core, writer.sql(), who, linking.other));
  TRY_VOID(check_link(seen.loaded.it, other.loaded.it, linking.how));
  Step there(core, writer, other.loaded, {.by = actor_of(who)});
  there.link(linking.case_id, linking.how, false);
  TRY_VOID(there.write("case.linked"));
  Step here(core, writer, seen.loaded, {.by = actor_of(who)});
  here.link(linking.other, linking.how, true);
  TRY_VOID(here.write("case.linked"));
  return here.it().version;
}

Result<std::uint64_t> set_watch(const Core& core, ledger::Writer& writer,
                                const access::Principal& who, std::string_view case_id, bool on) {
  TRY(const auto seen, look(core, writer.sql(), who, case_id));
  const Case& it = seen.loaded.it;
  if (has(it.watchers, who.account, &Watcher::account) == on) return it.version;
  if (on && it.watchers.size() >= most_watchers)
    return fail(Error::Kind::conflict, "a case has at most 200 watchers");
  const bool city = reading_scope(core, who) == access::Scope::city;
  TRY_VOID(writer.append({.actor = who.account,
                          .unit = who.unit,
                          .case_id = it.id,
                          .kind = "case.watched",
                          .body = {{"on", on}, {"city", city}}}));
  return it.version;
}

}  // namespace haidang::procedure
