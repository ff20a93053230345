#include "net/net_testing.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"

namespace haidang::net::testing {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "haidang-net-XXXXXX").string();
  CHECK(::mkdtemp(name.data()) != nullptr, "a temporary folder can be made");
  path_ = name;
}

Folder::~Folder() { fs::remove_all(path_); }

std::size_t Folder::files() const {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(path_)) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

Ran run(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  CHECK(pipe != nullptr, "a command can be started");
  Ran ran{};
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    ran.text.append(buffer.data(), size);
  ran.status = WEXITSTATUS(::pclose(pipe));
  return ran;
}

void make_certificates(const Folder& folder) {
  const auto ran = run(fmt::format(
      "cd {} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
      "-subj '/CN=a test CA' -keyout ca.key -out ca.pem && "
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' "
      "-keyout key.pem -out cert.csr && "
      "echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' > san && "
      "openssl x509 -req -in cert.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
      "-extfile san -out cert.pem",
      folder.path().string()));
  CHECK(ran.status == 0, "openssl makes certificates");
}

Raw::Raw(std::uint16_t port, int receive_buffer) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (receive_buffer > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0,
        "the server of the test accepts");
}

Raw::~Raw() {
  if (socket_ >= 0) ::close(socket_);
}

bool Raw::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Raw::receive(Clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
  if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
  std::array<char, 16384> buffer{};
  const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
  ended_ = size <= 0;
  if (size > 0) came_.append(buffer.data(), static_cast<std::size_t>(size));
  return !ended_;
}

template <class Enough>
std::string Raw::collect(std::chrono::milliseconds patience, Enough enough) {
  const auto until = Clock::now() + patience;
  while (true) {
    const std::size_t size = enough(came_);
    if (size != std::string::npos || !receive(until)) {
      std::string taken = came_.substr(0, size);
      came_.erase(0, taken.size());
      return taken;
    }
  }
}

std::string Raw::answer(std::chrono::milliseconds patience) {
  return collect(patience, [](const std::string& text) {
    const auto head = text.find("\r\n\r\n");
    if (head == text.npos) return text.npos;
    const auto length = text.find("Content-Length: ");
    const std::size_t body =
        length < head ? std::strtoull(text.c_str() + length + 16, nullptr, 10) : 0;
    return text.size() >= head + 4 + body ? head + 4 + body : text.npos;
  });
}

std::string Raw::until_end(std::chrono::milliseconds patience) {
  return collect(patience, [](const std::string&) { return std::string::npos; });
}

std::string Raw::until(std::string_view wanted, std::chrono::milliseconds patience) {
  return collect(patience, [&](const std::string& text) {
    const auto at = text.find(wanted);
    return at == text.npos ? text.npos : at + wanted.size();
  });
}

Served::Served(Handler handler, ServerOptions options) {
  options.spool_dir = folder.path();
  auto started = Server::start(options, std::move(handler), log);
  CHECK(started, "the server of the test starts");
  server = std::move(*started);
}

std::string Served::url(std::string_view path, std::string_view scheme) const {
  return fmt::format("{}://localhost:{}{}", scheme, port(), path);
}

}  // namespace haidang::net::testing
