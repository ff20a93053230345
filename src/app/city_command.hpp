// What all commands on a city's record have in common: settings, help, how a failure is told.
#pragma once

#include <functional>
#include <string>

#include "app/city_settings.hpp"
#include "app/wiring.hpp"

namespace haidang::app {

using CityWork = std::function<Result<ExitCode>(const CitySettings&, const Terminal&)>;
// Adds what only this command takes.
using MoreSettings = std::function<void(Settings&)>;

ExitCode run_city_command(const std::string& command, const std::string& summary,
                          Arguments arguments, const Terminal& terminal, const CityWork& work,
                          const MoreSettings& more = {});

// A subcommand of a subcommand: `haidang ledger verify …`.
struct Choice {
  std::string_view name;
  ExitCode (*run)(Arguments, const Terminal&);
};
ExitCode run_choice(std::string_view command, std::span<const Choice> choices, Arguments arguments,
                    const Terminal& terminal);

}  // namespace haidang::app
