// One act on one case, while it is being made.
//
//   set · go · attach … -> run(effects) -> settle() -> write(kind) -> deferred notices and openings
//
// Keeps the case in memory and the act's body in step with each other, so that what follows from
// the act (values, state, parties, clocks) is both seen by the conditions that come after and
// written down. Lives inside one transaction, on one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/procedure/conditions.hpp"
#include "record/procedure/core.hpp"

namespace haidang::procedure {

class Step {
 public:
  struct Cause {
    Actor by;
    std::string action{};  // or "open"; empty for clocks and remarks
    std::string party{};   // of who acts
    std::string reason{};  // told with notices
    unsigned depth = 0;    // of cases that open cases
    std::string clock{};   // that has run out,
    Time due{};            // and when
  };
  Step(const Core& core, ledger::Writer& writer, Loaded& loaded, Cause cause);

  [[nodiscard]] Case& it() { return loaded_.it; }
  [[nodiscard]] const Definition& definition() const { return loaded_.definition(); }
  [[nodiscard]] Scene scene() const;
  [[nodiscard]] json::object& body() { return body_; }

  void set(std::string_view field, const json::value& value);
  void go(std::string_view state);
  void attach(const Attachment& document);
  void link(std::string_view other, std::string_view how, bool out);
  // In order; notices and openings wait until the act is written.
  Result<> run(const std::vector<Effect>& effects);
  Result<> run(const Effect& effect);  // kept by reference until write()
  // Parties that join or leave, clocks that stop and start. Call when all else has been done.
  Result<> settle();
  // Writes the act, with the case's next version, then what was deferred.
  Result<ledger::Act> write(std::string_view kind);

  // Kinds of document the case still lacks to end.
  [[nodiscard]] std::vector<std::string> lacking() const;

 private:
  struct Later {
    std::variant<const Notify*, const OpenCase*> what;
  };
  void add(std::string_view list, json::object part);
  void perform(const Effect& effect);
  void tell(const Tell& tell);
  void require(const RequireEvidence& evidence);
  json::value meant(const json::value& value) const;

  void join(const std::string& party, const std::string& unit);
  Result<> settle_parties();
  Result<> settle_party(const Party& party);
  Result<std::vector<std::string>> wanted_units(const Party& party) const;
  [[nodiscard]] bool joins_now(const Party& party) const;
  Result<std::string> unit_named(const Field& field, const std::string& id) const;

  Result<> settle_clocks();
  [[nodiscard]] bool stops(const Clock& clock) const;
  Result<bool> starts(const Clock& clock);
  void stop(RunningClock& clock);
  void start(const Clock& clock);
  [[nodiscard]] bool triggered(const std::vector<std::string>& on) const;

  Result<> later(const Notify& notify);
  Result<> notify_party(const Notify& notify, const Party& party, const std::string& unit);
  Result<> notify_watchers(const Notify& notify);
  Result<std::size_t> climb(NotifyRequest& request, const Notify& notify);
  Result<> record_notice(const NotifyRequest& request, std::string_view party, std::size_t queued);
  Result<> later(const OpenCase& open);
  NotifyRequest request_for(const Notify& notify, const std::string& party) const;

  const Core& core_;
  ledger::Writer& writer_;
  Loaded& loaded_;
  Cause cause_;
  json::object body_{};
  std::vector<std::string> entered_{};  // states
  std::vector<Later> later_{};
};

// When a clock that counts from `from` is due under a regime; nothing where it has no term there.
std::optional<Time> due_of(const Clock& clock, std::string_view regime, Time from,
                           const Calendar& calendar);

}  // namespace haidang::procedure
