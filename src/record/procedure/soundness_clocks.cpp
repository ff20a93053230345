#include <algorithm>

#include <fmt/format.h>

#include "record/procedure/soundness.hpp"

namespace haidang::procedure::soundness {
namespace {

using parsing::Reader;

// An action of that party, or a state: whoever led there.
bool can_stop(const Definition& definition, const std::string& party, const std::string& moment) {
  const Action* action = definition.action(moment);
  if (action == nullptr) return false;
  return std::ranges::find(action->parties, party) != action->parties.end();
}

void check_stops(Reader& in, const Definition& definition, const Clock& clock, std::uint32_t line) {
  if (clock.stops_on.empty())
    return in.problem(line, fmt::format("nothing stops clock '{}'", clock.name));
  if (clock.stopped_by.empty() || definition.party(clock.stopped_by) == nullptr) return;
  const bool some = std::ranges::any_of(clock.stops_on, [&](const std::string& moment) {
    return can_stop(definition, clock.stopped_by, moment);
  });
  if (!some)
    in.problem(line, fmt::format("nothing stops clock '{}': '{}' may take none of the actions it "
                                 "stops on",
                                 clock.name, clock.stopped_by));
}

void check_repeats(Reader& in, const Clock& clock, std::uint32_t line) {
  if (clock.repeat && clock.most_repeats == 0)
    in.problem(line, fmt::format("clock '{}' would repeat for ever: say most_repeats", clock.name));
  if (!clock.repeat && clock.most_repeats != 0)
    in.problem(line, fmt::format("clock '{}' has most_repeats but no repeat", clock.name));
}

void check_clock(Reader& in, const Definition& definition, const Clock& clock) {
  const auto line = in.line("clock", clock.name);
  if (clock.starts_on.empty())
    in.problem(line, fmt::format("nothing starts clock '{}'", clock.name));
  if (clock.on_due.empty())
    in.problem(line,
               fmt::format("clock '{}' has no consequence: say what happens on_due", clock.name));
  check_stops(in, definition, clock, line);
  check_repeats(in, clock, line);
}

}  // namespace

void check_clocks(Reader& in, const Definition& definition) {
  for (const auto& clock : definition.clocks) check_clock(in, definition, clock);
}

void check_regimes(Reader& in, const Definition& definition) {
  const Regime* last = nullptr;
  auto regimes = definition.regimes;
  std::ranges::sort(regimes, {}, &Regime::from);
  for (const auto& regime : regimes) {
    const auto line = in.line("regime", regime.name);
    if (regime.to && *regime.to <= regime.from)
      in.problem(line, fmt::format("regime '{}' ends before it begins", regime.name));
    if (last != nullptr && (!last->to || *last->to > regime.from))
      in.problem(line, fmt::format("regimes '{}' and '{}' overlap", last->name, regime.name));
    last = &regime;
  }
}

}  // namespace haidang::procedure::soundness
