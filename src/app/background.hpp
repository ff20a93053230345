// What a server does beside answering: clocks, notices, checkpoints; each on a thread of its own.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "app/city.hpp"

namespace haidang::app {

// Fires the clocks of procedures when they are due, and at once those that fell due while nobody
// watched. Looks again whenever an act was written, for it may have started or stopped a clock.
class ClockWatch {
 public:
  ClockWatch(City& city, Log& log);
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;
  ~ClockWatch();

 private:
  void run();
  [[nodiscard]] bool goes_on() const;
  [[nodiscard]] std::chrono::nanoseconds until_next() const;

  // Rung by the ledger's listener, which may outlive the watch.
  struct Bell {
    std::mutex mutex{};
    std::condition_variable changed{};
    bool stopping = false;
    bool news = true;
  };

  City& city_;
  Log& log_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::thread thread_;
};

// Lets the accounts write down, every minute, what they only remember.
class AccountWatch {
 public:
  AccountWatch(City& city, Log& log)
      : city_(city), log_(log), thread_([this](const std::stop_token& end) { run(end); }) {}

 private:
  void run(const std::stop_token& end);
  void settle();

  City& city_;
  Log& log_;
  std::jthread thread_;
};

class Background {
 public:
  Background(City& city, Log& log);
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();  // ends them, and sends a last checkpoint

 private:
  City& city_;
  Log& log_;
  ClockWatch clocks_;
  AccountWatch accounts_;
  std::thread courier_;
};

}  // namespace haidang::app
