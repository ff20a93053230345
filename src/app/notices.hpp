// What went wrong on the way, told on standard error: where, why, and no flood.
//
// Inputs that cannot be read are each named and make the run end with ExitCode::unread. Records
// that cannot be read are counted; the first Batch::most_named are named.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "app/batch.hpp"
#include "base/result.hpp"

namespace haidang::app {

class Notices {
 public:
  Notices(std::FILE* messages, std::vector<std::string> files)
      : messages_(messages), files_(std::move(files)) {}

  void input_error(const Error& error);
  void take(const Batch& batch);
  void say(const std::string& message);
  // How many records were not named.
  void finish();

  [[nodiscard]] bool input_failed() const { return input_failed_; }
  [[nodiscard]] std::uint64_t unreadable() const { return unreadable_; }

 private:
  std::FILE* messages_;
  std::vector<std::string> files_;
  std::uint64_t unreadable_ = 0;
  std::uint64_t named_ = 0;
  bool input_failed_ = false;
};

}  // namespace haidang::app
