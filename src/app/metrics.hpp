// /metrics: what a monitor should know of the server, in Prometheus' text form.
#pragma once

#include <string>

#include "app/city.hpp"
#include "net/server.hpp"

namespace haidang::app {

std::string metrics_text(City& city, const net::ServerCounters& server);

}  // namespace haidang::app
