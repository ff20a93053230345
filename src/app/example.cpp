#include "app/example.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"

namespace haidang::app {
namespace {

constexpr std::size_t most_columns = 1024;  // no terminal shows more

// The ' -enc ' of "CommandLine|contains: ' -enc '", up to its first wildcard.
std::string_view literal_of(std::string_view test) {
  const std::size_t open = test.find(": '");
  const std::size_t close = test.rfind('\'');
  if (open == std::string_view::npos || close < open + 3) return {};
  std::string_view literal = test.substr(open + 3, close - open - 3);
  while (literal.starts_with('*')) literal.remove_prefix(1);
  return literal.substr(0, literal.find('*'));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string measured(const detect::Correlated& correlated, detect::Correlation::Type type,
                     Language language) {
  using Type = detect::Correlation::Type;
  constexpr Said events{"events", "sự kiện"};
  constexpr Said values{"different values", "giá trị khác nhau"};
  if (type == Type::event_count) return fmt::format("{} {}", correlated.value, events.in(language));
  if (type == Type::value_count) return fmt::format("{} {}", correlated.value, values.in(language));
  if (type == Type::temporal || type == Type::temporal_ordered)
    return fmt::format("{} {}", correlated.evidence.size(), events.in(language));
  return fmt::format("{} {}", name_of(type), correlated.value);
}

}  // namespace

std::string focused(std::string_view value, std::string_view wanted) {
  constexpr std::size_t before = 20;
  constexpr std::size_t far = 60;
  const auto same = [](char one, char other) { return lower(one) == lower(other); };
  const auto found = std::ranges::search(value, wanted, same);
  auto at = static_cast<std::size_t>(found.begin() - value.begin());
  if (wanted.empty() || found.empty() || at + wanted.size() <= far) return std::string(value);
  at -= std::min(at, before);
  while (at < value.size() && is_continuation(value[at])) ++at;
  return at == 0 ? std::string(value) : "…" + std::string(value.substr(at));
}

Example example_of(const Matched& matched, detect::RuleIndex rule) {
  Example example{.origin = {matched.file, matched.event.line}};
  std::string wanted;
  for (auto& reason : matched.matcher.explain(rule)) {
    std::string literal(literal_of(reason.test));
    const auto says = std::pair(reason.value.size(), literal.size());
    if (says <= std::pair(example.value.size(), wanted.size())) continue;
    example.field = std::move(reason.field);
    example.value = std::move(reason.value);
    wanted = std::move(literal);
  }
  example.value = focused(example.value, wanted);
  if (example.value.size() > most_columns) example.value = text::clip(example.value, most_columns);
  return example;
}

Example example_of(const detect::Correlated& correlated, const detect::Correlation& correlation,
                   Language language) {
  std::vector<std::string> parts;
  parts.reserve(correlated.group.size() + 1);
  for (const auto& [field, value] : correlated.group)
    parts.push_back(fmt::format("{}: {}", field, value));
  parts.push_back(measured(correlated, correlation.type, language));
  return {.origin = correlated.origin, .value = fmt::format("{}", fmt::join(parts, " · "))};
}

}  // namespace haidang::app
