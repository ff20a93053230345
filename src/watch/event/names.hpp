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
  // The child that followed `previous` the last time, or the time before, if it is `key`; PERF:
  // records of one sender repeat their keys in one order, so one or two comparisons replace a
  // hash and a probe.
  PathId child_after(PathId previous, PathId parent, std::string_view key) {
    const Followers followers = followers_[index(previous)];
    if (is(followers.last, parent, key)) [[likely]]
      return PathId{followers.last};
    if (is(followers.before, parent, key)) {
      followers_[index(previous)] = {followers.before, followers.last};
      return PathId{followers.before};
    }
    const PathId found = child(parent, key);
    followers_[index(previous)] = {index(found), followers.last};
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
    std::string_view name;
  };
  struct Followers {
    std::uint32_t last = 0;
    std::uint32_t before = 0;
  };
  [[nodiscard]] bool is(std::uint32_t id, PathId parent, std::string_view key) const {
    const Entry& entry = entries_[id];
    return entry.parent == parent && same_bytes(entry.key, key);
  }

  struct Key {
    PathId parent;
    std::string_view key;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  std::vector<Entry> entries_;
  std::vector<Followers> followers_;
  std::deque<std::string> storage_;  // stable addresses for keys and names
  std::unordered_map<Key, PathId, KeyHash> ids_;
};

}  // namespace haidang::event
