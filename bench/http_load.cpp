#include "http_load.hpp"

#include <array>
#include <chrono>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.hpp"

namespace haidang::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t connections = 32;
constexpr auto warm_up = std::chrono::milliseconds(300);
constexpr auto duration = std::chrono::seconds(3);

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

void ask(int socket, const std::string& request) {
  CHECK(::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()),
        "a request fits the socket");
}

// How long an answer is, by its head; 0 until that is whole.
std::size_t whole_size(std::string_view text) {
  constexpr std::string_view length = "Content-Length: ";
  const auto head = text.find("\r\n\r\n");
  const auto at = text.find(length);
  if (head == text.npos || at > head) return 0;
  return head + 4 + std::stoul(std::string(text.substr(at + length.size(), 12)));
}

// The size of one whole answer, so that the load need not parse the others.
std::size_t answer_size(std::uint16_t port, const std::string& request) {
  const int socket = connect_to(port);
  ask(socket, request);
  std::string text;
  std::array<char, 65536> buffer{};
  while (whole_size(text) == 0 || text.size() < whole_size(text)) {
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
  Load(std::uint16_t port, const std::string& request)
      : request_(request), size_(answer_size(port, request)), poll_(::epoll_create1(0)) {
    for (std::size_t i = 0; i < connections; ++i) {
      sockets_[i] = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, sockets_[i], &event);
      ask(sockets_[i], request_);
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
    ask(sockets_[i], request_);
    return 1;
  }

  const std::string& request_;
  std::size_t size_;
  int poll_;
  std::array<int, connections> sockets_{};
  std::array<std::size_t, connections> came_{};
  std::array<char, 65536> buffer_{};
};

}  // namespace

double answers_per_second(std::uint16_t port, const std::string& request) {
  Load load(port, request);
  load.run_until(Clock::now() + warm_up);
  const auto begin = Clock::now();
  const auto answers = load.run_until(begin + duration);
  return static_cast<double>(answers) / std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace haidang::bench
