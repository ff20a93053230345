#include <csignal>
#include <cstdio>

#include <unistd.h>

#include "app/wiring.hpp"

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of write() like others
  return haidang::app::run_program({arguments + (count > 0 ? 1 : 0), arguments + count},
                                   {STDOUT_FILENO, stderr});
}
