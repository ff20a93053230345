// Is a definition sound? What the parts, each well-formed, say together.
//
//   Definition + where its parts stand -> problems
//
// The graph of states (reachable, never a dead end), clocks (start, stop and matter), fields
// (whatever is required somebody can set), people (whatever may be taken somebody may take), and
// notices (nothing secret, nothing a party may not see). Internal to the module.
#pragma once

#include "record/procedure/definition.hpp"
#include "record/procedure/parse.hpp"

namespace haidang::procedure::soundness {

void check_states(parsing::Reader& in, const Definition& definition);
void check_people(parsing::Reader& in, const Definition& definition);
void check_fields(parsing::Reader& in, const Definition& definition);
void check_clocks(parsing::Reader& in, const Definition& definition);
void check_regimes(parsing::Reader& in, const Definition& definition);
void check_notices(parsing::Reader& in, const Definition& definition);

inline void check(parsing::Reader& in, const Definition& definition) {
  for (const auto& part :
       {check_states, check_people, check_fields, check_clocks, check_regimes, check_notices})
    part(in, definition);
}

// Values that the engine gives to every notice.
std::span<const std::string_view> notice_values();

}  // namespace haidang::procedure::soundness
