#include "net/connections.hpp"

#include <limits>

#include <sys/socket.h>

namespace haidang::net {
namespace {

constexpr auto period = std::chrono::milliseconds(100);
constexpr auto never = std::numeric_limits<std::int64_t>::max();

std::int64_t clock_now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

// What is read can still be answered ("too slow"); what is written to cannot.
bool reads(Phase phase) {
  switch (phase) {
    case Phase::idle:
    case Phase::handshake:
    case Phase::head:
    case Phase::body: return true;
    case Phase::handler:
    case Phase::writing:
    case Phase::events:
    case Phase::closing: return false;
  }
  return false;
}

}  // namespace

Connections::Connections(std::size_t most, std::size_t most_from_one_peer)
    : most_(most),
      most_from_one_peer_(most_from_one_peer),
      now_(clock_now()),
      sweeper_([this](const std::stop_token& stop) { sweep_until_stopped(stop); }) {}

Connections::~Connections() {
  sweeper_.request_stop();
  changed_.notify_all();
}

std::unique_ptr<Connections::Place> Connections::admit(int socket, const std::string& peer) {
  const std::scoped_lock lock(mutex_);
  if (ending() || places_.size() >= most_) return nullptr;
  auto& from_peer = of_peer_[peer];
  if (from_peer >= most_from_one_peer_) return nullptr;
  std::unique_ptr<Place> place(new Place(*this, socket, peer));
  place->self_ = places_.insert(places_.end(), place.get());
  ++from_peer;
  return place;
}

void Connections::leave(const Place& place) {
  const std::scoped_lock lock(mutex_);
  places_.erase(place.self_);
  const auto found = of_peer_.find(place.peer_);
  if (--found->second == 0) of_peer_.erase(found);
  if (places_.empty()) changed_.notify_all();
}

std::size_t Connections::count() const {
  const std::scoped_lock lock(mutex_);
  return places_.size();
}

void Connections::begin_end() {
  ending_ = true;
  const std::scoped_lock lock(mutex_);
  for (Place* place : places_) place->sweep(0, true);
}

bool Connections::wait_for_end(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, patience, [this] { return places_.empty(); })) return true;
  for (Place* place : places_) place->cut();
  return false;
}

void Connections::sweep_until_stopped(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait_for(lock, stop, period, [&] { return stop.stop_requested(); });
    now_ = clock_now();
    sweep(now_);
  }
}

void Connections::sweep(Millis now) {
  for (Place* place : places_) place->sweep(now, ending());
}

Connections::Place::Place(Connections& all, int socket, std::string peer)
    : all_(all), socket_(socket), peer_(std::move(peer)), until_(never) {}

void Connections::Place::begin(Phase phase, std::chrono::milliseconds deadline) {
  // In this order the sweep meets neither the old deadline with the new phase nor the reverse.
  until_.store(never, std::memory_order_release);
  phase_.store(phase, std::memory_order_release);
  late_.store(false, std::memory_order_release);
  until_.store(all_.now_.load(std::memory_order_relaxed) + deadline.count(),
               std::memory_order_release);
}

void Connections::Place::begin(Phase phase) {
  until_.store(never, std::memory_order_release);
  phase_.store(phase, std::memory_order_release);
}

void Connections::Place::streams(const std::shared_ptr<EventStream>& events) {
  const std::scoped_lock lock(all_.mutex_);
  events_ = events;
}

void Connections::Place::sweep(Millis now, bool ending) {
  if (ending && events_) events_->close();
  const Phase phase = phase_.load();
  const bool over = now > until_.load();
  if (!over && !(ending && phase == Phase::idle)) return;
  until_.store(never);
  late_.store(true, std::memory_order_release);
  ::shutdown(socket_, reads(phase) ? SHUT_RD : SHUT_RDWR);
}

void Connections::Place::cut() {
  if (events_) events_->close();
  late_.store(true, std::memory_order_release);
  ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace haidang::net
