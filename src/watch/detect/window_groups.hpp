// The windows of one correlation, by group; the one seen longest ago is known.
//
// A group is known by the values of its group-by fields, compared in full. Values longer than
// `longest_value` are kept as their beginning and their SHA-256, so that a sender cannot fill
// the memory with them. A reference to a Group holds until that group is dropped.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "watch/detect/window.hpp"

namespace haidang::detect {

constexpr std::size_t longest_value = 256;

// Several values as one text that no other values give; and back.
void append_value(std::string& tuple, std::string_view value);
std::vector<std::string> values_of(std::string_view tuple);

struct Group {
  Window window;
  std::uint64_t touched = 0;
  std::list<const std::string*>::iterator turn{};
};

class Groups {
 public:
  explicit Groups(Terms terms) : terms_(std::move(terms)) {}

  [[nodiscard]] const Terms& terms() const { return terms_; }
  [[nodiscard]] std::size_t size() const { return groups_.size(); }

  // The group, made if new; it is now the one seen last.
  Group& touch(const std::string& key, std::uint64_t turn);
  // The group seen longest ago, or null.
  [[nodiscard]] Group* oldest();
  void drop_oldest();

 private:
  Terms terms_;
  std::unordered_map<std::string, Group, TextHash, std::equal_to<>> groups_;
  std::list<const std::string*> turns_;  // keys of groups_, the one seen longest ago first
};

}  // namespace haidang::detect
