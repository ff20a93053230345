// Any bytes as a definition: a sound one whose every part is there, or problems with their place.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "record/procedure/definition_trial.hpp"

namespace {

using namespace haidang::procedure;

void check_sound(const Definition& definition) {
  CHECK(definition.initial().initial, "a case opens somewhere");
  for (const auto& action : definition.actions) {
    CHECK(!action.parties.empty() && !action.from.empty(), "each action can be taken");
    for (const auto& state : action.from) CHECK(definition.state(state) != nullptr, "from a state");
    for (const auto& field : action.asks) CHECK(definition.field(field) != nullptr, "of a field");
  }
  for (const auto& clock : definition.clocks)
    CHECK(!clock.due.empty() && !clock.on_due.empty() && !clock.stops_on.empty(), "clocks matter");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto known = trial::words();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_definition(text, "f.yml", known);
  CHECK(parsed.definition.has_value() == parsed.problems.empty(), "sound, or it is said why not");
  for (const auto& problem : parsed.problems)
    CHECK(problem.where.starts_with("f.yml"), "a problem names its place");
  if (parsed.definition) check_sound(*parsed.definition);
  return 0;
}
