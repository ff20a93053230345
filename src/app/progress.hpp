// How far a long run is, on one line of a terminal; nothing where messages go elsewhere.
//
// Shown from the second second on, five times a second at most. clear() makes room for a message.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace haidang::app {

class Progress {
 public:
  // `files`: their sizes are the total; unknown if one of them is packed or no file.
  Progress(std::FILE* messages, bool wanted, const std::vector<std::string>& files);

  void show(std::uint64_t bytes, std::uint64_t events);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::FILE* messages_;
  bool wanted_;
  std::uint64_t total_ = 0;  // 0: unknown
  Clock::time_point due_ = Clock::now() + std::chrono::seconds(1);
  bool shown_ = false;
};

}  // namespace haidang::app
