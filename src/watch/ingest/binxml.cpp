#include "watch/ingest/binxml.hpp"

#include <cstring>
#include <utility>

#include "watch/ingest/binxml_value.hpp"

namespace haidang::ingest {
namespace {

constexpr std::uint8_t more_flag = 0x40;  // an attribute list follows, or another piece

enum Token : std::uint8_t {
  end_of_fragment = 0x00,
  open_start = 0x01,
  close_start = 0x02,
  close_empty = 0x03,
  end_element = 0x04,
  value = 0x05,
  attribute = 0x06,
  cdata = 0x07,
  character = 0x08,
  entity = 0x09,
  pi_target = 0x0A,
  pi_data = 0x0B,
  instance = 0x0C,
  normal_slot = 0x0D,
  optional_slot = 0x0E,
  fragment_header = 0x0F,
};

constexpr std::size_t template_header = 24;  // next, GUID, size
constexpr std::size_t most_slots = 4096;

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> entities{
    {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}}};

std::string_view entity_text(std::string_view name) {
  for (const auto& [known, text] : entities) {
    if (known == name) return text;
  }
  return name;
}

}  // namespace

template <class Number>
Number BinXml::number(Input& in) const {
  Number read{};
  if (in.end - in.at < sizeof read) {
    in.failed = true;
    in.at = in.end;
    return read;
  }
  std::memcpy(&read, chunk_.data() + in.at, sizeof read);
  in.at += sizeof read;
  return read;
}

std::string_view BinXml::bytes(Input& in, std::size_t size) const {
  if (in.end - in.at < size) {
    in.failed = true;
    in.at = in.end;
    return {};
  }
  const std::string_view read = chunk_.substr(in.at, size);
  in.at += size;
  return read;
}

// A string with its length in units before it.
std::string_view BinXml::units(Input& in) {
  const std::size_t count = number<std::uint16_t>(in);
  return utf8_of(bytes(in, count * 2), arena_);
}

// A name is an offset; where it points to the very next byte, the name itself follows.
std::string_view BinXml::name(Input& in) {
  const std::size_t at = number<std::uint32_t>(in);
  if (at == in.at) {
    Input here = in;
    number<std::uint32_t>(here);
    number<std::uint16_t>(here);
    const std::size_t count = number<std::uint16_t>(here);
    bytes(here, (count + 1) * 2);
    in.at = here.at;
    in.failed |= here.failed;
  }
  if (const auto known = names_.find(at); known != names_.end()) return known->second;
  const std::string_view found = read_name(at);
  names_.emplace(at, found);
  return found;
}

std::string_view BinXml::read_name(std::size_t at) {
  constexpr std::size_t next_and_hash = 6;
  if (at >= chunk_.size()) {
    fail("a name lies outside the chunk");
    return {};
  }
  Input in{.at = at, .end = chunk_.size()};
  bytes(in, next_and_hash);
  const std::size_t count = number<std::uint16_t>(in);
  const std::string_view text = bytes(in, count * 2);
  if (in.failed || count == 0 || count > 512) fail("a name is damaged");
  return utf8_of(text, names_arena_);
}

void BinXml::fail(const char* why) {
  if (error_ == nullptr) error_ = why;
}

bool BinXml::go_on(const Input& in) {
  if (in.failed) fail("the record ends too early");
  if (++tokens_ > most_tokens) fail("the record is too complex");
  return error_ == nullptr;
}

void BinXml::set_chunk(std::string_view chunk) {
  chunk_ = chunk;
  names_.clear();
  names_arena_.clear();
}

const char* BinXml::parse(std::size_t begin, std::size_t end) {
  arena_.clear();
  used_ = 0;
  tokens_ = 0;
  error_ = nullptr;
  fragment({.at = begin, .end = end}, no_element, 0);
  if (used_ == 0) fail("the record holds no element");
  return error_;
}

std::uint32_t BinXml::new_element(std::uint32_t parent) {
  if (used_ >= most_elements) {
    fail("the record has too many elements");
    return no_element;
  }
  if (used_ == elements_.size()) elements_.emplace_back();
  XmlElement& made = elements_[used_];
  made.attributes.clear();
  made.values.clear();
  made.children.clear();
  const auto id = static_cast<std::uint32_t>(used_++);
  if (parent != no_element) elements_[parent].children.push_back(id);
  return id;
}

void BinXml::fragment(Input in, std::uint32_t parent, int depth) {
  if (depth > deepest) return fail("the record is nested too deep");
  while (go_on(in) && in.at < in.end) {
    const auto token = number<std::uint8_t>(in);
    switch (token & ~more_flag) {
      case end_of_fragment: return;
      case fragment_header: bytes(in, 3); break;
      case instance: template_instance(in, parent, depth + 1); break;
      case open_start: element(in, token, parent, depth + 1); break;
      case pi_target: name(in); break;
      case pi_data: units(in); break;
      default: return fail("an unknown token stands where an element should");
    }
  }
}

// The template's text stands here or earlier in the chunk; its values stand here.
void BinXml::template_instance(Input& in, std::uint32_t parent, int depth) {
  number<std::uint8_t>(in);
  number<std::uint32_t>(in);
  const std::size_t at = number<std::uint32_t>(in);
  if (at + template_header > chunk_.size()) return fail("a template lies outside the chunk");
  Input header{.at = at + template_header - 4, .end = chunk_.size()};
  const std::size_t size = number<std::uint32_t>(header);
  if (size > chunk_.size() - header.at) return fail("a template is longer than its chunk");
  if (at == in.at) bytes(in, template_header + size);
  std::vector<Slot> slots;
  if (!read_slots(in, slots)) return;
  fragment({.at = header.at, .end = header.at + size, .slots = &slots}, parent, depth);
}

bool BinXml::read_slots(Input& in, std::vector<Slot>& slots) {
  const std::size_t count = number<std::uint32_t>(in);
  if (count > most_slots) fail("a template has too many values");
  if (!go_on(in)) return false;
  slots.resize(count);
  for (Slot& slot : slots) {
    slot.size = number<std::uint16_t>(in);
    slot.type = number<std::uint8_t>(in);
    number<std::uint8_t>(in);
  }
  for (Slot& slot : slots) {
    slot.begin = in.at;
    bytes(in, slot.size);
  }
  return go_on(in);
}

void BinXml::element(Input& in, std::uint8_t token, std::uint32_t parent, int depth) {
  if (depth > deepest) return fail("the record is nested too deep");
  if (in.has_dependency_ids) number<std::uint16_t>(in);
  number<std::uint32_t>(in);  // size
  const std::string_view own_name = name(in);
  const std::uint32_t own = new_element(parent);
  if (!go_on(in)) return;
  elements_[own].name = own_name;
  if ((token & more_flag) != 0) {
    number<std::uint32_t>(in);  // size of the attribute list
    attributes(in, own);
  }
  const auto closing = number<std::uint8_t>(in);
  if (closing == close_empty || !go_on(in)) return;
  if (closing != close_start) return fail("a start tag is damaged");
  content(in, own, depth);
}

void BinXml::attributes(Input& in, std::uint32_t owner) {
  std::vector<XmlValue> pieces;
  while (go_on(in)) {
    Input look = in;
    if ((number<std::uint8_t>(look) & ~more_flag) != attribute) return;
    in.at = look.at;
    const std::string_view own_name = name(in);
    pieces.clear();
    while (go_on(in)) {
      look = in;
      const auto token = number<std::uint8_t>(look);
      if (!text_token(look, token, pieces)) break;
      in = look;
    }
    if (!pieces.empty()) elements_[owner].attributes.push_back({own_name, joined(pieces)});
  }
}

void BinXml::content(Input& in, std::uint32_t owner, int depth) {
  std::vector<XmlValue> pieces;
  std::size_t tokens = 0;
  while (go_on(in)) {
    const auto token = number<std::uint8_t>(in);
    const auto kind = static_cast<std::uint8_t>(token & ~more_flag);
    if (kind == end_element) break;
    ++tokens;
    if (kind == open_start) {
      element(in, token, owner, depth + 1);
    } else if (kind == instance) {
      template_instance(in, owner, depth + 1);
    } else if (kind == normal_slot || kind == optional_slot) {
      put_slot(in, owner, pieces, depth + 1);
    } else if (!text_token(in, token, pieces)) {
      return fail("an unknown token stands inside an element");
    }
  }
  auto& values = elements_[owner].values;
  if (tokens > 1 && pieces.size() > 1) {
    values.push_back(joined(pieces));
  } else {
    values.insert(values.end(), pieces.begin(), pieces.end());
  }
}

// Text, also as part of an attribute; false if the token is something else.
bool BinXml::text_token(Input& in, std::uint8_t token, std::vector<XmlValue>& pieces) {
  switch (token & ~more_flag) {
    case value:
      number<std::uint8_t>(in);  // always a string
      pieces.push_back({units(in)});
      return true;
    case cdata: pieces.push_back({units(in)}); return true;
    case character: {
      const auto unit = number<std::uint16_t>(in);
      const std::array<char, 2> bytes{static_cast<char>(unit & 0xFFU),
                                      static_cast<char>(unit >> 8U)};
      pieces.push_back({utf8_of({bytes.data(), bytes.size()}, arena_)});
      return true;
    }
    case entity: pieces.push_back({entity_text(name(in))}); return true;
    case pi_target: name(in); return true;
    case pi_data: units(in); return true;
    case normal_slot:
    case optional_slot: put_slot(in, no_element, pieces, deepest); return true;
    default: return false;
  }
}

// A value of the template; a fragment among them becomes elements of `owner`.
void BinXml::put_slot(Input& in, std::uint32_t owner, std::vector<XmlValue>& pieces, int depth) {
  const std::size_t id = number<std::uint16_t>(in);
  number<std::uint8_t>(in);  // the type the template expects; that of the value counts
  if (in.slots == nullptr || id >= in.slots->size())
    return fail("a value of the template is missing");
  const Slot& slot = (*in.slots)[id];
  if (slot.type == binxml_fragment && owner != no_element) {
    if (slot.size > 0)
      fragment({.at = slot.begin, .end = slot.begin + slot.size, .has_dependency_ids = false},
               owner, depth);
    return;
  }
  append_values(slot.type, chunk_.substr(slot.begin, slot.size), arena_, pieces);
}

XmlValue BinXml::joined(const std::vector<XmlValue>& pieces) {
  if (pieces.size() == 1) return pieces.front();
  std::string text;
  for (const XmlValue& piece : pieces) text += piece.text;
  return {arena_.keep(text)};
}

}  // namespace haidang::ingest
