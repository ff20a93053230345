// A body too large for memory, in a file of its own (mode 0600) until nobody needs it.
//
// The file goes with the last copy of keeps(); what a killed process left behind goes at the next
// start, by remove_left_behind(). Writing waits for the disk.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace haidang::net {

class Spool {
 public:
  static Result<Spool> create(const std::filesystem::path& directory);

  Result<> write(std::string_view bytes);
  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] std::shared_ptr<void> keeps() const;

  static void remove_left_behind(const std::filesystem::path& directory);

 private:
  struct File;
  explicit Spool(std::shared_ptr<File> file) : file_(std::move(file)) {}
  std::shared_ptr<File> file_;
};

}  // namespace haidang::net
