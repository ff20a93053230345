#include "net/server.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "net/response_head.hpp"
#include "net/session.hpp"
#include "net/spool.hpp"
#include "net/tls.hpp"

namespace haidang::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

Result<> check(const ServerOptions& options) {
  if (options.certificate.empty() != options.private_key.empty())
    return invalid("TLS needs both a certificate and its private key");
  if (options.threads == 0) return invalid("a server needs at least one thread");
  if (options.most_head < 256 || options.most_head > (1U << 20))
    return invalid("the limit on heads must lie within 256 B and 1 MiB");
  if (options.most_body > options.spool_over && !std::filesystem::is_directory(options.spool_dir))
    return fail(Error::Kind::not_found, "the directory for large bodies is not there",
                options.spool_dir.string());
  return {};
}

Result<tcp::endpoint> endpoint_of(const ServerOptions& options) {
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return invalid(fmt::format("'{}' is no IP address to listen at", options.address));
  return tcp::endpoint(address, options.port);
}

std::string text_of(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

// Whom the limit for one peer counts: with IPv6 one customer has a whole /64.
std::string counted_as(const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return text_of(address);
  const auto bytes = address.to_v6().to_bytes();
  return {reinterpret_cast<const char*>(bytes.data()), 8};
}

// Each connection is a descriptor; most systems begin at 1,024.
void allow_descriptors(std::size_t connections, Log& log) {
  rlimit limit{};
  const rlim_t wanted = connections + 256;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted)
    log.warning("fewer connections than allowed can be open; raise the limit of open files",
                {{"files", limit.rlim_cur}, {"connections", connections}});
}

}  // namespace

struct Server::State {
  State(const ServerOptions& options, Handler handler, Log& log)
      : shared{.options = options, .handler = std::move(handler), .log = log},
        io(static_cast<int>(options.threads)),
        acceptor(io) {}

  Result<> listen();
  void run();
  void stop(std::chrono::milliseconds patience);

  Awaitable<void> accept();
  void welcome(Socket socket);
  void turn_away(Socket socket);

  Shared shared;
  std::optional<asio::ssl::context> tls;
  asio::io_context io;
  Acceptor acceptor;
  asio::executor_work_guard<Executor> work{io.get_executor()};
  std::vector<std::jthread> threads;
  std::uint16_t port = 0;
  std::once_flag stopped;
};

Result<> Server::State::listen() {
  TRY(const auto endpoint, endpoint_of(shared.options));
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail(Error::Kind::unavailable, fmt::format("cannot listen: {}", error.message()),
                fmt::format("{}:{}", shared.options.address, shared.options.port));
  port = acceptor.local_endpoint().port();
  return {};
}

void Server::State::run() {
  asio::co_spawn(io.get_executor(), accept(), asio::detached);
  for (unsigned i = 0; i < shared.options.threads; ++i) threads.emplace_back([this] { io.run(); });
}

Awaitable<void> Server::State::accept() {
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      pause(io.get_executor());
  while (true) {
    auto [error, socket] = co_await acceptor.async_accept(awaiting);
    if (shared.connections.ending()) break;
    if (!error) {
      welcome(std::move(socket));
    } else {
      // No descriptors left, most likely: some will be free again.
      shared.log.warning("a connection could not be accepted", {{"why", error.message()}});
      pause.expires_after(std::chrono::milliseconds(200));
      co_await pause.async_wait(awaiting);
    }
  }
  error_code ignored;  // it is the end
  acceptor.close(ignored);
}

void Server::State::welcome(Socket socket) {
  error_code error;
  const auto from = socket.remote_endpoint(error).address();
  if (error) return;  // gone already
  auto place = shared.connections.admit(socket.native_handle(), counted_as(from));
  if (!place) return turn_away(std::move(socket));
  ++shared.tallies.accepted;
  auto wire = std::make_shared<Wire>(std::move(socket), tls ? &*tls : nullptr, text_of(from),
                                     std::move(place));
  asio::co_spawn(io.get_executor(), serve(std::move(wire), &shared), asio::detached);
}

// One try to say why; a server that is full does not wait, and makes no handshake.
void Server::State::turn_away(Socket socket) {
  ++shared.tallies.refused;
  if (tls) return;
  const Response response = problem(503, "too many connections; try again later");
  std::string out;
  append_head(out, response, {.form = BodyForm::length, .keep_alive = false});
  out += response.body;
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(out), ignored);
  socket.shutdown(asio::socket_base::shutdown_send, ignored);
  // What the peer has sent already would turn our close into a reset that overtakes the answer.
  std::array<char, 4096> unread;  // NOLINT(cppcoreguidelines-pro-type-member-init): never looked at
  socket.read_some(asio::buffer(unread), ignored);
}

void Server::State::stop(std::chrono::milliseconds patience) {
  shared.connections.begin_end();
  ::shutdown(acceptor.native_handle(), SHUT_RD);  // wakes accept(), from any thread
  shared.connections.wait_for_end(patience);
  io.stop();
  threads.clear();  // joins
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler,
                                              Log& log) {
  TRY_VOID(check(options));
  auto state = std::make_unique<State>(options, std::move(handler), log);
  if (!options.certificate.empty()) {
    state->tls.emplace(asio::ssl::context::tls_server);
    TRY_VOID(load_tls(*state->tls, options.certificate, options.private_key));
  }
  TRY_VOID(state->listen());
  allow_descriptors(options.most_connections, log);
  Spool::remove_left_behind(options.spool_dir);
  state->run();
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { stop(); }

std::uint16_t Server::port() const { return state_->port; }

ServerCounters Server::counters() const {
  const Tallies& tallies = state_->shared.tallies;
  return {.connections = state_->shared.connections.count(),
          .accepted = tallies.accepted,
          .refused = tallies.refused,
          .requests = tallies.requests,
          .bad_requests = tallies.bad_requests,
          .tls_failures = tallies.tls_failures,
          .handler_failures = tallies.handler_failures};
}

void Server::stop(std::chrono::milliseconds patience) {
  std::call_once(state_->stopped, [&] { state_->stop(patience); });
}

}  // namespace haidang::net
