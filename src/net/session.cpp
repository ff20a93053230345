#include "net/session.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "net/response_head.hpp"

namespace haidang::net {
namespace {

constexpr std::size_t first_room = 4096;
constexpr std::size_t body_room = 64U << 10;
// A piece of this size must go out within the write deadline: 4 KiB/s at its default.
constexpr std::size_t slice = 256U << 10;
constexpr std::size_t joined = 16U << 10;  // one TLS record

// Bytes that came and are not understood yet.
class Inbox {
 public:
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::string_view text() const { return {bytes_.data() + begin_, end_ - begin_}; }

  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void filled(std::size_t count) { end_ += count; }

  asio::mutable_buffer room(std::size_t wanted) {
    if (begin_ > 0 && bytes_.size() - end_ < wanted / 2) move_to_front();
    if (bytes_.size() < wanted) bytes_.resize(wanted);
    if (end_ == bytes_.size()) bytes_.resize(bytes_.size() * 2);
    return asio::buffer(bytes_.data() + end_, bytes_.size() - end_);
  }

  // Ten thousand idle connections must not each keep the room of their largest body.
  void shrink() {
    if (empty() && bytes_.size() > joined) bytes_ = {};
  }

 private:
  void move_to_front() {
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
              bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
    end_ -= std::exchange(begin_, 0);
  }

  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class Session {
 public:
  Session(std::shared_ptr<Wire> wire, Shared& shared)
      : wire_(std::move(wire)),
        shared_(shared),
        options_(shared.options),
        reader_({.most_head = options_.most_head,
                 .most_body = options_.most_body,
                 .spool_over = options_.spool_over,
                 .spool_dir = options_.spool_dir}) {}

  Awaitable<void> run();

 private:
  enum class Came : std::uint8_t { request, refusal, nothing };
  enum class Next : std::uint8_t { request, close, drain, handed_over };

  Awaitable<Came> take_request();
  Awaitable<bool> read_more(bool in_body);
  Awaitable<bool> begin_body();
  std::expected<bool, Refusal> feed();
  Came came_too_little(bool begun);

  Awaitable<Next> serve_request();
  Awaitable<Next> refuse();
  Response answer(Request request);
  Response failed(std::string_view why, std::string_view path);
  [[nodiscard]] Framed framing_of(const Response& response, bool head_only) const;

  Awaitable<Next> send(Response response, bool head_only);
  [[nodiscard]] Next after(const Framed& framed) const;
  Awaitable<Next> send_pieces(Response response, Framed framed);
  Awaitable<Next> begin_events(std::shared_ptr<EventStream> events);
  Awaitable<bool> put(std::string_view body);
  Awaitable<bool> put_slice(Pieces pieces);
  Result<std::string> next_piece(const Response& response);
  static void describe_events(Response& response);

  std::shared_ptr<Wire> wire_;
  Shared& shared_;
  const ServerOptions& options_;
  RequestReader reader_;
  Inbox inbox_;
  std::string out_;  // what goes before the next body: a head, a chunk's size
  Refusal refusal_{};
  bool reader_keeps_alive_ = false;
  bool http_1_0_ = false;
};

Awaitable<void> Session::run() {
  wire_->place().begin(Phase::handshake, options_.head_deadline);
  if (!co_await wire_->handshake()) {
    ++shared_.tallies.tls_failures;
    co_return;
  }
  wire_->place().begin(Phase::idle, options_.head_deadline);
  Next next = Next::request;
  while (next == Next::request) next = co_await serve_request();
  if (next != Next::handed_over) co_await wire_->close(next == Next::drain);
}

Awaitable<Session::Next> Session::serve_request() {
  switch (co_await take_request()) {
    case Came::nothing: co_return Next::close;
    case Came::refusal: co_return co_await refuse();
    case Came::request: break;
  }
  reader_keeps_alive_ = reader_.keeps_alive();
  http_1_0_ = reader_.is_http_1_0();
  Request request = reader_.take();
  request.peer = wire_->peer();
  request.tls = wire_->is_tls();
  const bool head_only = request.method == "HEAD";
  wire_->place().begin(Phase::handler);
  Response response = answer(std::move(request));
  const Next next = co_await send(std::move(response), head_only);
  if (next == Next::request && inbox_.empty()) {
    inbox_.shrink();
    wire_->place().begin(Phase::idle, options_.idle_deadline);
  }
  co_return next;
}

Awaitable<Session::Came> Session::take_request() {
  bool begun = !inbox_.empty();
  if (begun) wire_->place().begin(Phase::head, options_.head_deadline);
  bool in_body = false;
  while (true) {
    if (begun) {
      const auto done = feed();
      if (!done) co_return Came::refusal;
      if (*done) co_return Came::request;
    }
    if (!in_body && reader_.head_done()) {
      in_body = true;
      if (!co_await begin_body()) co_return Came::nothing;
    }
    if (!co_await read_more(in_body)) co_return came_too_little(begun);
    if (!begun) wire_->place().begin(Phase::head, options_.head_deadline);
    begun = true;
  }
}

// True once the request is whole.
std::expected<bool, Refusal> Session::feed() {
  const auto used = reader_.feed(inbox_.text());
  if (!used) {
    refusal_ = used.error();
    return std::unexpected(used.error());
  }
  inbox_.consume(*used);
  return reader_.done();
}

Awaitable<bool> Session::read_more(bool in_body) {
  const auto room = inbox_.room(in_body ? body_room : first_room);
  const auto [error, size] = co_await wire_->read_some(room);
  inbox_.filled(size);
  co_return !error && size > 0;
}

Awaitable<bool> Session::begin_body() {
  wire_->place().begin(Phase::body, options_.body_deadline);
  if (!reader_.expects_continue() || !inbox_.empty()) co_return true;
  out_ = "HTTP/1.1 100 Continue\r\n\r\n";
  const bool sent = co_await put(std::string_view{});
  wire_->place().begin(Phase::body, options_.body_deadline);
  co_return sent;
}

Session::Came Session::came_too_little(bool begun) {
  if (!begun) return Came::nothing;
  if (!wire_->place().late()) {
    ++shared_.tallies.bad_requests;
    return Came::nothing;
  }
  refusal_ = {408, reader_.head_done() ? "the body came too slowly" : "the head came too slowly"};
  return Came::refusal;
}

Awaitable<Session::Next> Session::refuse() {
  ++shared_.tallies.bad_requests;
  const Response response = problem(refusal_.status, refusal_.detail);
  out_.clear();
  append_head(out_, response, {.form = BodyForm::length, .keep_alive = false});
  const bool sent = co_await put(response.body);
  co_return sent ? Next::drain : Next::close;
}

Response Session::answer(Request request) {
  ++shared_.tallies.requests;
  const std::string path = request.path;
  try {
    Response response = shared_.handler(std::move(request));
    const auto flaw = flaw_of(response);
    if (flaw.empty()) return response;
    return failed(flaw, path);
  } catch (const std::exception& error) {
    return failed(error.what(), path);
  } catch (...) {
    return failed("something that is no std::exception was thrown", path);
  }
}

Response Session::failed(std::string_view why, std::string_view path) {
  ++shared_.tallies.handler_failures;
  shared_.log.error("a request could not be answered", {{"why", why}, {"path", path}});
  return problem(500, "the server failed in answering; its log says why");
}

Framed Session::framing_of(const Response& response, bool head_only) const {
  Framed framed{.keep_alive = reader_keeps_alive_, .http_1_0 = http_1_0_};
  if (wants_close(response) || shared_.connections.ending()) framed.keep_alive = false;
  if (!has_body(response.status)) framed.form = BodyForm::none;
  if (framed.form == BodyForm::none || (!response.more && !response.events)) return framed;
  framed.form = http_1_0_ || response.events ? BodyForm::until_close : BodyForm::chunked;
  if (framed.form == BodyForm::until_close && !head_only) framed.keep_alive = false;
  return framed;
}

Awaitable<Session::Next> Session::send(Response response, bool head_only) {
  const Framed framed = framing_of(response, head_only);
  const bool bare = head_only || framed.form == BodyForm::none;
  out_.clear();
  if (response.events) describe_events(response);
  append_head(out_, response, framed);
  if (response.events && !bare) co_return co_await begin_events(std::move(response.events));
  if (response.events) response.events->close();
  if (response.more && !bare) co_return co_await send_pieces(std::move(response), framed);
  const bool sent = co_await put(bare ? std::string_view{} : response.body);
  co_return sent ? after(framed) : Next::close;
}

// What a client sent ahead would turn our close into a reset that overtakes the answer.
Session::Next Session::after(const Framed& framed) const {
  if (framed.keep_alive) return Next::request;
  return shared_.connections.ending() ? Next::close : Next::drain;
}

// out_, then `body`.
Awaitable<bool> Session::put(std::string_view body) {
  if (wire_->is_tls() && body.size() <= joined) out_ += std::exchange(body, {});
  std::string_view head = out_;
  do {
    const auto part = body.substr(0, slice);
    body.remove_prefix(part.size());
    wire_->place().begin(Phase::writing, options_.write_deadline);
    const Pieces pieces{asio::buffer(std::exchange(head, {})), asio::buffer(part)};
    const bool sent = co_await put_slice(pieces);
    if (!sent) co_return false;
  } while (!body.empty());
  co_return true;
}

Awaitable<bool> Session::put_slice(Pieces pieces) {
  boost::system::error_code error;
  std::size_t done = wire_->write_now(pieces, error);
  for (auto& piece : pieces) {
    const std::size_t passed = std::min(done, piece.size());
    piece += passed;
    done -= passed;
  }
  if (error || asio::buffer_size(pieces) == 0) co_return !error;
  const auto [failure, rest] = co_await wire_->write(pieces);
  co_return !failure;
}

// PERF: a chunk's end goes out with the next one's beginning.
Awaitable<Session::Next> Session::send_pieces(Response response, Framed framed) {
  const bool chunked = framed.form == BodyForm::chunked;
  std::string_view end_of_chunk;
  while (true) {
    wire_->place().begin(Phase::handler);
    const auto piece = next_piece(response);
    if (!piece) co_return Next::close;  // without the last chunk: the reader sees that it is cut
    if (chunked) {
      out_ += end_of_chunk;
      out_ += piece->empty() ? "0\r\n\r\n" : fmt::format("{:x}\r\n", piece->size());
      end_of_chunk = "\r\n";
    }
    if (!co_await put(*piece)) co_return Next::close;
    out_.clear();
    if (piece->empty()) co_return after(framed);
  }
}

Result<std::string> Session::next_piece(const Response& response) {
  const auto failed_with = [&](std::string why) {
    failed(why, "(in the middle of an answer)");
    return fail(Error::Kind::unavailable, std::move(why));
  };
  try {
    auto piece = response.more();
    if (!piece) return failed_with(piece.error().message());
    return piece;
  } catch (const std::exception& error) {
    return failed_with(error.what());
  } catch (...) {
    return failed_with("something that is no std::exception was thrown");
  }
}

void Session::describe_events(Response& response) {
  if (!response.headers.find("Content-Type"))
    response.headers.add("Content-Type", "text/event-stream");
  if (!response.headers.find("Cache-Control")) response.headers.add("Cache-Control", "no-store");
}

Awaitable<Session::Next> Session::begin_events(std::shared_ptr<EventStream> events) {
  const bool sent = co_await put(std::string_view{});
  if (!sent) {
    events->close();
    co_return Next::close;
  }
  send_events(wire_, std::move(events), options_);
  co_return Next::handed_over;
}

}  // namespace

Awaitable<void> serve(std::shared_ptr<Wire> wire, Shared* shared) {
  Session session(std::move(wire), *shared);
  co_await session.run();
}

}  // namespace haidang::net
