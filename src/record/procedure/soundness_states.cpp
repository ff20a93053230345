#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "record/procedure/soundness.hpp"

namespace haidang::procedure::soundness {
namespace {

using parsing::Reader;
using States = std::set<std::string, std::less<>>;
using Edge = std::pair<std::string, std::string>;

void add_goes(const std::vector<Effect>& effects, const std::string& from,
              std::vector<Edge>& edges) {
  for (const auto& effect : effects)
    if (const auto* go = std::get_if<Go>(&effect.what)) edges.emplace_back(from, go->state);
}

std::vector<Edge> edges_of(const Definition& definition) {
  std::vector<Edge> edges;
  for (const auto& action : definition.actions) {
    for (const auto& from : action.from) {
      if (!action.to.empty()) edges.emplace_back(from, action.to);
      add_goes(action.effects, from, edges);
    }
  }
  for (const auto& state : definition.states) {
    if (state.initial) add_goes(definition.on_open, state.name, edges);
    if (state.final) continue;
    for (const auto& clock : definition.clocks) add_goes(clock.on_due, state.name, edges);
  }
  return edges;
}

// All states that lie behind `from`, going along the edges or against them.
States closure(States from, const std::vector<Edge>& edges, bool forward) {
  for (std::size_t before = 0; before != from.size();) {
    before = from.size();
    for (const auto& [a, b] : edges)
      if (from.contains(forward ? a : b)) from.insert(forward ? b : a);
  }
  return from;
}

States those(const Definition& definition, bool State::* flag) {
  States found;
  for (const auto& state : definition.states)
    if (state.*flag) found.insert(state.name);
  return found;
}

void check_ends(Reader& in, const States& initial, const States& final) {
  if (initial.size() != 1)
    in.problem(in.line("key", "states"),
               initial.empty() ? "no state is initial: mark one with 'initial: true'"
                               : "more than one state is initial: a case opens in exactly one");
  if (final.empty())
    in.problem(in.line("key", "states"), "no state is final: mark those where a case has ended");
}

void check_moments(Reader& in, const Definition& definition) {
  for (const auto& action : definition.actions) {
    if (action.name == "open")
      in.problem(in.line("action", action.name),
                 "'open' is the opening; name the action otherwise");
    if (definition.state(action.name) != nullptr)
      in.problem(in.line("action", action.name),
                 fmt::format("'{}' is a state too: clocks could not tell them apart", action.name));
  }
  if (definition.state("open") != nullptr)
    in.problem(in.line("state", "open"), "'open' is the opening; name the state otherwise");
}

}  // namespace

void check_states(Reader& in, const Definition& definition) {
  const auto initial = those(definition, &State::initial);
  const auto final = those(definition, &State::final);
  check_ends(in, initial, final);
  check_moments(in, definition);
  const auto edges = edges_of(definition);
  const auto reached = closure(initial, edges, true);
  const auto ends = closure(final, edges, false);
  for (const auto& state : definition.states) {
    if (!initial.empty() && !reached.contains(state.name))
      in.problem(in.line("state", state.name),
                 fmt::format("state '{}' is never reached: no action leads to it", state.name));
    if (!final.empty() && !ends.contains(state.name))
      in.problem(
          in.line("state", state.name),
          fmt::format("state '{}' is a dead end: no final state is reached from it", state.name));
  }
}

}  // namespace haidang::procedure::soundness
