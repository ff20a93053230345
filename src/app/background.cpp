#include "app/background.hpp"

#include <algorithm>

namespace haidang::app {
namespace {

// A clock that was set back, a suspended machine: never rely on one long sleep.
constexpr std::chrono::nanoseconds longest_wait = std::chrono::seconds(20);
constexpr std::chrono::nanoseconds after_failure = std::chrono::seconds(2);

}  // namespace

ClockWatch::ClockWatch(City& city, Log& log) : city_(city), log_(log), thread_([this] { run(); }) {
  city_.ledger().listen([bell = bell_](std::span<const ledger::Act>) {
    const std::scoped_lock lock(bell->mutex);
    bell->news = true;
    bell->changed.notify_one();
  });
}

ClockWatch::~ClockWatch() {
  {
    const std::scoped_lock lock(bell_->mutex);
    bell_->stopping = true;
    bell_->changed.notify_one();
  }
  thread_.join();
}

std::chrono::nanoseconds ClockWatch::until_next() const {
  const auto next = city_.engine().next_due();
  if (!next) return after_failure;
  if (!*next) return longest_wait;
  return std::clamp<std::chrono::nanoseconds>(**next - city_.ledger().time(),
                                              std::chrono::nanoseconds(0), longest_wait);
}

// After a long downtime thousands are due: a server that is told to stop does not end them all.
bool ClockWatch::goes_on() const {
  const std::scoped_lock lock(bell_->mutex);
  return !bell_->stopping;
}

void ClockWatch::run() {
  std::unique_lock lock(bell_->mutex);
  while (!bell_->stopping) {
    bell_->news = false;
    lock.unlock();
    const auto fired = city_.engine().fire_due([this] { return goes_on(); });
    if (!fired) log_.error("clocks could not be fired", {{"why", fired.error().message()}});
    const auto wait = fired ? until_next() : after_failure;
    lock.lock();
    bell_->changed.wait_for(lock, wait, [this] { return bell_->stopping || bell_->news; });
  }
}

void AccountWatch::run(const std::stop_token& end) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  while (!end.stop_requested()) {
    changed.wait_for(lock, end, std::chrono::minutes(1), [] { return false; });
    settle();
  }
}

void AccountWatch::settle() {
  if (const auto settled = city_.accounts().settle(); !settled)
    log_.error("accounts could not be settled", {{"why", settled.error().message()}});
}

Background::Background(City& city, Log& log)
    : city_(city), log_(log), clocks_(city, log), accounts_(city, log), courier_([&city] {
        city.courier().run();
      }) {
  city_.publisher().run();
}

Background::~Background() {
  city_.courier().stop();
  courier_.join();
  if (const auto sent = city_.publisher().publish(); !sent)
    log_.warning("the last checkpoint could not be sent", {{"why", sent.error().message()}});
}

}  // namespace haidang::app
