// Which of many literals stand in a text: whole, at its start, at its end, or anywhere.
//
//   build once (milliseconds for 10,000), then any number of threads may find().
//
// PERF: values are short and most hold nothing, so what counts is the
// cost of saying no. Whole, start and end are one hash probe each on the first or last
// 8 (4, 3, 2, 1) bytes. "Anywhere" slides over the text with a gram of each literal in a
// bitmap: one load, multiply and test a place. A literal of 8 bytes and more is entered by
// four grams side by side, so every fourth place is enough; shorter ones, where they are few, go
// to Teddy (up to four times over the text, which is still several times faster).
// Hyperscan, measured beside it, is
// between 0.6 and 1.6 times as fast and takes 10 to 20 times longer to compile (docs/adr/0005).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "watch/detect/teddy.hpp"

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
    for (const Few& few : few_) find_few(few, text, hit);
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
    bool end = false;
    unsigned gram = 1;  // bytes of the key
    Table table{};
  };
  // Some literals of one size class anywhere, as many as one Teddy can look for.
  struct Few {
    Teddy teddy{};
    std::array<std::vector<Entry>, 8> buckets{};
  };
  // Literals anywhere, of one size class.
  struct Slider {
    unsigned gram;                      // bytes looked at
    unsigned stride;                    // places moved on
    std::uint64_t mask;                 // of the number of a bit of `seen`
    std::vector<std::uint64_t> seen{};  // bit clear: no literal has a gram with this hash
    Table table{};
  };

  static std::uint64_t spread(std::uint64_t key) { return key * 0x9E3779B97F4A7C15ULL; }
  static std::uint64_t load(const char* from, unsigned bytes) {
    std::uint64_t key = 0;
    std::memcpy(&key, from, bytes);
    return key;
  }
  // PERF: the same for a size known in advance, in registers; memcpy of three or five bytes
  // goes through the stack and waits 12 cycles for each.
  template <unsigned bytes>
  static std::uint64_t gram_at(const char* from) {
    if constexpr (bytes == 3 || bytes == 5)
      return load(from, bytes - 1) | std::uint64_t{static_cast<unsigned char>(from[bytes - 1])}
                                         << (8 * (bytes - 1));
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
  void find_few(const Few& few, std::string_view text, Hit& hit) const {
    few.teddy.scan(text, [&](const Teddy::Candidate& candidate) {
      for (unsigned left = candidate.buckets; left != 0; left &= left - 1)
        for (const Entry& entry : few.buckets[static_cast<unsigned>(std::countr_zero(left))])
          compare(entry, text, candidate.at, hit);
      return false;
    });
  }

  template <class Hit>
  void slide(const Slider& slider, std::string_view text, Hit& hit) const {
    switch (slider.gram) {
      case 5: return slide_by<5, 4>(slider, text, hit);
      case 3: return slide_by<3, 1>(slider, text, hit);
      case 2: return slide_by<2, 1>(slider, text, hit);
      default: return slide_by<1, 1>(slider, text, hit);
    }
  }

  template <unsigned gram, unsigned stride, class Hit>
  void slide_by(const Slider& slider, std::string_view text, Hit& hit) const {
    if (text.size() < gram) return;
    const char* const begin = text.data();
    const char* const last = begin + text.size() - gram;
    const std::uint64_t* const seen = slider.seen.data();
    const std::uint64_t mask = slider.mask;
    for (const char* at = begin; at <= last; at += stride) {
      const std::uint64_t key = gram_at<gram>(at);
      const std::uint64_t bit = spread(key) >> 40 & mask;
      if ((seen[bit / 64] >> (bit % 64) & 1) == 0) [[likely]]
        continue;
      verify(slider, key, text, static_cast<std::size_t>(at - begin), hit);
    }
  }

  template <class Hit>
  void verify(const Slider& slider, std::uint64_t key, std::string_view text, std::size_t at,
              Hit& hit) const {
    const Slot* slot = slider.table.probe(key);
    if (slot == nullptr) return;
    for (std::uint32_t i = 0; i < slot->count; ++i)
      compare(slider.table.entries(*slot)[i], text, at, hit);
  }

  // Does the literal stand so that its gram is at `at`?
  template <class Hit>
  void compare(const Entry& entry, std::string_view text, std::size_t at, Hit& hit) const {
    const Literal& literal = literals_[entry.literal];
    if (at < entry.offset) return;
    if (text.substr(at - entry.offset).starts_with(literal.bytes)) hit(literal.id);
  }

  void build_edges(bool end);
  void build_class(unsigned gram, unsigned stride, std::size_t below);
  [[nodiscard]] std::vector<std::string_view> literals_of(
      const std::vector<std::uint32_t>& own) const;
  void build_few(std::vector<std::uint32_t> own);
  void add_few(std::span<const std::uint32_t> own);
  void build_slider(const std::vector<std::uint32_t>& own, unsigned gram, unsigned stride);

  std::vector<Literal> literals_;
  Table whole_;
  std::vector<Edge> edges_;
  std::vector<Slider> sliders_;
  std::vector<Few> few_;
};

}  // namespace haidang::detect
