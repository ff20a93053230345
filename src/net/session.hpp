// One connection from its first byte to its last: read, hand over, answer, again.
//
// Internal to net. Everything of the server that sessions share is in Shared, which outlives them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "net/http.hpp"
#include "net/request_reader.hpp"
#include "net/server.hpp"
#include "net/wire.hpp"

namespace haidang::net {

struct Tallies {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bad_requests{0};
  std::atomic<std::uint64_t> tls_failures{0};
  std::atomic<std::uint64_t> handler_failures{0};
};

struct Shared {
  ServerOptions options;
  Handler handler;
  Log& log;
  Tallies tallies{};
  Connections connections{options.most_connections, options.most_from_one_peer};
};

Awaitable<void> serve(std::shared_ptr<Wire> wire, Shared* shared);

// What comes after the head of an answer with `events`: sends them until either side ends it.
void send_events(const std::shared_ptr<Wire>& wire, std::shared_ptr<EventStream> events,
                 const ServerOptions& options);

}  // namespace haidang::net
