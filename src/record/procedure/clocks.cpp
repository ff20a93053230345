// Clocks of a case: when they start, how long they run, what stops them.
#include <algorithm>
#include <utility>

#include "record/procedure/step.hpp"

namespace haidang::procedure {

std::optional<Time> due_of(const Clock& clock, std::string_view regime, Time from,
                           const Calendar& calendar) {
  auto term = clock.due.find(std::string(regime));
  if (term == clock.due.end()) term = clock.due.find("");
  if (term == clock.due.end()) return {};
  const Due& due = term->second;
  if (due.working_days > 0) return calendar.after_working_days(from, due.working_days);
  return from + due.calendar;
}

bool Step::triggered(const std::vector<std::string>& on) const {
  const auto named = [&](const std::string& name) { return has(on, name); };
  return (!cause_.action.empty() && named(cause_.action)) || std::ranges::any_of(entered_, named);
}

bool Step::stops(const Clock& clock) const {
  if (loaded_.it.ended) return true;  // nobody could stop it any more
  if (std::ranges::any_of(entered_,
                          [&](const std::string& state) { return has(clock.stops_on, state); }))
    return true;
  const bool acted = !cause_.action.empty() && has(clock.stops_on, cause_.action);
  return acted && (clock.stopped_by.empty() || clock.stopped_by == cause_.party);
}

void Step::stop(RunningClock& clock) {
  add("clocks_stopped", {{"clock", clock.clock}, {"run", clock.run}});
  clock.running = false;
  clock.next.reset();
}

Result<bool> Step::starts(const Clock& clock) {
  const auto* known = it().clock(clock.name);
  if (it().ended || (known != nullptr && known->running) || !triggered(clock.starts_on))
    return false;
  if (!clock.when) return true;
  return holds(*clock.when, scene());
}

void Step::start(const Clock& clock) {
  Time from = writer_.at();
  if (const auto told = parse_time(it().text(clock.counts_from))) from = *told;
  const auto due = due_of(clock, it().regime, from, core_.parts.calendar);
  if (!due) return;
  auto* known = it().clock(clock.name);
  if (known == nullptr)
    known = &it().clocks.emplace_back(RunningClock{.clock = clock.name, .run = 0});
  *known = {.clock = clock.name, .run = known->run + 1, .from = from, .due = *due};
  known->next = known->due;
  add("clocks_started", {{"clock", clock.name},
                         {"run", known->run},
                         {"from", written(from)},
                         {"due", written(*due)}});
}

Result<> Step::settle_clocks() {
  for (const auto& clock : definition().clocks) {
    auto* known = it().clock(clock.name);
    if (known != nullptr && known->running && stops(clock)) stop(*known);
    TRY(const bool begins, starts(clock));
    if (begins) start(clock);
  }
  return {};
}

}  // namespace haidang::procedure
