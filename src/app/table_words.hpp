// The words of the table, in both languages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/language.hpp"
#include "watch/detect/rule.hpp"

namespace haidang::app {

struct TableWords {
  std::string_view rules;
  std::string_view correlations;
  std::string_view events;
  std::string_view files;
  std::string_view matches;
  std::string_view one_rule;
  std::string_view one_match;
  std::string_view unreadable;
  std::string_view refused;
  std::string_view times_at;
  std::string_view by_severity;
  std::string_view by_tactic;
  std::string_view read;
  std::string_view no_tactic;
  std::string_view example;
  std::string_view more_hosts;
  std::string_view more_rules;
  std::string_view nothing_found;
  std::string_view nothing_read;
  std::string_view try_rules;
  std::string_view try_check;
  std::string_view try_inputs;
};

const TableWords& table_words(Language language);
std::string_view level_word(detect::Level level, Language language);

// 1,234,567 or 1.234.567
std::string grouped(std::uint64_t number, Language language);

}  // namespace haidang::app
