// Field names, interned: a path of keys becomes a small number, once.
//
// Not shared between threads: each worker has its own. Names are never
// forgotten, so a hostile sender could fill memory with new ones: `full()` says
// when it is time to begin again with a new Names (and everything keyed by it).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/same_bytes.hpp"

namespace haidang::event {

enum class PathId : std::uint32_t {};
constexpr std::uint32_t index(PathId id) { return static_cast<std::uint32_t>(id); }

class Names {
 public:
  static constexpr std::size_t most = 1U << 16;
  static constexpr PathId root{0};

  Names();

  // The id of `key` inside `parent`; made if new. {"id":{"x":1}} and {"id.x":1}
  // have different ids but the same name.
  PathId child(PathId parent, std::string_view key);
  // The child that followed `previous` the last time, if it is `key`; PERF: records of one
  // sender repeat their keys in one order, so one comparison replaces a hash and a probe.
  PathId child_after(PathId previous, PathId parent, std::string_view key) {
    const Entry& guess = entries_[entries_[index(previous)].follower];
    if (guess.parent == parent && guess.key == key) [[likely]]
      return guess.id;
    const PathId found = child(parent, key);
    entries_[index(previous)].follower = index(found);
    return found;
  }

  [[nodiscard]] std::string_view name(PathId id) const { return entries_[index(id)].name; }
  [[nodiscard]] PathId parent(PathId id) const { return entries_[index(id)].parent; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool full() const { return entries_.size() >= most; }

 private:
  struct Entry {
    std::string_view key;
    PathId parent;
    PathId id;
    std::uint32_t follower = 0;
    std::string_view name;
  };
  struct Key {
    PathId parent;
    std::string_view key;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  std::vector<Entry> entries_;
  std::deque<std::string> storage_;  // stable addresses for keys and names
  std::unordered_map<Key, PathId, KeyHash> ids_;
};

}  // namespace haidang::event
