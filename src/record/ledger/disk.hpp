// Files piece by piece, for what is too large to hold: reading, and writing beside, then in place.
//
// A NewFile is seen under its name only when place() has returned, whole and on the disk; without
// it nothing stays. Every error names the path. One thread at a time. Small whole files are
// base/file.hpp's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace haidang::ledger {

// errno as an Error: "cannot open: No such file or directory".
std::unexpected<Error> disk_failure(std::string_view doing, const std::filesystem::path& path,
                                    int code);

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  int close();

 private:
  int number_;
};

Result<> write_all(const Descriptor& file, std::string_view bytes,
                   const std::filesystem::path& path);
Result<> sync_directory(const std::filesystem::path& directory);
// Makes it, for its owner only, where it is absent; lasts when it returns.
Result<> make_directory(const std::filesystem::path& directory);

class FileReader {
 public:
  // A regular file.
  static Result<FileReader> open(const std::filesystem::path& path);
  // Fills `to` as far as the file goes: less than `size` only at its end.
  Result<std::size_t> read(char* to, std::size_t size);
  [[nodiscard]] std::uint64_t size() const { return size_; }  // when it was opened
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  FileReader(Descriptor file, std::filesystem::path path, std::uint64_t size);
  Descriptor file_;
  std::filesystem::path path_;
  std::uint64_t size_;
};

class NewFile {
 public:
  // How the files begin that a killed process may leave behind.
  static constexpr std::string_view prefix = ".new-";

  // Under a name of its own in `directory`, readable by the owner only.
  static Result<NewFile> in(const std::filesystem::path& directory);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  Result<> write(std::string_view bytes);
  // On the same disk as its directory. Replaces what is there.
  Result<> place(const std::filesystem::path& target);
  // The same, but `conflict` where something is there.
  Result<> place_first(const std::filesystem::path& target);

 private:
  NewFile(std::string name, Descriptor file);
  Result<> finish();
  std::string name_;  // empty: moved from or placed
  Descriptor file_;
};

}  // namespace haidang::ledger
