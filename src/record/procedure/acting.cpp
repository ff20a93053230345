#include "record/procedure/acting.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "record/procedure/inputs.hpp"
#include "record/procedure/permission.hpp"
#include "record/procedure/step.hpp"
#include "record/procedure/visibility.hpp"

namespace haidang::procedure {
namespace {

Result<const Action*> known_action(const Definition& definition, const std::string& name) {
  if (const auto* action = definition.action(name)) return action;
  return invalid("there is no such action in this procedure", "/action");
}

Result<> check_handed_in(const Action& action, const ActRequest& request) {
  TRY_VOID(check_comment(request.comment));
  if (action.comment_required && request.comment.empty())
    return invalid("this action wants a comment", "/comment");
  for (const auto& kind : action.documents)
    if (!has(request.documents, kind, &Attachment::kind))
      return invalid(fmt::format("a document of kind '{}' must come with this action", kind),
                     "/documents");
  return {};
}

// What was handed in, into the case; then whether it suffices.
Result<> take_in(Step& step, const Place& place, const Action& action, const ActRequest& request) {
  TRY_VOID(check_handed_in(action, request));
  TRY_VOID(check_fields(place, action.asks, request.fields));
  for (const auto& [name, value] : request.fields) step.set(name, value);
  TRY_VOID(check_documents(place, step.it(), request.documents));
  for (const auto& document : request.documents) step.attach(document);
  TRY_VOID(check_present(step.definition(), step.it(), action.requires_));
  return check_guards(action.guards, step.scene());
}

Result<> check_evidence(Step& step) {
  const auto lacking = step.lacking();
  if (!step.it().ended || lacking.empty()) return {};
  return invalid(fmt::format("the case cannot end without a document of kind '{}'", lacking[0]),
                 "/documents");
}

void describe_action(Step& step, const ActRequest& request, const std::string& party,
                     const std::string& from) {
  auto& body = step.body();
  body["action"] = request.action;
  body["party"] = party;
  body["from"] = from;
  body["to"] = step.it().state;
  if (!request.comment.empty()) body["comment"] = request.comment;
}

// Content first, then what follows from it.
Result<std::uint64_t> carry_out(Step& step, const Place& place, const Action& action,
                                const ActRequest& request, const Done& done) {
  const std::string from = step.it().state;
  TRY_VOID(take_in(step, place, action, request));
  step.it().done.push_back(done);
  if (!action.to.empty()) step.go(action.to);
  TRY_VOID(step.run(action.effects));
  TRY_VOID(check_open_to_documents(place, step.it(), request.documents));
  TRY_VOID(step.settle());
  TRY_VOID(check_evidence(step));
  describe_action(step, request, done.party, from);
  TRY_VOID(step.write("case.acted"));
  return step.it().version;
}

}  // namespace

Result<std::uint64_t> take_action(const Core& core, ledger::Writer& writer,
                                  const access::Principal& who, const ActRequest& request) {
  TRY(auto seen, look(core, writer.sql(), who, request.case_id));
  auto& loaded = seen.loaded;
  TRY(const auto* action, known_action(loaded.definition(), request.action));
  TRY_VOID(check_based_on(loaded.it, request.based_on));
  TRY(const auto party, acting_party(core, who, loaded.it, *action));
  const Actor by = actor_of(who);
  Step step(core, writer, loaded,
            {.by = by, .action = action->name, .party = party, .reason = action->name});
  const Place place{
      .core = core, .sql = writer.sql(), .ready = *loaded.ready, .by = by, .at = writer.at()};
  return carry_out(step, place, *action, request,
                   {action->name, party, who.unit, who.account, writer.at()});
}

}  // namespace haidang::procedure
