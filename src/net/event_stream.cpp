#include <algorithm>
#include <mutex>

#include "net/http.hpp"

namespace haidang::net {
namespace {

constexpr std::size_t most_bytes = 8U << 20;

// Line ends and NULs would end the field or make the reader drop it.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  std::ranges::copy_if(value, std::back_inserter(out),
                       [](char c) { return c != '\r' && c != '\n' && c != '\0'; });
  out += '\n';
}

// One "data" line for each line, whichever way it ends.
void append_data(std::string& out, std::string_view data) {
  while (true) {
    const auto end = std::min(data.find_first_of("\r\n"), data.size());
    append_field(out, "data", data.substr(0, end));
    if (end == data.size()) return;
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
}

std::string bytes_of(const EventStream::Event& event) {
  std::string out;
  out.reserve(event.data.size() + event.id.size() + event.type.size() + 32);
  if (!event.id.empty()) append_field(out, "id", event.id);
  if (!event.type.empty()) append_field(out, "event", event.type);
  append_data(out, event.data);
  return out += '\n';
}

}  // namespace

struct EventStream::State {
  mutable std::mutex mutex;
  std::string queued;
  std::size_t count = 0;
  bool closed = false;
  bool overrun = false;
  bool waits = false;  // the server had nothing to take
  std::function<void()> wake;

  void wake_up() {
    if (wake && std::exchange(waits, false)) wake();
  }
};

std::shared_ptr<EventStream::State> EventStream::make_state() { return std::make_shared<State>(); }

EventStream::~EventStream() = default;

bool EventStream::push(Event event) {
  const std::string bytes = bytes_of(event);
  const std::scoped_lock lock(state_->mutex);
  State& state = *state_;
  if (state.closed) return false;
  if (state.count == most_queued_ || state.queued.size() + bytes.size() > most_bytes) {
    state.closed = state.overrun = state.waits = true;  // the server may be stuck in writing
    state.queued.clear();
    state.wake_up();
    return false;
  }
  state.queued += bytes;
  ++state.count;
  state.wake_up();
  return true;
}

void EventStream::close() {
  const std::scoped_lock lock(state_->mutex);
  state_->closed = true;
  state_->wake_up();
}

bool EventStream::closed() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->closed;
}

bool EventStream::overrun() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->overrun;
}

std::string EventStream::take() {
  const std::scoped_lock lock(state_->mutex);
  state_->count = 0;
  state_->waits = state_->queued.empty();
  return std::exchange(state_->queued, {});
}

void EventStream::on_more(std::function<void()> wake) {
  const std::scoped_lock lock(state_->mutex);
  state_->wake = std::move(wake);
  // What came, or the end, before there was anybody to wake.
  if (state_->wake && state_->waits && (state_->closed || !state_->queued.empty()))
    state_->wake_up();
}

}  // namespace haidang::net
