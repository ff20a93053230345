// What the tests of net share: a socket without manners, a folder that goes, other people's tools.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "net/server.hpp"

namespace haidang::net::testing {

class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const {
    return (path_ / name).string();
  }
  [[nodiscard]] std::size_t files() const;

 private:
  std::filesystem::path path_;
};

// Its standard output and error; `status` is what it returned.
struct Ran {
  int status;
  std::string text;
};
Ran run(const std::string& command);

// A CA and a certificate of "localhost"/127.0.0.1 by it: ca.pem, cert.pem, key.pem in `folder`.
void make_certificates(const Folder& folder);

// A TCP client that says exactly what it is told to.
class Raw {
 public:
  explicit Raw(std::uint16_t port, int receive_buffer = 0);
  Raw(Raw&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Raw& operator=(Raw&&) = delete;
  ~Raw();

  bool send(std::string_view bytes);  // false: the other side has closed
  // One answer with its Content-Length; or what came until the end or the patience was over.
  std::string answer(std::chrono::milliseconds patience = std::chrono::seconds(5));
  std::string until_end(std::chrono::milliseconds patience = std::chrono::seconds(5));
  // Until `text` has come.
  std::string until(std::string_view text,
                    std::chrono::milliseconds patience = std::chrono::seconds(5));
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  bool receive(std::chrono::steady_clock::time_point until);
  template <class Enough>
  std::string collect(std::chrono::milliseconds patience, Enough enough);

  int socket_;
  std::string came_;
  bool ended_ = false;
};

// A server, its log, and a folder for its bodies.
struct Served {
  explicit Served(Handler handler, ServerOptions options = {});
  [[nodiscard]] std::uint16_t port() const { return server->port(); }
  [[nodiscard]] std::string url(std::string_view path, std::string_view scheme = "http") const;

  Folder folder;
  std::ostringstream written;
  Log log{Log::Level::info, written};
  std::unique_ptr<Server> server;
};

// Waits for what another thread brings about.
template <class Truth>
bool soon(Truth truth, std::chrono::milliseconds patience = std::chrono::seconds(5)) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!truth()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace haidang::net::testing
