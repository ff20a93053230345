// Bounded hash tables from bytes to a small number, exact (the bytes are compared).
//
// PERF: open addressing with the hash beside the entry; bytes in an arena. std::unordered_map
// allocates a node a key and compares through two pointers. Measure: make bench, match.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/same_bytes.hpp"

namespace haidang::detect {

class Memo {
 public:
  static constexpr std::uint32_t missing = ~0U;

  Memo() { clear(); }

  struct Known {
    std::uint32_t value = missing;
    const char* data = nullptr;  // the key as it is kept; lives until clear()
  };
  // `missing` if it is not there.
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, std::string_view key) const {
    return find_kept(hash, key).value;
  }
  [[nodiscard]] Known find_kept(std::uint64_t hash, std::string_view key) const {
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Entry& entry = entries_[i];
      if (entry.data == nullptr) return {};
      if (entry.hash == static_cast<std::uint32_t>(hash >> 32) && entry.size == key.size() &&
          same_bytes(entry.data, key.data(), key.size()))
        return {entry.value, entry.data};
    }
  }

  // `key` must not be there yet. Where it is kept.
  const char* insert(std::uint64_t hash, std::string_view key, std::uint32_t value) {
    if (count_ * 2 >= entries_.size()) grow();
    const char* kept = keep(key);
    place({kept, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(hash >> 32),
           value, static_cast<std::uint32_t>(hash)});
    ++count_;
    return kept;
  }

  [[nodiscard]] std::size_t bytes() const {
    return blocks_.size() * block_size + entries_.size() * sizeof(Entry) + large_bytes_;
  }
  [[nodiscard]] std::size_t size() const { return count_; }

  void clear() {
    entries_.assign(16, {});
    mask_ = entries_.size() - 1;
    blocks_.clear();
    large_.clear();
    large_bytes_ = 0;
    used_ = block_size;
    count_ = 0;
  }

 private:
  static constexpr std::size_t block_size = 1U << 16;
  struct Entry {
    const char* data = nullptr;
    std::uint32_t size = 0;
    std::uint32_t hash = 0;  // its upper half
    std::uint32_t value = 0;
    std::uint32_t low = 0;  // its lower half
  };

  void place(const Entry& entry) {
    std::size_t i = entry.low & mask_;
    while (entries_[i].data != nullptr) i = (i + 1) & mask_;
    entries_[i] = entry;
  }

  void grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const Entry& entry : old)
      if (entry.data != nullptr) place(entry);
  }

  const char* keep(std::string_view key) {
    if (key.size() > block_size / 4) {
      large_.push_back(std::make_unique<char[]>(key.size()));
      large_bytes_ += key.size();
      std::memcpy(large_.back().get(), key.data(), key.size());
      return large_.back().get();
    }
    if (blocks_.empty() || used_ + key.size() > block_size) {
      blocks_.push_back(std::make_unique<char[]>(block_size));
      used_ = 0;
    }
    char* place = blocks_.back().get() + used_;
    if (!key.empty()) std::memcpy(place, key.data(), key.size());
    used_ += key.size();
    return place;
  }

  std::vector<Entry> entries_;
  std::size_t mask_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::unique_ptr<char[]>> large_;
  std::size_t large_bytes_ = 0;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
};

}  // namespace haidang::detect
