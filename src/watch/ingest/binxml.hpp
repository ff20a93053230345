// Windows' binary XML (MS-EVEN6 §2.2.12, and libevtx' description of the format), read to a tree.
//
//   chunk (64 KiB) + where a record's fragment stands --> elements[0] is <Event>
//
// Templates and names are found by their offsets in the chunk. Values become text as evtx_dump
// writes them: GUIDs and SIDs in their usual form, HexInt as 0x…, times as RFC 3339 in UTC.
// Every read is bounded by the chunk; refused are deeper nesting, more elements or more work than
// any real record has. All text lives until the next parse() or chunk.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "watch/ingest/record.hpp"

namespace haidang::ingest {

struct XmlValue {
  std::string_view text;
  event::Kind kind = event::Kind::text;
};

struct XmlElement {
  struct Attribute {
    std::string_view name;
    XmlValue value;
  };
  std::string_view name;
  std::vector<Attribute> attributes;
  std::vector<XmlValue> values;  // several: an array; text in pieces is already joined
  std::vector<std::uint32_t> children;
};

class BinXml {
 public:
  static constexpr int deepest = 64;
  static constexpr std::size_t most_elements = 4096;
  static constexpr std::size_t most_tokens = 100'000;

  // What offsets in records point into; must outlive the parsing of its records.
  void set_chunk(std::string_view chunk);

  // Null, or why the fragment at [begin, end) of the chunk cannot be read.
  const char* parse(std::size_t begin, std::size_t end);

  // The root is the first; empty after a fragment without an element.
  [[nodiscard]] const XmlElement& element(std::size_t i) const { return elements_[i]; }
  [[nodiscard]] std::size_t size() const { return used_; }

 private:
  struct Slot {  // a value to be put into a template
    std::size_t begin;
    std::size_t size;
    std::uint8_t type;
  };
  // A part of the chunk being read. Reading past its end gives zeros and `failed`.
  struct Input {
    std::size_t at = 0;
    std::size_t end = 0;
    const std::vector<Slot>* slots = nullptr;
    bool has_dependency_ids = true;
    bool failed = false;
  };
  static constexpr std::uint32_t no_element = ~0U;

  template <class Number>
  Number number(Input& in) const;
  std::string_view bytes(Input& in, std::size_t size) const;
  std::string_view units(Input& in);
  std::string_view name(Input& in);
  std::string_view read_name(std::size_t at);

  void fail(const char* why);
  bool go_on(const Input& in);

  void fragment(Input in, std::uint32_t parent, int depth);
  void template_instance(Input& in, std::uint32_t parent, int depth);
  bool read_slots(Input& in, std::vector<Slot>& slots);
  void element(Input& in, std::uint8_t token, std::uint32_t parent, int depth);
  void attributes(Input& in, std::uint32_t owner);
  void content(Input& in, std::uint32_t owner, int depth);
  bool text_token(Input& in, std::uint8_t token, std::vector<XmlValue>& pieces);
  void put_slot(Input& in, std::uint32_t owner, std::vector<XmlValue>& pieces, int depth);
  XmlValue joined(const std::vector<XmlValue>& pieces);
  std::uint32_t new_element(std::uint32_t parent);

  std::string_view chunk_;
  Arena arena_;
  Arena names_arena_;
  std::unordered_map<std::size_t, std::string_view> names_;
  std::vector<XmlElement> elements_;
  std::size_t used_ = 0;
  std::size_t tokens_ = 0;
  const char* error_ = nullptr;
};

}  // namespace haidang::ingest
