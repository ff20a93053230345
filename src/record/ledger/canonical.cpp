// RFC 8785 for the part of JSON that the record allows.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "record/ledger/act.hpp"

namespace haidang::ledger {
namespace {

constexpr std::size_t most_deep = 32;
constexpr std::int64_t most_exact = std::int64_t{1} << 53;

// Keys go by UTF-16 code units (RFC 8785 §3.2.3). That is the order of UTF-8 bytes, but for code
// points over U+FFFF: their surrogates go before U+E000..U+FFFF.
bool key_before(std::string_view a, std::string_view b) {
  const auto [left, right] = std::ranges::mismatch(a, b);
  if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
  const auto one = static_cast<unsigned char>(*left);
  const auto other = static_cast<unsigned char>(*right);
  const bool one_high = one >= 0xF0;
  const bool other_high = other >= 0xF0;
  if (one_high != other_high && one >= 0xEE && other >= 0xEE) return one_high;
  return one < other;
}

// Where in the value we are, as a JSON pointer when somebody must be told.
struct Place {
  const Place* above = nullptr;
  std::string_view key{};
  std::size_t depth = 0;

  [[nodiscard]] std::string pointer() const {
    return above == nullptr ? std::string() : above->pointer() + '/' + std::string(key);
  }
};

class Canonical {
 public:
  Result<> append(const json::value& value, const Place& place) {
    if (place.depth > most_deep)
      return invalid(fmt::format("deeper than {} levels", most_deep), place.pointer());
    switch (value.kind()) {
      case json::kind::null: out_ += "null"; return {};
      case json::kind::bool_: out_ += value.get_bool() ? "true" : "false"; return {};
      case json::kind::int64: return append_integer(value.get_int64(), place);
      case json::kind::uint64: return append_unsigned(value.get_uint64(), place);
      case json::kind::double_:
        return invalid("a floating number; write it as text or in a smaller unit", place.pointer());
      case json::kind::string: return append_text(value.get_string(), place);
      case json::kind::array: return append_array(value.get_array(), place);
      case json::kind::object: return append_object(value.get_object(), place);
    }
    return invalid("no JSON value", place.pointer());
  }
  std::string take() { return std::move(out_); }

 private:
  Result<> append_integer(std::int64_t number, const Place& place) {
    if (number > most_exact || number < -most_exact)
      return invalid("an integer beyond ±2^53; write it as text", place.pointer());
    fmt::format_to(std::back_inserter(out_), "{}", number);
    return {};
  }
  Result<> append_unsigned(std::uint64_t number, const Place& place) {
    return append_integer(static_cast<std::int64_t>(std::min<std::uint64_t>(number, INT64_MAX)),
                          place);
  }
  Result<> append_text(std::string_view text, const Place& place) {
    if (!text::valid_utf8(text)) return invalid("text that is not UTF-8", place.pointer());
    append_json_string(out_, text);
    return {};
  }
  Result<> append_array(const json::array& array, const Place& place) {
    out_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) out_ += ',';
      TRY_VOID(append(array[i], {&place, fmt::format("{}", i), place.depth + 1}));
    }
    out_ += ']';
    return {};
  }
  Result<> append_object(const json::object& object, const Place& place) {
    std::vector<const json::key_value_pair*> pairs;
    pairs.reserve(object.size());
    for (const auto& pair : object) pairs.push_back(&pair);
    std::ranges::sort(pairs, [](auto* a, auto* b) { return key_before(a->key(), b->key()); });
    out_ += '{';
    for (const auto* pair : pairs) TRY_VOID(append_member(*pair, place));
    out_ += '}';
    return {};
  }
  Result<> append_member(const json::key_value_pair& pair, const Place& above) {
    const Place place{&above, pair.key(), above.depth + 1};
    if (out_.back() != '{') out_ += ',';
    TRY_VOID(append_text(pair.key(), above));
    out_ += ':';
    return append(pair.value(), place);
  }

  std::string out_;
};

}  // namespace

Result<std::string> canonical_json(const json::value& value) {
  Canonical canonical;
  TRY_VOID(canonical.append(value, {}));
  return canonical.take();
}

}  // namespace haidang::ledger
