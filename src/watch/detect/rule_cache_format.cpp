#include "watch/detect/rule_cache_format.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "watch/detect/cidr.hpp"

namespace haidang::detect {
namespace {

constexpr std::uint32_t format = 2;
constexpr int deepest = 1024;  // of Expr; each filter on a rule adds one

// --- What is written ---------------------------------------------------------------------------

// A structured binding must name every member: a struct that grows does not compile here.
template <class T, class Of>
concept Is = std::same_as<std::remove_const_t<T>, Of>;

auto members(Is<Piece> auto& of) {
  auto& [kind, text] = of;
  return std::tie(kind, text);
}
auto members(Is<Test> auto& of) {
  auto& [field, op, cased, pattern, text, compare, number, part, place] = of;
  return std::tie(field, op, cased, pattern, text, compare, number, part, place);
}
auto members(Is<Expr> auto& of) {
  auto& [kind, test, items] = of;
  return std::tie(kind, test, items);
}
auto members(Is<Header> auto& of) {
  auto& [id, name, title, title_vi, description, level, tags, file, line] = of;
  return std::tie(id, name, title, title_vi, description, level, tags, file, line);
}
auto members(Is<Logsource> auto& of) {
  auto& [product, category, service] = of;
  return std::tie(product, category, service);
}
auto members(Is<Rule> auto& of) {
  auto& [header, logsource, tests, expr] = of;
  return std::tie(header, logsource, tests, expr);
}
auto members(Is<Correlation::Bound> auto& of) {
  auto& [compare, value] = of;
  return std::tie(compare, value);
}
auto members(Is<Correlation::Reference> auto& of) {
  auto& [text, correlation, index] = of;
  return std::tie(text, correlation, index);
}
auto members(Is<Correlation> auto& of) {
  auto& [header, type, references, group_by, aliases, timespan, bounds, fields, percentile,
         generate] = of;
  return std::tie(header, type, references, group_by, aliases, timespan, bounds, fields, percentile,
                  generate);
}
auto members(Is<Error> auto& of) {
  auto& [kind, what, where] = of;
  return std::tie(kind, what, where);
}
auto members(Is<RuleSet> auto& of) {
  auto& [rules, correlations, refused, files, filters, reported, reported_correlations] = of;
  return std::tie(rules, correlations, refused, files, filters, reported, reported_correlations);
}

template <class T>
concept Struct = requires(T& value) { members(value); };
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;
template <class T>
concept Enum = std::is_enum_v<T>;

// How many values an enum has, so that one that grows is not refused: the compiler writes a value
// without a name as "= (Op)7".
template <Enum T, std::uint8_t n = 0>
constexpr std::uint8_t values_of() {
  constexpr auto named = []<T value>() {
    return !std::string_view(__PRETTY_FUNCTION__).contains("= (");
  };
  if constexpr (named.template operator()<static_cast<T>(n)>())
    return values_of<T, n + 1>();
  else
    return n;
}
static_assert(values_of<Compare>() == 6 && values_of<Error::Kind>() == 6);

// The fewest bytes a value takes: so many items cannot be in what is left.
template <class T>
constexpr std::size_t least() {
  if constexpr (Number<T>)
    return sizeof(T);
  else if constexpr (Enum<T> || std::same_as<T, bool>)
    return 1;
  else if constexpr (Struct<T>)
    return []<class... Members>(std::type_identity<std::tuple<Members&...>>) {
      return (least<Members>() + ...);
    }(std::type_identity<decltype(members(std::declval<T&>()))>());
  else
    return std::is_same_v<T, std::optional<double>> ? 1 : sizeof(std::uint32_t);
}

class Writer {
 public:
  void put(const Number auto& number) { raw(&number, sizeof number); }
  void put(bool truth) { put(std::uint8_t{truth}); }
  void put(const Enum auto& value) { put(static_cast<std::uint8_t>(value)); }
  void put(std::chrono::nanoseconds span) { put(span.count()); }
  void put(const Pattern& pattern) { put(pattern.pieces()); }
  void put(const std::string& text) {
    put_size(text.size());
    raw(text.data(), text.size());
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put_size(items.size());
    for (const auto& item : items) put(T(item));
  }
  template <class T>
    requires(!std::same_as<T, bool>)
  void put(const std::vector<T>& items) {
    put_size(items.size());
    for (const auto& item : items) put(item);
  }
  template <class T>
  void put(const std::map<std::string, T, std::less<>>& map) {
    put_size(map.size());
    for (const auto& [key, value] : map) {
      put(key);
      put(value);
    }
  }
  void put(const std::optional<double>& number) {
    put(number.has_value());
    if (number) put(*number);
  }
  void put(const Expr& expr) {
    fits_ = fits_ && ++depth_ <= deepest;
    if (fits_) put_members(expr);
    --depth_;
  }
  void put(const Struct auto& value) { put_members(value); }

  // None if the value is more than a Reader takes.
  std::optional<std::string> finish() {
    if (!fits_ || bytes_.size() > most_snapshot_bytes) return {};
    return std::move(bytes_);
  }

 private:
  void put_members(const auto& value) {
    std::apply([this](const auto&... member) { (this->put(member), ...); }, members(value));
  }
  void put_size(std::size_t size) {
    fits_ = fits_ && size <= most_snapshot_bytes;
    put(static_cast<std::uint32_t>(size));
  }
  void raw(const void* from, std::size_t size) {
    bytes_.append(static_cast<const char*>(from), size);
  }

  std::string bytes_;
  int depth_ = 0;
  bool fits_ = true;
};

// After the first thing that cannot be, it gives nothing more.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] bool at_end() const { return left_.empty(); }

  void get(Number auto& number) {
    const auto bytes = take(sizeof number);
    if (sound_) bytes.copy(reinterpret_cast<char*>(&number), sizeof number);
  }
  void get(bool& truth) { truth = below(2) == 1; }
  template <Enum T>
  void get(T& value) {
    value = static_cast<T>(below(values_of<T>()));
  }
  void get(std::chrono::nanoseconds& span) {
    std::chrono::nanoseconds::rep count = 0;
    get(count);
    span = std::chrono::nanoseconds(count);
  }
  void get(Pattern& pattern) {
    std::vector<Piece> pieces;
    get(pieces);
    const std::size_t count = pieces.size();
    for (const auto& piece : pieces)
      require((piece.kind == Piece::Kind::literal) != piece.text.empty());
    pattern = Pattern(std::move(pieces));
    require(pattern.pieces().size() == count);  // it joins what must not stand side by side
  }
  void get(std::string& text) { text.assign(take(size_of<char>())); }
  template <class T>
  void get(std::vector<T>& items) {
    items.assign(size_of<T>(), T{});
    for (auto& item : items) get(item);
  }
  void get(std::vector<bool>& truths) {
    truths.resize(size_of<bool>());
    for (auto&& truth : truths) truth = below(2) == 1;
  }
  template <class T>
  void get(std::map<std::string, T, std::less<>>& map) {
    for (std::size_t i = size_of<std::pair<std::string, T>>(); i > 0 && sound_; --i) {
      std::string key;
      get(key);
      require(map.empty() || map.rbegin()->first < key);
      get(map[std::move(key)]);
    }
  }
  void get(std::optional<double>& number) {
    bool present = false;
    get(present);
    if (present) get(number.emplace());
  }
  void get(Expr& expr) {
    require(++depth_ <= deepest);
    if (sound_) get_members(expr);
    --depth_;
  }
  void get(Struct auto& value) { get_members(value); }

 private:
  void require(bool holds) { sound_ = sound_ && holds; }
  void get_members(auto& value) {
    std::apply([this](auto&... member) { (this->get(member), ...); }, members(value));
  }
  std::string_view take(std::size_t size) {
    require(size <= left_.size());
    if (!sound_) return {};
    const auto taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  // A byte that must be less than `end`.
  std::uint8_t below(std::uint8_t end) {
    std::uint8_t value = 0;
    get(value);
    require(value < end);
    return sound_ ? value : 0;
  }
  // How many follow.
  template <class T>
  std::size_t size_of() {
    std::uint32_t size = 0;
    get(size);
    require(size <= left_.size() / least<T>());
    return sound_ ? size : 0;
  }

  std::string_view left_;
  int depth_ = 0;
  bool sound_ = true;
};

// --- What a set must be beside well formed -----------------------------------------------------

bool tests_exist(const Expr& expr, std::size_t tests) {
  if (expr.kind == Expr::Kind::test && expr.test >= tests) return false;
  return std::ranges::all_of(expr.items,
                             [tests](const Expr& item) { return tests_exist(item, tests); });
}

bool is_sound(const Test& test) {
  return test.op != Test::Op::cidr || Cidr::parse(test.text).has_value();
}

bool is_sound(const Rule& rule) {
  return tests_exist(rule.expr, rule.tests.size()) &&
         std::ranges::all_of(rule.tests, [](const Test& test) { return is_sound(test); });
}

// What parse_correlation() holds to and the windows rely on.
bool is_sound(const Correlation& correlation, const RuleSet& set) {
  constexpr std::size_t most_in_order = 32;
  constexpr std::chrono::hours longest(10 * 366 * 24);
  const auto exists = [&](const Correlation::Reference& reference) {
    return reference.index < (reference.correlation ? set.correlations.size() : set.rules.size());
  };
  const bool ordered = correlation.type == Correlation::Type::temporal_ordered;
  const double percentile = correlation.percentile.value_or(0);
  return correlation.timespan.count() > 0 && correlation.timespan <= longest &&
         (!ordered || correlation.references.size() <= most_in_order) && percentile >= 0 &&
         percentile <= 100 && std::ranges::all_of(correlation.references, exists);
}

// Takes away what nothing refers to until nothing is left, or only circles.
bool has_circle(const std::vector<Correlation>& correlations) {
  std::vector<std::size_t> referrers(correlations.size(), 0);
  const auto each_inner = [&](std::size_t of, const auto& visit) {
    for (const auto& reference : correlations[of].references)
      if (reference.correlation) visit(reference.index);
  };
  for (std::size_t i = 0; i < correlations.size(); ++i)
    each_inner(i, [&](std::size_t inner) { ++referrers[inner]; });
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < correlations.size(); ++i)
    if (referrers[i] == 0) free.push_back(i);
  for (std::size_t at = 0; at < free.size(); ++at)
    each_inner(free[at], [&](std::size_t inner) {
      if (--referrers[inner] == 0) free.push_back(inner);
    });
  return free.size() < correlations.size();
}

bool is_sound(const RuleSet& set) {
  return set.reported.size() == set.rules.size() &&
         set.reported_correlations.size() == set.correlations.size() &&
         std::ranges::all_of(set.rules, [](const Rule& rule) { return is_sound(rule); }) &&
         std::ranges::all_of(set.correlations,
                             [&](const Correlation& one) { return is_sound(one, set); }) &&
         !has_circle(set.correlations);
}

// --- The head of a file ------------------------------------------------------------------------

struct Head {
  std::array<char, 8> magic{'H', 'D', 'r', 'u', 'l', 'e', 's', '\n'};
  std::uint32_t byte_order = 0x01020304;
  std::uint32_t version = format;
  std::uint64_t size = 0;
  Digest key{};
  XXH128_canonical_t checksum{};
};
static_assert(std::has_unique_object_representations_v<Head>);

Head head_of(std::string_view bytes, const Digest& key) {
  Head head{.size = bytes.size(), .key = key};
  XXH128_canonicalFromHash(&head.checksum, XXH3_128bits(bytes.data(), bytes.size()));
  return head;
}

std::unexpected<Error> corrupt(std::string what) {
  return fail(Error::Kind::corrupt, std::move(what));
}

}  // namespace

Result<std::string> encode_rules(const RuleSet& rules) {
  Writer out;
  out.put(rules);
  if (auto bytes = out.finish()) return std::move(*bytes);
  return invalid("the rules are too large or nested too deep to be kept");
}

Result<RuleSet> decode_rules(std::string_view bytes) {
  Reader in(bytes);
  RuleSet set;
  in.get(set);
  if (in.sound() && in.at_end() && is_sound(set)) return set;
  return corrupt("not a rule set as this program writes it");
}

std::string sealed(std::string_view bytes, const Digest& key) {
  const Head head = head_of(bytes, key);
  std::string file(reinterpret_cast<const char*>(&head), sizeof head);
  return file.append(bytes);
}

Result<std::string_view> opened(std::string_view file, const Digest& key) {
  if (file.size() < sizeof(Head)) return corrupt("cut off");
  const auto bytes = file.substr(sizeof(Head));
  const Head wanted = head_of(bytes, key);
  if (std::memcmp(file.data(), &wanted, sizeof wanted) == 0) return bytes;
  return corrupt("damaged, or made for other rules or by another version");
}

}  // namespace haidang::detect
