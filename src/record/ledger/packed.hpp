// Lines in a zstd file: written piece by piece, read line by line, never held whole.
//
// A line is at most `longest_line`, so that a small file cannot unpack into all memory. Errors name
// the file and, in reading, the line. One frame with a checksum: a cut file is `corrupt`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace haidang::ledger {

constexpr std::size_t longest_packed_line = 8U << 20;

class PackedLines {
 public:
  // A new file in `directory`; it has its name once place() returns.
  static Result<PackedLines> in(const std::filesystem::path& directory);
  PackedLines(PackedLines&&) noexcept;
  ~PackedLines();

  Result<> write(std::string_view line);  // without its end
  Result<> place(const std::filesystem::path& target);

 private:
  struct State;
  explicit PackedLines(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class LinesReader {
 public:
  static Result<LinesReader> open(const std::filesystem::path& file);
  LinesReader(LinesReader&&) noexcept;
  ~LinesReader();

  // False: no more. `line` is replaced.
  Result<bool> next(std::string& line);
  [[nodiscard]] std::string where() const;  // "acts.ndjson.zst:17", the line last read

 private:
  struct State;
  explicit LinesReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace haidang::ledger
