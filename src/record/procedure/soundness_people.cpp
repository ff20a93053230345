#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "record/procedure/soundness.hpp"

namespace haidang::procedure::soundness {
namespace {

using parsing::Reader;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Every condition inside, the outer ones too.
void visit(const Condition& condition, const std::function<void(const Condition&)>& see) {
  see(condition);
  for (const auto& inner : condition.of) visit(inner, see);
}

void check_done(Reader& in, const Definition& definition, const Action& action) {
  const auto see = [&](const Condition& condition) {
    const Action* done = definition.action(condition.name);
    if (condition.kind == Condition::Kind::done && done != nullptr && !condition.party.empty() &&
        !contains(done->parties, condition.party))
      in.problem(in.line("action", action.name),
                 fmt::format("the guard waits for '{}' by '{}', who may not take it",
                             condition.name, condition.party));
  };
  for (const auto& guard : action.guards) visit(guard.must, see);
}

void check_action(Reader& in, const Definition& definition, const Action& action) {
  const auto line = in.line("action", action.name);
  if (action.parties.empty())
    in.problem(line, fmt::format("nobody may take '{}': name its parties", action.name));
  if (action.from.empty())
    in.problem(line,
               fmt::format("'{}' can be taken in no state: name them in 'from'", action.name));
  check_done(in, definition, action);
}

// A party that joins on an action which only its own people could take never joins.
void check_joining(Reader& in, const Definition& definition, const Party& party) {
  const Action* action = definition.action(party.joins_on);
  if (action == nullptr) return;
  if (action->parties == std::vector<std::string>{party.name})
    in.problem(
        in.line("party", party.name),
        fmt::format("'{}' joins on '{}', which only it could take", party.name, action->name));
}

}  // namespace

void check_people(Reader& in, const Definition& definition) {
  for (const auto& action : definition.actions) check_action(in, definition, action);
  for (const auto& party : definition.parties) check_joining(in, definition, party);
  const bool has_subject = std::ranges::any_of(definition.parties, [](const Party& party) {
    return party.source == Party::Source::subject;
  });
  if (!has_subject && !definition.anyone_may_open)
    in.problem(in.line("key", "parties"), "no party is the subject: whom is the case about?");
}

}  // namespace haidang::procedure::soundness
