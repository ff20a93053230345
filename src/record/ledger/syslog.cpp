#include "record/ledger/syslog.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "record/ledger/disk.hpp"

namespace haidang::ledger {
namespace {

constexpr int authpriv_notice = 10 * 8 + 5;
constexpr timeval patience{5, 0};

std::unexpected<Error> failed(std::string_view doing, const std::filesystem::path& socket,
                              int code) {
  return fail(Error::Kind::unavailable,
              fmt::format("cannot {}: {}", doing, std::generic_category().message(code)),
              socket.string());
}

// PRINTUSASCII of at most 255 letters, or the nil value.
std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "-";
  const std::string host(name.data());
  const bool good = std::ranges::all_of(host, [](char c) { return c > ' ' && c < 0x7F; });
  return good && !host.empty() ? host : "-";
}

}  // namespace

std::string syslog_message(Time at, std::string_view msgid, std::string_view text) {
  return fmt::format("<{}>1 {} {} haidang {} {} - {}", authpriv_notice,
                     format_time(at, Fraction::micros), host_name(), ::getpid(), msgid, text);
}

Result<> send_syslog(const std::filesystem::path& socket, std::string_view message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = socket.native();
  if (path.size() >= sizeof address.sun_path) {
    return invalid("the path of the log's socket is too long", path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const Descriptor out(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!out.is_open()) return failed("open a socket", socket, errno);
  if (::setsockopt(out.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) {
    return failed("set the socket", socket, errno);
  }
  const ssize_t sent = ::sendto(out.number(), message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (sent < 0) return failed("send to the system's log", socket, errno);
  return {};
}

}  // namespace haidang::ledger
