// Who is connected, since when doing what, and until when: limits, deadlines, the end.
//
//   admit(socket, peer) -> Place;   place.begin(Phase::head, 10 s);   ~Place
//
// One thread sweeps all places ten times a second and shuts down the sockets whose time is over,
// so a deadline costs two stores, not a timer, and holds even while every handler blocks. It is
// late by up to 0.2 s, never early by more than 0.1 s. A Place must end before its socket closes:
// between the two the number could name another's socket.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "base/hash.hpp"
#include "net/http.hpp"

namespace haidang::net {

enum class Phase : std::uint8_t { idle, handshake, head, body, handler, writing, events, closing };

class Connections {
 public:
  class Place;

  Connections(std::size_t most, std::size_t most_from_one_peer);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections();

  // Null where a limit is passed.
  std::unique_ptr<Place> admit(int socket, const std::string& peer);
  [[nodiscard]] std::size_t count() const;

  // From now on idle connections and event streams end; the others after their request.
  void begin_end();
  [[nodiscard]] bool ending() const { return ending_.load(std::memory_order_relaxed); }
  // True if all had gone by then; else they are cut off.
  bool wait_for_end(std::chrono::milliseconds patience);

 private:
  using Millis = std::int64_t;

  void sweep_until_stopped(const std::stop_token& stop);
  void sweep(Millis now);
  void leave(const Place& place);

  const std::size_t most_;
  const std::size_t most_from_one_peer_;
  std::atomic<Millis> now_;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<Place*> places_;
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> of_peer_;
  std::jthread sweeper_;
};

class Connections::Place {
 public:
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { all_.leave(*this); }

  void begin(Phase phase, std::chrono::milliseconds deadline);
  void begin(Phase phase);  // without one
  // Cut off, and in which phase it was then.
  [[nodiscard]] bool late() const { return late_.load(std::memory_order_acquire); }
  void streams(const std::shared_ptr<EventStream>& events);

 private:
  friend class Connections;
  Place(Connections& all, int socket, std::string peer);
  void sweep(Millis now, bool ending);
  void cut();

  Connections& all_;
  const int socket_;
  const std::string peer_;
  std::atomic<Phase> phase_{Phase::handler};
  std::atomic<Millis> until_;
  std::atomic<bool> late_{false};
  std::shared_ptr<EventStream> events_;
  std::list<Place*>::iterator self_;
};

}  // namespace haidang::net
