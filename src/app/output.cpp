#include "app/output.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

namespace haidang::app {

bool Output::write(std::string_view text) {
  while (!text.empty() && !error_) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail_with(errno);
    }
  }
  return !error_;
}

void Output::fail_with(int number) {
  closed_ = number == EPIPE;
  error_ = Error{Error::Kind::unavailable,
                 std::string("the output cannot be written: ") + std::strerror(number)};
}

bool Output::is_terminal() const { return ::isatty(descriptor_) == 1; }

std::size_t Output::columns() const {
  winsize size{};
  if (!is_terminal() || ::ioctl(descriptor_, TIOCGWINSZ, &size) != 0) return 100;
  return std::clamp<std::size_t>(size.ws_col, 60, 160);
}

}  // namespace haidang::app
