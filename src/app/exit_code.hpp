// How a run of the program ended, for the shell. README.md explains them to people.
#pragma once

#include <cstdint>

namespace haidang::app {

enum class ExitCode : std::uint8_t {
  done = 0,    // to the end, whether or not something was found
  unread = 1,  // something named could not be read, or rules were refused by `rules check`
  usage = 2,
  output_failed = 3,
};

}  // namespace haidang::app
