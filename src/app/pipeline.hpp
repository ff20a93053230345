// Files against rules, on several threads.
//
//   Feed --pieces--> Worker × threads (read, match, record) --batches--> Delivery --> take
//
// take() gets the batches in input order, one at a time, from whichever thread; what a run gives
// does not depend on the number of threads. Workers share nothing while they match: a lock is
// taken twice for each piece of half a MiB. Memory: a buffer and a matcher's memory for each
// worker, and Delivery::most_waiting.
// With `follow` each file has a worker of its own and batches come in the order of time.
#pragma once

#include <atomic>
#include <memory>
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

struct Work {
  std::shared_ptr<const detect::Engine> engine{};
  detect::Matcher::Options matching{};
  std::vector<RuleUse> uses{};  // by rule
  MakeRecorder make_recorder{};
  std::vector<std::string> files{};
  unsigned threads = 1;
  bool follow = false;
};

// Ends when all is read, when take() says false, or when `stop` is set (then followed files and
// standard input end; the rest is read on).
void run(const Work& work, std::atomic<bool>& stop, const Delivery::Take& take);

}  // namespace haidang::app
