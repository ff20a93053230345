#include "watch/detect/literal_set.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "base/hash.hpp"

namespace haidang::detect {
namespace {

constexpr std::array<unsigned, 5> edge_grams{8, 4, 3, 2, 1};
constexpr std::size_t many = 512;

// The size class of a literal: the widest gram that it fills.
unsigned edge_gram(std::size_t size) {
  return *std::ranges::find_if(edge_grams, [size](unsigned gram) { return gram <= size; });
}

// Which grams to slide by. One pass serves all literals of 3 bytes and more, unless there are
// many long ones: then four bytes are not rare enough (hashes are all hexadecimal) and these
// get a pass of eight.
std::vector<unsigned> slider_grams(const std::vector<std::size_t>& sizes) {
  std::vector<unsigned> grams;
  const bool wide = static_cast<std::size_t>(std::ranges::count_if(
                        sizes, [](std::size_t size) { return size >= 8; })) >= many;
  if (wide) grams.push_back(8);
  const auto left = [wide](std::size_t size) { return size >= 3 && !(wide && size >= 8); };
  const auto shortest = std::ranges::min_element(
      sizes, {}, [&](std::size_t size) { return left(size) ? size : ~std::size_t{0}; });
  if (shortest != sizes.end() && left(*shortest)) grams.push_back(*shortest == 3 ? 3 : 4);
  if (std::ranges::count(sizes, 2U) > 0) grams.push_back(2);
  if (std::ranges::count(sizes, 1U) > 0) grams.push_back(1);
  return grams;
}

}  // namespace

std::uint64_t LiteralSet::whole_key(std::string_view text) { return hash64(text); }

void LiteralSet::add(Where where, std::string_view literal, std::uint32_t id) {
  CHECK(!literal.empty() || where == Where::whole, "an empty literal stands everywhere");
  literals_.push_back({std::string(literal), id, where});
}

void LiteralSet::Table::build(std::vector<Keyed> all) {
  std::ranges::sort(all, {}, &Keyed::key);
  const std::size_t room = std::bit_ceil(std::max<std::size_t>(2, all.size() * 2));
  slots_.assign(room, {});
  mask_ = room - 1;
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(room));
  for (std::size_t first = 0; first < all.size();) {
    std::size_t next = first;
    while (next < all.size() && all[next].key == all[first].key) ++next;
    std::size_t i = spread(all[first].key) >> shift_;
    while (slots_[i].count != 0) i = (i + 1) & mask_;
    slots_[i] = {all[first].key, static_cast<std::uint32_t>(first),
                 static_cast<std::uint32_t>(next - first)};
    first = next;
  }
  entries_.reserve(all.size());
  for (const auto& keyed : all) entries_.push_back(keyed.entry);
}

void LiteralSet::build() {
  std::vector<Keyed> whole;
  for (std::uint32_t i = 0; i < literals_.size(); ++i)
    if (literals_[i].where == Where::whole)
      whole.push_back({whole_key(literals_[i].bytes), {i, 0}});
  if (!whole.empty()) whole_.build(std::move(whole));
  build_edges(false);
  build_edges(true);
  std::vector<std::size_t> sizes;
  for (const auto& literal : literals_)
    if (literal.where == Where::anywhere) sizes.push_back(literal.bytes.size());
  std::size_t below = ~std::size_t{0};
  for (const unsigned gram : slider_grams(sizes)) {
    build_slider(gram, below);
    below = gram;
  }
}

void LiteralSet::build_edges(bool end) {
  for (const unsigned gram : edge_grams) {
    std::vector<Keyed> keyed;
    for (std::uint32_t i = 0; i < literals_.size(); ++i) {
      const auto& [bytes, id, where] = literals_[i];
      if (where != (end ? Where::end : Where::start) || edge_gram(bytes.size()) != gram) continue;
      const std::size_t offset = end ? bytes.size() - gram : 0;
      keyed.push_back({load(bytes.data() + offset, gram), {i, 0}});
    }
    if (keyed.empty()) continue;
    edges_.push_back({end, gram, {}});
    edges_.back().table.build(std::move(keyed));
  }
}

// For the literals of `gram` to less than `below` bytes.
void LiteralSet::build_slider(unsigned gram, std::size_t below) {
  std::vector<std::uint32_t> own;
  std::unordered_map<std::uint64_t, std::uint32_t> frequency;
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const auto& [bytes, id, where] = literals_[i];
    if (where != Where::anywhere || bytes.size() < gram || bytes.size() >= below) continue;
    own.push_back(i);
    for (std::size_t at = 0; at + gram <= bytes.size(); ++at) ++frequency[load(&bytes[at], gram)];
  }
  if (own.empty()) return;
  // Grams that many literals share (".exe", "wind") are common in logs too: take the rarest.
  std::vector<Keyed> keyed;
  for (const std::uint32_t i : own) {
    const std::string& bytes = literals_[i].bytes;
    std::size_t best = 0;
    for (std::size_t at = 1; at + gram <= bytes.size(); ++at)
      if (frequency[load(&bytes[at], gram)] < frequency[load(&bytes[best], gram)]) best = at;
    keyed.push_back({load(&bytes[best], gram), {i, static_cast<std::uint32_t>(best)}});
  }
  const std::size_t bits = std::clamp<std::size_t>(std::bit_ceil(keyed.size() * 16), 256, 1U << 18);
  Slider slider{.gram = gram,
                .shift = 64U - static_cast<unsigned>(std::countr_zero(bits)),
                .bitmap = std::vector<std::uint64_t>(bits / 64, 0),
                .table = {}};
  for (const auto& [key, entry] : keyed) {
    const std::uint64_t bit = spread(key) >> slider.shift;
    slider.bitmap[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  slider.table.build(std::move(keyed));
  sliders_.push_back(std::move(slider));
}

}  // namespace haidang::detect
