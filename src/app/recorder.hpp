// What becomes of an event that rules match, while the event is at hand.
//
// Each worker has its own, so what it writes (text, tallies) is made in parallel. A Recorder
// belongs to one thread and sees the events of its worker in input order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "app/batch.hpp"
#include "watch/detect/matcher.hpp"
#include "watch/event/event.hpp"

namespace haidang::app {

struct Matched {
  const event::Event& event;
  const event::Names& names;
  detect::Matcher& matcher;                  // has just matched `event`
  std::span<const detect::RuleIndex> rules;  // those to be told; never empty
  std::uint32_t file;
};

class Recorder {
 public:
  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  virtual ~Recorder() = default;
  virtual void matched(const Matched& matched, Batch& batch) = 0;
};

using MakeRecorder = std::function<std::unique_ptr<Recorder>()>;

}  // namespace haidang::app
