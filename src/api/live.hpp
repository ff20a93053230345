// What changes, as server-sent events: each reader is told of the cases it may see.
//
//   commit -> listen() queues sequence numbers -> one thread -> who may see it? -> EventStream
//
//   event: case          id: the act's number        data: {"case":"…","kind":"case.acted"}
//
// A reader that comes back with Last-Event-ID is told what it missed, at most `most_missed` acts;
// beyond that it gets "event: reset" and loads its pages anew.
#pragma once

#include <cstdint>
#include <memory>

#include "api/parts.hpp"
#include "net/http.hpp"

namespace haidang::api {

class Live {
 public:
  static constexpr std::uint64_t most_missed = 10'000;
  static constexpr std::size_t most_readers = 2'000;

  explicit Live(Parts& parts);
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  // `after`: the last act the reader knows; nothing: only what comes. Unavailable when full.
  Result<std::shared_ptr<net::EventStream>> subscribe(access::Principal who,
                                                      std::optional<std::uint64_t> after);
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace haidang::api
