// `haidang detect`: logs in, findings out.
//
//   settings --> rules, inputs --> pipeline --> report --> exit code
//
// Ends as exit_code.hpp says. With --follow it goes on until SIGINT or SIGTERM and then ends as if
// the files had ended.
#pragma once

#include "app/wiring.hpp"

namespace haidang::app {

ExitCode run_detect(Arguments arguments, const Terminal& terminal);

}  // namespace haidang::app
