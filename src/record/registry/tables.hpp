// The registry's tables: how an entry lies in them. Part of this module only.
//
//   registry_entry       one row per version and stretch of days it holds for: [day_from, day_to)
//   registry_succession  who came after whom
//   registry_word        the first letters of the words an entry was ever found by
//
// Stretches of one entry never overlap. A version put right by another of the same first day keeps
// its row with no days (day_to = day_from): history shows it, no question as of a day finds it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/ledger/sql.hpp"
#include "record/registry/entry.hpp"

namespace haidang::registry {

// The day_to of what has no end: past every day that parse_day() takes.
constexpr std::int64_t open_end = 10'000'000;

constexpr std::int64_t number_of(Day day) { return day.time_since_epoch().count(); }
constexpr Day day_of_number(std::int64_t days) { return Day{std::chrono::days{days}}; }

// Columns that entry_of() reads, in its order.
inline constexpr std::string_view entry_columns =
    "kind, id, unit, name, day_from, day_to, version, fields";
Result<Entry> entry_of(const ledger::Row& row);

// " so thong tin va truyen thong so tttt ": words to find by LIKE '% word%'.
std::string words_key(const std::vector<std::string>& texts);
// The first three letters of each word, once; words that are shorter or do not begin with plain
// letters have none. Equality alone is asked of them, which every collation answers the same.
std::vector<std::string> heads_of(const std::vector<std::string>& words);

// The words of a question; what is neither letter nor digit parts them.
std::vector<std::string> words_of(std::string_view text);

}  // namespace haidang::registry
