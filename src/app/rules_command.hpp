// `haidang rules check DIR…`: every rule that cannot be honoured, with its place and why.
//
// Refused rules end it with ExitCode::unread. Notes are no failures: rules whose logsource no
// mapping gives (they see only events of unknown kind, or --logsource), ids that are used twice.
#pragma once

#include "app/wiring.hpp"

namespace haidang::app {

ExitCode run_rules(Arguments arguments, const Terminal& terminal);

}  // namespace haidang::app
