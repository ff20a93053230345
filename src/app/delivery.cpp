#include "app/delivery.hpp"

namespace haidang::app {

void Delivery::deliver(const Ticket& ticket, Batch& batch) {
  std::unique_lock lock(mutex_);
  moved_.wait(lock, [&] { return is_due(ticket) || weight_ < most_ || stopped(); });
  if (is_due(ticket)) {
    hand_on(batch);
    advance(ticket.last);
    hand_on_waiting();
    moved_.notify_all();
  } else if (!stopped()) {
    weight_ += batch.weight();
    waiting_.insert_or_assign({ticket.file, ticket.part},
                              Waiting{ticket.last, std::exchange(batch, Batch{})});
  }
  batch.clear();
}

bool Delivery::is_due(const Ticket& ticket) const {
  return order_ == Order::as_they_come || due_ == Key{ticket.file, ticket.part};
}

void Delivery::hand_on(Batch& batch) {
  if (!stopped() && !take_(batch)) stopped_ = true;
}

void Delivery::advance(bool last) {
  if (last) {
    due_ = {due_.first + 1, 0};
  } else {
    ++due_.second;
  }
}

void Delivery::hand_on_waiting() {
  while (!waiting_.empty() && waiting_.begin()->first == due_) {
    auto node = waiting_.extract(waiting_.begin());
    weight_ -= node.mapped().batch.weight();
    hand_on(node.mapped().batch);
    advance(node.mapped().last);
  }
}

}  // namespace haidang::app
