#include "watch/detect/window_groups.hpp"

#include <cstring>

#include "base/check.hpp"

namespace haidang::detect {
namespace {

using Size = std::uint16_t;

void append_with_size(std::string& tuple, std::string_view value) {
  const auto size = static_cast<Size>(value.size());
  char bytes[sizeof size];
  std::memcpy(bytes, &size, sizeof size);
  tuple.append(bytes, sizeof size).append(value);
}

}  // namespace

void append_value(std::string& tuple, std::string_view value) {
  if (value.size() <= longest_value) return append_with_size(tuple, value);
  constexpr std::string_view mark = "…sha256:";
  const auto beginning = value.substr(0, longest_value - mark.size() - 64);
  append_with_size(tuple, std::string(beginning).append(mark).append(sha256_hex(value)));
}

std::vector<std::string> values_of(std::string_view tuple) {
  std::vector<std::string> values;
  while (!tuple.empty()) {
    Size size = 0;
    CHECK(tuple.size() >= sizeof size, "a tuple is made by append_value");
    std::memcpy(&size, tuple.data(), sizeof size);
    values.emplace_back(tuple.substr(sizeof size, size));
    tuple.remove_prefix(sizeof size + size);
  }
  return values;
}

Group& Groups::touch(const std::string& key, std::uint64_t turn) {
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    found = groups_.emplace(key, Group{.window = Window(terms_)}).first;
    found->second.turn = turns_.insert(turns_.end(), &found->first);
  } else {
    turns_.splice(turns_.end(), turns_, found->second.turn);
  }
  found->second.touched = turn;
  return found->second;
}

Group* Groups::oldest() {
  return turns_.empty() ? nullptr : &groups_.find(*turns_.front())->second;
}

void Groups::drop_oldest() {
  const auto found = groups_.find(*turns_.front());
  turns_.pop_front();
  groups_.erase(found);
}

}  // namespace haidang::detect
