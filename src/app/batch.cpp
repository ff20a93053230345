#include "app/batch.hpp"

#include <utility>

namespace haidang::app {

void Batch::add_unreadable(detect::Origin origin, std::string_view why) {
  ++unreadable_count;
  if (unreadable.size() < most_named) unreadable.push_back({origin, std::string(why)});
}

std::size_t Batch::weight() const {
  constexpr std::size_t of_occurrence = 256;
  constexpr std::size_t of_rule = 512;
  return sizeof(Batch) + text.capacity() + occurrences.size() * of_occurrence +
         tally.size() * of_rule;
}

void Batch::clear() {
  std::string kept = std::move(text);
  kept.clear();
  *this = Batch{};
  text = std::move(kept);
}

}  // namespace haidang::app
