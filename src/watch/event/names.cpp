#include "watch/event/names.hpp"

#include "base/check.hpp"

namespace haidang::event {

std::size_t Names::KeyHash::operator()(const Key& key) const {
  return std::hash<std::string_view>{}(key.key) ^ (index(key.parent) * 0x9E3779B97F4A7C15ULL);
}

Names::Names() {
  // The root's parent is none, so it is never a guess that fits.
  entries_.push_back({.key = {}, .parent = PathId{~0U}, .name = {}});
  followers_.emplace_back();
}

PathId Names::child(PathId parent, std::string_view key) {
  if (const auto known = ids_.find(Key{parent, key}); known != ids_.end()) return known->second;
  const std::string_view stem = name(parent);
  std::string full;
  full.reserve(stem.size() + 1 + key.size());
  if (parent != root) full.append(stem).push_back('.');
  full.append(key);
  const std::string& kept = storage_.emplace_back(std::move(full));
  const auto own = std::string_view(kept).substr(kept.size() - key.size());
  const PathId id{static_cast<std::uint32_t>(entries_.size())};
  entries_.push_back({.key = own, .parent = parent, .name = kept});
  followers_.emplace_back();
  ids_.emplace(Key{parent, own}, id);
  return id;
}

}  // namespace haidang::event
