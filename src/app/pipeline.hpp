// Files against rules, on several threads.
//
//   Feed --pieces--> Worker × threads (read, match, record) --batches--> Delivery --> take
//
// take() gets the batches in input order, one at a time, from whichever thread; what a run gives
// does not depend on the number of threads. Workers share nothing while they match: a lock is
// taken twice for each piece of half a MiB. Memory: a buffer and a matcher's memory for each
// worker, and Delivery::most_waiting.
// New rules are compiled aside and put in force between two pieces: no event is missed or matched
// twice, and each batch says which rules it was matched with.
// With `follow` each file has a worker of its own and batches come in the order of time.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/delivery.hpp"
#include "app/recorder.hpp"
#include "watch/detect/engine.hpp"
#include "watch/detect/matcher.hpp"

namespace haidang::app {

// What a rule's match is for.
struct RuleUse {
  bool told = true;
  bool correlated = false;
  std::vector<std::string> carried{};  // fields that correlations ask for
};

// Rules as they are in force from one reload to the next; never changed.
struct Rulebook {
  std::uint32_t number = 0;
  std::shared_ptr<const detect::Engine> engine{};
  std::vector<RuleUse> uses{};  // by rule
  MakeRecorder make_recorder{};
};

// The rulebook in force. PERF: workers look at the number alone, once for each piece.
class InForce {
 public:
  explicit InForce(Rulebook first) { replace(std::move(first)); }

  [[nodiscard]] std::uint32_t number() const { return number_.load(std::memory_order_acquire); }
  [[nodiscard]] std::shared_ptr<const Rulebook> rulebook() const;
  void replace(Rulebook next);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Rulebook> rulebook_;
  std::atomic<std::uint32_t> number_ = 0;
};

struct Work {
  std::shared_ptr<const InForce> rules{};
  detect::Matcher::Options matching{};
  std::vector<std::string> files{};
  unsigned threads = 1;
  bool follow = false;
};

// Ends when all is read, when take() says false, or when `stop` is set (then followed files and
// standard input end; the rest is read on).
void run(const Work& work, std::atomic<bool>& stop, const Delivery::Take& take);

}  // namespace haidang::app
