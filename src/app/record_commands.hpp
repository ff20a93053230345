// The commands that look after a city's record while no server runs on it (verify and backup may
// run beside one).
//
//   haidang ledger verify|rebuild · haidang backup DIR · haidang restore DIR
//   haidang procedures check DIR · haidang profile DIR · haidang account create …
#pragma once

#include "app/wiring.hpp"

namespace haidang::app {

ExitCode run_ledger(Arguments arguments, const Terminal& terminal);
ExitCode run_backup(Arguments arguments, const Terminal& terminal);
ExitCode run_restore(Arguments arguments, const Terminal& terminal);
ExitCode run_procedures(Arguments arguments, const Terminal& terminal);
ExitCode run_profile(Arguments arguments, const Terminal& terminal);
ExitCode run_account(Arguments arguments, const Terminal& terminal);

}  // namespace haidang::app
