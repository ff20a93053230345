// YAML 1.1 as a tree that remembers where each part stood (over libyaml).
//
// Promises: bounded depth, nodes and aliases (an alias counts as a copy of what
// it stands for, so "a million laughs" ends as an error); a repeated key is an
// error; every error names file:line. Scalars stay text: what `yes` or 010
// means is the caller's to say; `plain` tells an unquoted one.
// Refuses: keys that are not scalars, tags, merge keys.
//
// PERF: libyaml's events straight into the tree: all 3,754 SigmaHQ files in 0.1 s on two cores
// (docs/adr/0006); see `make bench`, load.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace haidang::yaml {

struct Node {
  enum class Kind : std::uint8_t { scalar, sequence, mapping };

  Kind kind = Kind::scalar;
  bool plain = false;         // scalar without quotes
  std::uint32_t line = 1;     // 1-based
  std::string key{};          // its name, where it is part of a mapping
  std::string text{};         // of a scalar
  std::vector<Node> items{};  // of a sequence or mapping, in order

  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }
  [[nodiscard]] bool is_mapping() const { return kind == Kind::mapping; }
  // `~`, `null` or nothing at all, unquoted.
  [[nodiscard]] bool is_null() const;
  // The part of a mapping called `name`, or null.
  [[nodiscard]] const Node* find(std::string_view name) const;
  // The text of the scalar called `name`, or empty.
  [[nodiscard]] std::string_view text_of(std::string_view name) const;
  // Its scalars if it is a sequence, itself if it is a scalar, else nothing.
  [[nodiscard]] std::vector<std::string> texts() const;
};

struct Limits {
  std::size_t most_nodes = 100'000;
  std::uint32_t deepest = 64;
  std::size_t most_bytes = 8U << 20;
};

// All documents of a text; `file` is only for messages. Empty documents are left out.
Result<std::vector<Node>> parse(std::string_view text, std::string_view file,
                                const Limits& limits = {});

// "file:line" for messages.
std::string place(std::string_view file, const Node& node);

}  // namespace haidang::yaml
