// Which of many literals stand in a text: whole, at its start, at its end, or anywhere.
//
//   build once (milliseconds for 10,000), then any number of threads may find().
//
// PERF: values are short (median 40 bytes) and most hold nothing, so what counts is the
// cost of saying no. Whole, start and end are one hash probe each on the first or last
// 8 (4, 3, 2, 1) bytes. "Anywhere" slides over the text with the rarest four bytes of each
// literal in a bitmap of a few KB: one load, multiply and bit test a byte. Hyperscan was
// tried: 2.6 times slower on such values and 1 s to compile (docs/adr/0005). Compare: make bench.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace haidang::detect {

enum class Where : std::uint8_t { whole, start, end, anywhere };

class LiteralSet {
 public:
  // The empty literal is the caller's to decide. `id` is what find() tells.
  void add(Where where, std::string_view literal, std::uint32_t id);
  void build();
  [[nodiscard]] bool empty() const { return literals_.empty(); }

  // Calls hit(id) for each literal that is there; one that stands in several places may be
  // told several times.
  template <class Hit>
  void find(std::string_view text, Hit&& hit) const {
    if (!whole_.empty()) find_whole(text, hit);
    for (const Edge& edge : edges_) find_at_edge(edge, text, hit);
    for (const Slider& slider : sliders_) slide(slider, text, hit);
  }

 private:
  struct Literal {
    std::string bytes;
    std::uint32_t id;
    Where where;
  };
  // key -> entries[first .. first+count)
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  struct Entry {
    std::uint32_t literal;
    std::uint32_t offset;  // of the gram within the literal
  };
  struct Keyed {
    std::uint64_t key;
    Entry entry;
  };
  class Table {
   public:
    void build(std::vector<Keyed> all);
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] const Slot* probe(std::uint64_t key) const {
      for (std::size_t i = spread(key) >> shift_;; i = (i + 1) & mask_) {
        const Slot& slot = slots_[i];
        if (slot.count == 0) return nullptr;
        if (slot.key == key) return &slot;
      }
    }
    [[nodiscard]] const Entry* entries(const Slot& slot) const { return &entries_[slot.first]; }

   private:
    std::vector<Slot> slots_;
    std::vector<Entry> entries_;
    std::size_t mask_ = 0;
    unsigned shift_ = 63;
  };
  // Literals of one size class that stand at the start or the end.
  struct Edge {
    bool end;
    unsigned gram;  // bytes of the key
    Table table;
  };
  // Literals anywhere, by one gram of each.
  struct Slider {
    unsigned gram;
    unsigned shift;
    std::vector<std::uint64_t> bitmap;
    Table table;
  };

  static std::uint64_t spread(std::uint64_t key) { return key * 0x9E3779B97F4A7C15ULL; }
  static std::uint64_t load(const char* from, unsigned bytes) {
    std::uint64_t key = 0;
    std::memcpy(&key, from, bytes);
    return key;
  }
  // PERF: the same for a number of bytes known in advance, in registers; memcpy of three bytes goes
  // through the stack and waits 12 cycles for each.
  template <unsigned bytes>
  static std::uint64_t gram_at(const char* from) {
    if constexpr (bytes == 3)
      return load(from, 2) | std::uint64_t{static_cast<unsigned char>(from[2])} << 16;
    else
      return load(from, bytes);
  }
  static std::uint64_t whole_key(std::string_view text);

  template <class Hit>
  void find_whole(std::string_view text, Hit& hit) const {
    const Slot* slot = whole_.probe(whole_key(text));
    if (slot == nullptr) return;
    for (std::uint32_t i = 0; i < slot->count; ++i) {
      const Literal& literal = literals_[whole_.entries(*slot)[i].literal];
      if (literal.bytes == text) hit(literal.id);
    }
  }

  template <class Hit>
  void find_at_edge(const Edge& edge, std::string_view text, Hit& hit) const {
    if (text.size() < edge.gram) return;
    const char* from = text.data() + (edge.end ? text.size() - edge.gram : 0);
    const Slot* slot = edge.table.probe(load(from, edge.gram));
    if (slot == nullptr) return;
    for (std::uint32_t i = 0; i < slot->count; ++i) {
      const Literal& literal = literals_[edge.table.entries(*slot)[i].literal];
      if (edge.end ? text.ends_with(literal.bytes) : text.starts_with(literal.bytes))
        hit(literal.id);
    }
  }

  template <class Hit>
  void slide(const Slider& slider, std::string_view text, Hit& hit) const {
    switch (slider.gram) {
      case 8: return slide_by<8>(slider, text, hit);
      case 4: return slide_by<4>(slider, text, hit);
      case 3: return slide_by<3>(slider, text, hit);
      case 2: return slide_by<2>(slider, text, hit);
      default: return slide_by<1>(slider, text, hit);
    }
  }

  template <unsigned gram, class Hit>
  void slide_by(const Slider& slider, std::string_view text, Hit& hit) const {
    if (text.size() < gram) return;
    const char* const last = text.data() + text.size() - gram;
    const std::uint64_t* const bitmap = slider.bitmap.data();
    const unsigned shift = slider.shift;
    for (const char* at = text.data(); at <= last; ++at) {
      const std::uint64_t key = gram_at<gram>(at);
      const std::uint64_t bit = spread(key) >> shift;
      if ((bitmap[bit / 64] >> (bit % 64) & 1) == 0) [[likely]]
        continue;
      verify(slider, key, text, static_cast<std::size_t>(at - text.data()), hit);
    }
  }

  template <class Hit>
  void verify(const Slider& slider, std::uint64_t key, std::string_view text, std::size_t at,
              Hit& hit) const {
    const Slot* slot = slider.table.probe(key);
    if (slot == nullptr) return;
    for (std::uint32_t i = 0; i < slot->count; ++i) {
      const Entry& entry = slider.table.entries(*slot)[i];
      const Literal& literal = literals_[entry.literal];
      if (at < entry.offset) continue;
      if (text.substr(at - entry.offset).starts_with(literal.bytes)) hit(literal.id);
    }
  }

  void build_edges(bool end);
  void build_slider(unsigned gram, std::size_t below);

  std::vector<Literal> literals_;
  Table whole_;
  std::vector<Edge> edges_;
  std::vector<Slider> sliders_;
};

}  // namespace haidang::detect
