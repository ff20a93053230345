#include "net/wire.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/write.hpp>

namespace haidang::net {
namespace {

constexpr auto linger = std::chrono::seconds(2);

}  // namespace

Wire::Wire(Socket socket, asio::ssl::context* tls, std::string peer,
           std::unique_ptr<Connections::Place> place)
    : socket_(std::move(socket)), peer_(std::move(peer)), place_(std::move(place)) {
  boost::system::error_code ignored;  // only slower without
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  if (tls != nullptr) tls_.emplace(socket_, *tls);
}

Wire::~Wire() { place_.reset(); }  // before the socket closes

Awaitable<bool> Wire::handshake() {
  if (!tls_) co_return true;
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, awaiting);
  co_return !error;
}

Awaitable<Done> Wire::read_some(asio::mutable_buffer into) {
  return tls_ ? tls_->async_read_some(into, awaiting) : socket_.async_read_some(into, awaiting);
}

std::size_t Wire::write_now(const Pieces& pieces, boost::system::error_code& error) {
  if (tls_) return 0;
  const std::size_t done = socket_.write_some(pieces, error);
  if (error == asio::error::would_block || error == asio::error::try_again) error = {};
  return done;
}

Awaitable<Done> Wire::write(Pieces pieces) {
  return tls_ ? asio::async_write(*tls_, pieces, awaiting)
              : asio::async_write(socket_, pieces, awaiting);
}

Awaitable<void> Wire::close(bool drain_first) {
  place_->begin(Phase::closing, linger);
  if (tls_) co_await tls_->async_shutdown(awaiting);
  boost::system::error_code ignored;  // it closes in any case
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  if (drain_first) co_await drain();
}

Awaitable<void> Wire::drain() {
  std::array<char, 16384>
      buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): never looked at
  while (true) {
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer), awaiting);
    if (error) co_return;
  }
}

}  // namespace haidang::net
