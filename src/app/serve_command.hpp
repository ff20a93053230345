// haidang serve: the city's server, until it is told to stop.
#pragma once

#include "app/wiring.hpp"

namespace haidang::app {

ExitCode run_serve(Arguments arguments, const Terminal& terminal);

}  // namespace haidang::app
