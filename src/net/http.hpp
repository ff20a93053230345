// HTTP as values: what came, what goes out. No socket, no Beast (docs/adr on net).
//
// Names of headers compare without case (RFC 9110 §5.1). `path` is decoded and without dot
// segments; query pairs are decoded, in order. A body over ServerOptions::spool_over lies in a
// file that lives as long as the Request.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace haidang::net {

class Headers {
 public:
  using Pair = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Pair> pairs) : pairs_(pairs) {}

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;  // the first
  void set(std::string_view name, std::string value);  // replaces all of that name
  void add(std::string name, std::string value);
  [[nodiscard]] const std::vector<Pair>& all() const { return pairs_; }

 private:
  std::vector<Pair> pairs_;
};

struct Request {
  std::string method;  // "GET"
  std::string path;    // "/api/v1/cases"
  std::vector<std::pair<std::string, std::string>> query{};
  Headers headers{};
  std::string body{};
  std::optional<std::filesystem::path> body_file{};  // instead of `body` when it was large
  std::string peer{};                                // address without port
  bool tls = false;

  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;

  std::shared_ptr<void> keeps{};  // what must live as long as this: the spooled file
};

// Server-sent events (WHATWG HTML §9.2): what a handler returns instead of a body. Whoever has the
// other end pushes; a slow reader's queue is bounded and ends in its disconnection, so that it
// resumes by Last-Event-ID. Safe from any thread.
class EventStream {
 public:
  struct Event {
    std::string id{};
    std::string type{};
    std::string data;
  };

  explicit EventStream(std::size_t most_queued = 1024) : most_queued_(most_queued) {}
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream();

  // False once the reader has gone or is too slow.
  bool push(Event event);
  void close();
  [[nodiscard]] bool closed() const;
  [[nodiscard]] bool overrun() const;  // closed because the reader was too slow

  // For the server: everything queued, as bytes to send; `wake` is called (from any thread) when
  // there is more after an empty answer, or the end. It is called under the stream's lock, so it
  // must not call the stream; after on_more({}) has returned it is not called again.
  std::string take();
  void on_more(std::function<void()> wake);

 private:
  struct State;
  std::size_t most_queued_;
  std::shared_ptr<State> state_ = make_state();
  static std::shared_ptr<State> make_state();
};

struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};
  std::shared_ptr<EventStream> events{};  // keeps the connection open
  // Streams a body of unknown length (chunked): called until it gives an empty piece.
  std::function<Result<std::string>()> more{};
};

using Handler = std::function<Response(Request)>;

// "a=1&b=c%20d" -> pairs. For forms and queries; ill-formed escapes are an error.
Result<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text);
std::string percent_encode(std::string_view text);

}  // namespace haidang::net
