#include "record/procedure/definition.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace haidang::procedure {
namespace {

template <class T>
const T* find(const std::vector<T>& parts, std::string_view name) {
  const auto found = std::ranges::find(parts, name, &T::name);
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace

const Field* Definition::field(std::string_view wanted) const { return find(fields, wanted); }
const Action* Definition::action(std::string_view wanted) const { return find(actions, wanted); }
const State* Definition::state(std::string_view wanted) const { return find(states, wanted); }
const Party* Definition::party(std::string_view wanted) const { return find(parties, wanted); }
const Clock* Definition::clock(std::string_view wanted) const { return find(clocks, wanted); }

const State& Definition::initial() const {
  const auto found = std::ranges::find(states, true, &State::initial);
  CHECK(found != states.end(), "a sound definition has an initial state");
  return *found;
}

const Regime* Definition::regime(std::chrono::sys_days day) const {
  const auto holds = [day](const Regime& one) {
    return one.from <= day && (!one.to || day < *one.to);
  };
  const auto found = std::ranges::find_if(regimes, holds);
  return found == regimes.end() ? nullptr : &*found;
}

}  // namespace haidang::procedure
