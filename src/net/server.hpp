// An HTTP/1.1 server (RFC 9112) over TCP or TLS: connections become Requests, Responses bytes.
//
//   accept -> [TLS] -> head, body (limits, deadlines) -> handler -> response -> again
//
// The handler runs on the server's threads and may block (a database, Argon2id): there are more
// threads than cores. It must not throw; what it throws is answered with 500 and logged. Every
// limit that is passed gets its own answer (400, 408, 413, 414, 431, 503) and a counter; a slow
// sender is cut off at its deadline, never waited for. Refuses HTTP/2, pipelined bodies over the
// limits, request smuggling (both Content-Length and Transfer-Encoding).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/http.hpp"

namespace haidang::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one, see Server::port()
  // PEM files; both or neither. TLS 1.2 and newer.
  std::filesystem::path certificate{};
  std::filesystem::path private_key{};
  unsigned threads = 8;
  std::size_t most_connections = 10'000;
  std::size_t most_from_one_peer = 1'000;
  std::size_t most_head = 16U << 10;
  std::uint64_t most_body = 64U << 20;
  std::uint64_t spool_over = 1U << 20;  // larger bodies go to a file in `spool_dir`
  std::filesystem::path spool_dir = "/tmp";
  std::chrono::milliseconds head_deadline{10'000};
  std::chrono::milliseconds body_deadline{60'000};
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds write_deadline{60'000};
  std::chrono::milliseconds heartbeat{15'000};  // comment line on idle event streams
};

struct ServerCounters {
  std::uint64_t connections = 0;  // open now
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  // over a limit of connections
  std::uint64_t requests = 0;
  std::uint64_t bad_requests = 0;  // could not be read, too large, too slow
  std::uint64_t tls_failures = 0;
  std::uint64_t handler_failures = 0;
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler handler,
                                               Log& log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // stop()

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ServerCounters counters() const;
  // No new connections; running requests end, at most `patience` long. Idempotent.
  void stop(std::chrono::milliseconds patience = std::chrono::seconds(5));

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace haidang::net
