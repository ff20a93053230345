// One record as it came, and its fields by name, without copying.
//
//   bytes --reader--> Event { raw, line, fields[] } --> match, store, show
//
// Containers are flattened to leaves: {"a":{"b":1},"c":[2,3]} has the fields
// a.b=1, c=2, c=3: an array is one field with several values, an array of
// objects repeats the paths inside it. Empty containers leave no field.
// All views point into the reader's buffer and live until the next event.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "watch/event/names.hpp"

namespace haidang::event {

// How the bytes of a value stand in the record.
enum class Kind : std::uint8_t {
  text,         // bytes as they are
  json_string,  // between the quotes of a JSON string: escapes not yet undone
  number,       // as written: 13, -9223372036854775808, 1.5e3
  boolean,      // true | false
  null,
};

struct Field {
  PathId path;
  Kind kind;
  std::uint32_t size;
  const char* data;

  [[nodiscard]] std::string_view bytes() const { return {data, size}; }
};

struct Event {
  std::string_view raw;      // the record as it came, without its line end
  std::uint64_t line = 0;    // 1-based line (or record) in its file
  std::string_view dataset;  // set by readers of one kind of text (a literal: "syslog",
                             // "web.access"); empty: told from the fields (detect/router)
  bool in_place = false;     // every value stands in `raw`, as JSON writes it
  std::vector<Field> fields;

  void add(PathId path, std::string_view bytes, Kind kind = Kind::text) {
    fields.push_back({path, kind, static_cast<std::uint32_t>(bytes.size()), bytes.data()});
  }
  void clear() {
    raw = {};
    dataset = {};
    in_place = false;
    fields.clear();
  }
};

// The value as a person reads it: escapes undone (RFC 8259 §7; a lone surrogate
// becomes U+FFFD). Returns a view of `field` where nothing had to change, else of `scratch`,
// whose own size then means nothing.
std::string_view plain(const Field& field, std::string& scratch);

}  // namespace haidang::event
