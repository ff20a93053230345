// One accepted connection, plain or TLS alike: what the session reads from and writes to.
//
// The only header of net that includes Asio, for the few sources that speak to sockets. One
// coroutine (or, for event streams, one strand) uses a Wire at a time; only its Place is shared.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/connections.hpp"

namespace haidang::net {

namespace asio = boost::asio;

// PERF: the concrete executor: any_io_executor costs an indirect call for each operation.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> awaiting{
    asio::use_awaitable_t<Executor>{}};

// Bytes done, and whether it went well.
using Done = std::tuple<boost::system::error_code, std::size_t>;
using Pieces = std::array<asio::const_buffer, 2>;

class Wire {
 public:
  Wire(Socket socket, asio::ssl::context* tls, std::string peer,
       std::unique_ptr<Connections::Place> place);
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire();

  [[nodiscard]] bool is_tls() const { return tls_.has_value(); }
  [[nodiscard]] const std::string& peer() const { return peer_; }
  Connections::Place& place() { return *place_; }
  Socket& socket() { return socket_; }
  std::optional<asio::ssl::stream<Socket&>>& tls() { return tls_; }

  Awaitable<bool> handshake();
  Awaitable<Done> read_some(asio::mutable_buffer into);

  // What the socket takes at once; then the rest with write(). Takes nothing under TLS.
  std::size_t write_now(const Pieces& pieces, boost::system::error_code& error);
  Awaitable<Done> write(Pieces pieces);

  // Ends TLS, then TCP; with `drain` it reads on for two seconds, so that a sender in full flow
  // hears our answer before its connection breaks.
  Awaitable<void> close(bool drain);

 private:
  Awaitable<void> drain();

  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
  std::string peer_;
  std::unique_ptr<Connections::Place> place_;
};

}  // namespace haidang::net
