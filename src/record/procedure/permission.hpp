// Who may open a case, act on it, or add to it. What may not be seen is refused before this.
#pragma once

#include <string>
#include <string_view>

#include "record/procedure/core.hpp"

namespace haidang::procedure {

Result<> may_open(const Core& core, const access::Principal& who, const Definition& definition,
                  std::string_view subject);

// As which party `who` takes the action now: the first of the action's parties that their unit
// holds. denied where they may not; conflict where it cannot be done in this state, or was done.
Result<std::string> acting_party(const Core& core, const access::Principal& who, const Case& it,
                                 const Action& action);

// Adding to a case, by "case.comment", "case.attach" or "case.link": as a party of it or, with the
// scope city, as nobody's ("").
Result<std::string> adding_party(const Core& core, const access::Principal& who, const Case& it,
                                 std::string_view permission);

Result<> check_based_on(const Case& it, std::optional<std::uint64_t> based_on);

}  // namespace haidang::procedure
