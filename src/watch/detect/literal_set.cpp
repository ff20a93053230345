#include "watch/detect/literal_set.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.hpp"
#include "base/hash.hpp"

namespace haidang::detect {
namespace {

constexpr std::array<unsigned, 5> edge_grams{8, 4, 3, 2, 1};

// Size classes of literals that may stand anywhere: from gram + stride - 1 bytes on.
struct Class {
  unsigned gram;
  unsigned stride;
};
constexpr std::array<Class, 4> classes{{{5, 4}, {3, 1}, {2, 1}, {1, 1}}};

// The size class of a literal: the widest gram that it fills.
unsigned edge_gram(std::size_t size) {
  return *std::ranges::find_if(edge_grams, [size](unsigned gram) { return gram <= size; });
}

// How often grams occur in all literals, nearly (a counter may serve several): grams that many
// literals share (".exe", "wind") are common in logs too.
class Frequency {
 public:
  Frequency(const std::vector<std::string_view>& literals, unsigned gram)
      : gram_(gram), counts_(slots, 0) {
    for (const auto literal : literals)
      for (std::size_t at = 0; at + gram <= literal.size(); ++at) ++count(literal, at);
  }

  // Where the `stride` grams that are together the rarest begin.
  [[nodiscard]] std::size_t rarest(std::string_view literal, unsigned stride) const {
    std::size_t best = 0;
    std::uint64_t least = ~std::uint64_t{0};
    for (std::size_t at = 0; at + gram_ + stride - 1 <= literal.size(); ++at) {
      std::uint64_t sum = 0;
      for (std::size_t i = at; i < at + stride; ++i) sum += counts_[slot(literal, i)];
      if (sum >= least) continue;
      least = sum;
      best = at;
    }
    return best;
  }

 private:
  static constexpr std::size_t slots = 1U << 16;
  [[nodiscard]] std::size_t slot(std::string_view literal, std::size_t at) const {
    std::uint64_t key = 0;
    std::memcpy(&key, literal.data() + at, gram_);
    return key * 0x9E3779B97F4A7C15ULL >> 48;
  }
  std::uint32_t& count(std::string_view literal, std::size_t at) {
    return counts_[slot(literal, at)];
  }

  unsigned gram_;
  std::vector<std::uint32_t> counts_;
};

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
  std::size_t below = ~std::size_t{0};
  for (const auto& [gram, stride] : classes) {
    build_class(gram, stride, below);
    below = gram + stride - 1;
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

// The literals of gram + stride - 1 to less than `below` bytes.
void LiteralSet::build_class(unsigned gram, unsigned stride, std::size_t below) {
  std::vector<std::uint32_t> own;
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const auto& [bytes, id, where] = literals_[i];
    const bool fits = bytes.size() >= gram + stride - 1 && bytes.size() < below;
    if (where == Where::anywhere && fits) own.push_back(i);
  }
  if (own.empty()) return;
  const std::size_t most_scans = gram == 3 ? 4 : 1;
  if (stride == 1 && gram > 1 && own.size() <= most_scans * Teddy::most_windows)
    return build_few(std::move(own));
  build_slider(own, gram, stride);
}

// The short ones first, so that the others get the wider windows.
void LiteralSet::build_few(std::vector<std::uint32_t> own) {
  const auto size = [this](std::uint32_t i) { return std::pair(literals_[i].bytes.size(), i); };
  std::ranges::sort(own, {}, size);
  for (std::span<const std::uint32_t> left = own; !left.empty();) {
    const std::size_t taken = std::min(left.size(), Teddy::most_windows);
    add_few(left.first(taken));
    left = left.subspan(taken);
  }
}

void LiteralSet::add_few(std::span<const std::uint32_t> own) {
  const auto width =
      static_cast<unsigned>(std::min<std::size_t>(4, literals_[own.front()].bytes.size()));
  std::vector<std::string_view> windows;
  for (const std::uint32_t i : own) {
    const std::string_view bytes = literals_[i].bytes;
    windows.push_back(bytes.substr(rarest_window(bytes, width), width));
  }
  Few& few = few_.emplace_back();
  const auto bucket_of = few.teddy.build(windows, width);
  for (std::size_t k = 0; k < own.size(); ++k)
    few.buckets[bucket_of[k]].push_back({own[k], rarest_window(literals_[own[k]].bytes, width)});
}

std::vector<std::string_view> LiteralSet::literals_of(const std::vector<std::uint32_t>& own) const {
  std::vector<std::string_view> texts;
  texts.reserve(own.size());
  for (const std::uint32_t i : own) texts.emplace_back(literals_[i].bytes);
  return texts;
}

void LiteralSet::build_slider(const std::vector<std::uint32_t>& own, unsigned gram,
                              unsigned stride) {
  const Frequency frequency(literals_of(own), gram);
  std::vector<Keyed> keyed;
  for (const std::uint32_t i : own) {
    const std::string& bytes = literals_[i].bytes;
    const std::size_t best = frequency.rarest(bytes, stride);
    for (std::size_t at = best; at < best + stride; ++at)
      keyed.push_back({load(&bytes[at], gram), {i, static_cast<std::uint32_t>(at)}});
  }
  // Sixteen bits a gram: one place in sixteen is looked at in vain, whatever the number of rules.
  const std::size_t bits =
      std::clamp<std::size_t>(std::bit_ceil(keyed.size() * 16), 1U << 13, 1U << 24);
  Slider slider{.gram = gram, .stride = stride, .mask = bits - 1};
  slider.seen.assign(bits / 64, 0);
  for (const auto& one : keyed) {
    const std::uint64_t bit = spread(one.key) >> 40 & slider.mask;
    slider.seen[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  slider.table.build(std::move(keyed));
  sliders_.push_back(std::move(slider));
}

}  // namespace haidang::detect
