// The program as a list of subcommands: `haidang WHAT …`.
//
// What a person mistypes is named, with what is near and where the help is, and exit code 2.
#pragma once

#include <cstdio>
#include <span>
#include <string_view>

#include "app/exit_code.hpp"

namespace haidang::app {

// Where a command speaks: findings to a descriptor, all else to `messages`.
struct Terminal {
  int output;
  std::FILE* messages;
};

using Arguments = std::span<const std::string_view>;

int run_program(std::span<char* const> arguments, Terminal terminal);
ExitCode run_subcommand(Arguments arguments, const Terminal& terminal);

}  // namespace haidang::app
