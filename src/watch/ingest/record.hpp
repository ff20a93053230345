// What the parser of a line (or record) writes its fields to.
//
// Values that stand in the line as they are meant are added as views of it; values that had to be
// decoded (escapes, hex) are made in the arena. Both live until the next record.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "watch/event/event.hpp"

namespace haidang::ingest {

// Memory with stable addresses, given back all at once.
class Arena {
 public:
  // Room for `size` bytes; what is not used can be given back with trim().
  char* room(std::size_t size);
  void trim(std::size_t unused) { used_ -= unused; }
  std::string_view keep(std::string_view bytes);
  void clear();

 private:
  static constexpr std::size_t block_size = 64U << 10;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // of the last block
};

class Record {
 public:
  Record(event::Event& event, event::Names& names, Arena& arena)
      : event_(event), names_(names), arena_(arena) {}

  // `dataset` must be a literal.
  void dataset(std::string_view dataset) { event_.dataset = dataset; }

  void add(std::string_view key, std::string_view value, event::Kind kind = event::Kind::text) {
    last_ = names_.child_after(last_, event::Names::root, key);
    event_.add(last_, value, kind);
  }
  // Many logs write "-" for what is not known; such a field is left out, and an empty one too.
  void add_known(std::string_view key, std::string_view value) {
    if (!value.empty() && value != "-") add(key, value);
  }
  void add_number(std::string_view key, std::string_view digits) {
    if (!digits.empty() && digits != "-") add(key, digits, event::Kind::number);
  }
  [[nodiscard]] std::size_t size() const { return event_.fields.size(); }
  [[nodiscard]] Arena& arena() { return arena_; }

 private:
  event::Event& event_;
  event::Names& names_;
  Arena& arena_;
  event::PathId last_ = event::Names::root;
};

// One kind of line: false if `line` is not of this kind (fields added by then do not count).
using ParseLine = bool (*)(std::string_view line, Record& record);

}  // namespace haidang::ingest
