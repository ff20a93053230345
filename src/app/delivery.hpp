// Batches come from workers in any order and leave in input order.
//
//   worker --deliver(ticket, batch)--> [waiting, bounded] --take, in order--> Report
//
// take() is called by whichever worker brings the batch that is due, one at a time. A worker that
// is ahead leaves its batch waiting, and itself waits once those hold `most_waiting` bytes; the
// one whose batch is due never waits, so there is no deadlock. With `as_they_come` nothing is
// ordered. When take() says false all that follows is dropped and `stopped()` is true.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "app/batch.hpp"

namespace haidang::app {

class Delivery {
 public:
  using Take = std::function<bool(Batch&)>;
  enum class Order : std::uint8_t { input, as_they_come };
  static constexpr std::size_t most_waiting = 64U << 20;

  Delivery(Order order, Take take, std::size_t most = most_waiting)
      : order_(order), take_(std::move(take)), most_(most) {}

  // `batch` comes back empty.
  void deliver(const Ticket& ticket, Batch& batch);
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  using Key = std::pair<std::uint32_t, std::uint32_t>;
  struct Waiting {
    bool last = false;
    Batch batch{};
  };

  [[nodiscard]] bool is_due(const Ticket& ticket) const;
  void hand_on(Batch& batch);
  void advance(bool last);
  void hand_on_waiting();

  Order order_;
  Take take_;
  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable moved_;
  Key due_{0, 0};
  std::map<Key, Waiting> waiting_;
  std::size_t weight_ = 0;
  std::atomic<bool> stopped_ = false;
};

}  // namespace haidang::app
