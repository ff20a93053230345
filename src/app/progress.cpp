#include "app/progress.hpp"

#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace haidang::app {
namespace {

// Nothing if it cannot be told how many bytes will come out.
std::uint64_t plain_size(const std::string& file) {
  const std::string_view name = file;
  if (name == "-" || name.ends_with(".gz") || name.ends_with(".zst")) return 0;
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  return failed ? 0 : size;
}

std::uint64_t total_size(const std::vector<std::string>& files) {
  std::uint64_t total = 0;
  for (const auto& file : files) {
    const std::uint64_t size = plain_size(file);
    if (size == 0) return 0;
    total += size;
  }
  return total;
}

}  // namespace

Progress::Progress(std::FILE* messages, bool wanted, const std::vector<std::string>& files)
    : messages_(messages), wanted_(wanted && ::isatty(::fileno(messages)) == 1) {
  if (wanted_) total_ = total_size(files);
}

void Progress::show(std::uint64_t bytes, std::uint64_t events) {
  if (!wanted_ || Clock::now() < due_) return;
  due_ = Clock::now() + std::chrono::milliseconds(200);
  shown_ = true;
  constexpr std::uint64_t mib = 1U << 20;
  fmt::print(messages_, "\r\x1b[K{} MiB", bytes / mib);
  if (total_ > 0) fmt::print(messages_, " / {} MiB ({} %)", total_ / mib, bytes * 100 / total_);
  fmt::print(messages_, " · {} events", events);
  std::fflush(messages_);
}

void Progress::clear() {
  if (!shown_) return;
  fmt::print(messages_, "\r\x1b[K");
  std::fflush(messages_);
  shown_ = false;
}

}  // namespace haidang::app
