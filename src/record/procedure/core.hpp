// What the parts of the engine share: its surroundings, the definitions, and who acts.
#pragma once

#include <string>
#include <utility>

#include "record/procedure/case_store.hpp"
#include "record/procedure/engine.hpp"
#include "record/procedure/shelf.hpp"

namespace haidang::procedure {

struct Core {
  Engine::Parts parts;
  Shelf shelf{};
};

struct Actor {
  std::string account;
  std::string unit{};
};

// Under which anyone acts who has no account.
inline const std::string public_account = "public";

inline Actor actor_of(const access::Principal& who) {
  if (who.kind == access::Principal::Kind::anyone) return {.account = public_account};
  return {.account = who.account, .unit = who.unit};
}

inline const Actor system_actor{.account = "system"};

// A case with the definition it runs on.
struct Loaded {
  Case it;
  ReadyPtr ready;
  [[nodiscard]] const Definition& definition() const { return ready->definition; }
};

Result<Loaded> load(const Core& core, ledger::Sql& sql, std::string_view case_id);

json::object to_json(const Label& label);
json::array to_json(const std::vector<std::string>& names);

// The words of the record for a time: RFC 3339 in UTC.
std::string written(Time time);
// The words for people: to the minute, by Vietnam's clock.
Label on_the_clock(Time time);

}  // namespace haidang::procedure
