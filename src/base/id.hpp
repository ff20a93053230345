// A name or number that is only itself: a RuleId is no CaseId, and no string.
//
//   using RuleId = Id<struct RuleTag, std::string>;
//   using CaseId = Id<struct CaseTag, std::uint64_t>;
//
// Made on purpose (the constructor is explicit), compared only with its own
// kind, hashed, and printed as what it holds. No arithmetic, no conversion
// back but value(). Any content is allowed: checking it is its maker's task.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace haidang {

template <class Tag, class Rep>
class Id {
 public:
  using rep = Rep;

  Id() = default;
  constexpr explicit Id(Rep value) : value_(std::move(value)) {}

  [[nodiscard]] constexpr const Rep& value() const { return value_; }

  friend auto operator<=>(const Id&, const Id&) = default;
  friend bool operator==(const Id&, const Id&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Id& id) { return out << id.value_; }

 private:
  Rep value_{};
};

template <class Tag, class Rep>
std::string to_string(const Id<Tag, Rep>& id) {
  return fmt::format("{}", id.value());
}

}  // namespace haidang

template <class Tag, class Rep>
struct std::hash<haidang::Id<Tag, Rep>> {
  std::size_t operator()(const haidang::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};

template <class Tag, class Rep>
struct fmt::formatter<haidang::Id<Tag, Rep>> : fmt::formatter<Rep> {
  template <class Context>
  auto format(const haidang::Id<Tag, Rep>& id, Context& context) const {
    return fmt::formatter<Rep>::format(id.value(), context);
  }
};
