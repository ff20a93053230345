// Clocks that have run out: each firing is one transaction, and its act moves the clock on, so
// that it cannot fire twice whatever happens in between.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "record/procedure/acting.hpp"
#include "record/procedure/step.hpp"

namespace haidang::procedure {
namespace {

std::optional<Time> next_after(const Clock& clock, const RunningClock& running) {
  if (!clock.repeat || running.fired > std::int64_t{clock.most_repeats}) return {};
  return running.due + *clock.repeat * running.fired;
}

void describe_firing(Step& step, const RunningClock& clock, Time due) {
  auto& body = step.body();
  body["clock"] = clock.clock;
  body["run"] = clock.run;
  body["n"] = clock.fired;
  body["due"] = written(due);
  if (clock.next) body["next"] = written(*clock.next);
}

// A case that lacks evidence is not ended by a clock: it stays, and the act says so.
Result<> follow(Step& step, const std::vector<Effect>& effects) {
  const auto lacking = step.lacking();
  for (const auto& effect : effects) {
    const auto* go = std::get_if<Go>(&effect.what);
    const auto* to = go == nullptr ? nullptr : step.definition().state(go->state);
    if (to != nullptr && to->final && !lacking.empty()) {
      step.body()["evidence_lacking"] = to_json(lacking);
      continue;
    }
    TRY_VOID(step.run(effect));
  }
  return {};
}

Result<bool> fire_running(const Core& core, ledger::Writer& writer, Loaded& loaded,
                          const Clock& clock, RunningClock& running) {
  const Time due = *running.next;
  ++running.fired;
  running.next = next_after(clock, running);
  Step step(core, writer, loaded,
            {.by = system_actor,
             .reason = fmt::format("{}:{}", clock.name, running.fired),
             .clock = clock.name,
             .due = due});
  describe_firing(step, running, due);
  TRY_VOID(follow(step, clock.on_due));
  TRY_VOID(step.settle());
  TRY_VOID(step.write("clock.fired"));
  return true;
}

bool skipped(const std::vector<DueClock>& skip, std::string_view case_id, std::string_view clock) {
  return std::ranges::any_of(
      skip, [&](const DueClock& each) { return each.case_id == case_id && each.clock == clock; });
}

}  // namespace

Result<std::optional<DueClock>> first_due(ledger::Sql& sql, Time at,
                                          const std::vector<DueClock>& skip) {
  TRY(const auto rows, sql.rows("SELECT case_id, clock, next_us FROM proc_clock WHERE next_us <= ? "
                                "ORDER BY next_us, case_id, clock LIMIT ?",
                                {micros(at), static_cast<std::int64_t>(skip.size()) + 1}));
  for (const auto& row : rows)
    if (!skipped(skip, row.text(0), row.text(1)))
      return DueClock{row.text(0), row.text(1), from_micros(row.integer(2))};
  return std::optional<DueClock>();
}

Result<bool> fire(const Core& core, ledger::Writer& writer, const DueClock& due) {
  TRY(auto loaded, load(core, writer.sql(), due.case_id));
  const auto* clock = loaded.definition().clock(due.clock);
  auto* running = loaded.it.clock(due.clock);
  if (running == nullptr || !running->running || running->next != due.next) return false;
  if (clock == nullptr)
    return fail(Error::Kind::corrupt, "clock " + due.clock + " is not in its definition",
                "case " + due.case_id);
  return fire_running(core, writer, loaded, *clock, *running);
}

}  // namespace haidang::procedure
