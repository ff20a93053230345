// Bytes of a connection to Requests, one after the other (RFC 9112, over Beast's parser).
//
//   feed(bytes) … head_done() … feed(bytes) … done() -> take() -> feed(the next) …
//
// Holds every limit as the bytes come, so that nothing over it is ever kept, and refuses what
// two readers could understand differently: both lengths, a repeated one, an unknown transfer
// coding, folded lines, two Hosts. After a Refusal the connection cannot go on. Knows no socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace haidang::net {

// Why a request gets no handler: the status and what to say.
struct Refusal {
  int status;
  std::string detail;
};

class RequestReader {
 public:
  struct Limits {
    std::size_t most_head = 16U << 10;
    std::uint64_t most_body = 64U << 20;
    std::uint64_t spool_over = 1U << 20;
    std::filesystem::path spool_dir = "/tmp";
  };

  explicit RequestReader(Limits limits);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  ~RequestReader();

  // How many of `bytes` it took; the rest must come again, with more behind it.
  std::expected<std::size_t, Refusal> feed(std::string_view bytes);

  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool done() const;
  // Of the request in hand, once head_done().
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] bool keeps_alive() const;
  [[nodiscard]] bool is_http_1_0() const;

  Request take();  // once done(); then it begins anew

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace haidang::net
