// What the HTTP server costs by itself: GETs over kept-alive connections, one server thread.
//
// The load comes from this process: one thread, raw sockets under epoll, one request in flight on
// each connection. On two cores the two sides hinder each other little; on one the figures halve.
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.hpp"
#include "net/server.hpp"
#include "report.hpp"

namespace haidang::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t connections = 32;
constexpr auto warm_up = std::chrono::milliseconds(300);
constexpr auto duration = std::chrono::seconds(3);

constexpr std::string_view request =
    "GET /api/v1/cases?limit=50 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: bench\r\n"
    "Accept: application/json\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n\r\n";

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(::connect(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0, "it listens");
  const int one = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return socket;
}

void ask(int socket) {
  CHECK(::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()),
        "a request fits the socket");
}

// The size of one whole answer, so that the load need not parse the others.
std::size_t answer_size(std::uint16_t port, std::size_t body) {
  const int socket = connect_to(port);
  ask(socket);
  std::string text;
  std::array<char, 65536> buffer{};
  while (text.find("\r\n\r\n") == text.npos || text.size() < text.find("\r\n\r\n") + 4 + body) {
    const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
    CHECK(size > 0, "the server answers");
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  ::close(socket);
  CHECK(text.starts_with("HTTP/1.1 200"), "the server answers with 200");
  return text.size();
}

class Load {
 public:
  Load(std::uint16_t port, std::size_t size) : size_(size), poll_(::epoll_create1(0)) {
    for (std::size_t i = 0; i < connections; ++i) {
      sockets_[i] = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, sockets_[i], &event);
      ask(sockets_[i]);
    }
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() {
    for (const int socket : sockets_) ::close(socket);
    ::close(poll_);
  }

  // How many answers came until then.
  std::uint64_t run_until(Clock::time_point end) {
    std::array<epoll_event, connections> events{};
    std::uint64_t answers = 0;
    while (Clock::now() < end) {
      const int ready = ::epoll_wait(poll_, events.data(), connections, 100);
      for (int i = 0; i < ready; ++i)
        answers += receive(events[static_cast<std::size_t>(i)].data.u64);
    }
    return answers;
  }

 private:
  std::uint64_t receive(std::size_t i) {
    const auto size = ::recv(sockets_[i], buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    CHECK(size > 0, "the server keeps connections alive");
    came_[i] += static_cast<std::size_t>(size);
    if (came_[i] < size_) return 0;
    came_[i] = 0;
    ask(sockets_[i]);
    return 1;
  }

  std::size_t size_;
  int poll_;
  std::array<int, connections> sockets_{};
  std::array<std::size_t, connections> came_{};
  std::array<char, 65536> buffer_{};
};

double rate(const std::string& body) {
  Log log(Log::Level::warning);
  const auto handler = [&](const net::Request&) {
    net::Response response{.body = body};
    response.headers.add("Content-Type", "application/json");
    return response;
  };
  const auto server = net::Server::start({.threads = 1}, handler, log);
  CHECK(server, "the server starts");
  const std::uint16_t port = (*server)->port();
  Load load(port, answer_size(port, body.size()));
  load.run_until(Clock::now() + warm_up);
  const auto begin = Clock::now();
  const auto answers = load.run_until(begin + duration);
  return static_cast<double>(answers) / std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

void bench_net(Report& report) {
  report.add(Figure{.group = "net",
                    .name = "GET hello, 1 server thread",
                    .value = rate("hello\n"),
                    .unit = "req/s",
                    .note = fmt::format("{} connections kept alive", connections)});
  report.add(Figure{.group = "net",
                    .name = "GET 20 KB, 1 server thread",
                    .value = rate(std::string(20'000, 'x')),
                    .unit = "req/s",
                    .bar = 20'000,
                    .note = "the body is copied by the handler"});
}

}  // namespace haidang::bench
