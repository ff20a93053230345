#include "app/pipeline.hpp"

#include <algorithm>
#include <thread>

#include "app/feed.hpp"
#include "app/worker.hpp"

namespace haidang::app {
namespace {

// All workers together remember about as much as two do by default.
detect::Matcher::Options shared_among(std::size_t workers, detect::Matcher::Options options) {
  constexpr std::size_t least = 32U << 20;
  const std::size_t all = 2 * options.most_bytes;
  options.most_bytes = std::clamp(all / workers, least, options.most_bytes);
  return options;
}

// The caller's thread is the first worker: with one there is no hand-over.
void on_threads(std::size_t count, const auto& body) {
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < count; ++i) others.emplace_back([&body, i] { body(i); });
  body(0);
}

}  // namespace

std::shared_ptr<const Rulebook> InForce::rulebook() const {
  const std::scoped_lock lock(mutex_);
  return rulebook_;
}

void InForce::replace(Rulebook next) {
  const std::scoped_lock lock(mutex_);
  rulebook_ = std::make_shared<const Rulebook>(std::move(next));
  number_.store(rulebook_->number, std::memory_order_release);
}

void run(const Work& work, std::atomic<bool>& stop, const Delivery::Take& take) {
  const auto take_or_stop = [&](Batch& batch) {
    const bool more = take(batch);
    if (!more) stop = true;
    return more;
  };
  const auto order = work.follow ? Delivery::Order::as_they_come : Delivery::Order::input;
  Delivery delivery(order, take_or_stop);
  Feed feed(work.files, stop);
  const std::size_t workers = work.follow ? work.files.size() : std::max(1U, work.threads);
  const auto matching = shared_among(std::max<std::size_t>(workers, 1), work.matching);
  on_threads(workers, [&](std::size_t number) {
    Worker worker(work, matching, delivery);
    if (work.follow) {
      worker.follow(static_cast<std::uint32_t>(number), stop);
    } else {
      worker.work(feed);
    }
  });
}

}  // namespace haidang::app
