// The outbox as the courier sees it: what is due, and what became of an attempt.
//
// Rows are made by acts alone (projection() in notify.hpp); times are microseconds since 1970. All
// functions run inside the caller's transaction or view.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/notify/notify.hpp"

namespace haidang::notify {

struct Due {
  Delivered what{};
  Time since{};  // queued, or retried by hand: giving up counts from here
};

// Oldest first.
Result<std::vector<Due>> due(ledger::Sql& sql, Channel channel, Time at, std::size_t limit);

struct Outcome {
  enum class Kind : std::uint8_t { sent, failed, dead };
  Kind kind = Kind::sent;
  Notice notice{};
  std::uint32_t attempt = 0;
  std::string error{};
  Time next_attempt{};  // of failed
};
Result<> record(ledger::Writer& writer, const Outcome& outcome);

}  // namespace haidang::notify
