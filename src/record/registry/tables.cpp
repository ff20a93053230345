#include "record/registry/tables.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace haidang::registry {
namespace {

// PERF: PostgreSQL's and SQLite's index rows stay small; nobody types more to find a name.
constexpr std::size_t longest_key = 1000;

bool part_of_word(char c) {
  return !text::is_ascii(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

Result<Entry> entry_of(const ledger::Row& row) {
  boost::system::error_code bad;
  auto fields = boost::json::parse(row.text(7), bad);
  if (bad || !fields.is_object()) {
    return fail(Error::Kind::corrupt, "the fields of a registry entry cannot be read: rebuild",
                row.text(0) + " " + row.text(1));
  }
  Entry entry{.kind = row.text(0), .id = row.text(1), .unit = row.text(2), .name = row.text(3)};
  entry.valid_from = day_of_number(row.integer(4));
  if (row.integer(5) != open_end) entry.valid_to = day_of_number(row.integer(5));
  entry.version = static_cast<std::uint64_t>(row.integer(6));
  entry.fields = std::move(fields.as_object());
  return entry;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text::search_key(text)) {
    if (part_of_word(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> heads_of(const std::vector<std::string>& words) {
  constexpr std::size_t length = 3;
  std::vector<std::string> heads;
  for (const auto& word : words) {
    const auto head = word.substr(0, length);
    if (head.size() == length && std::ranges::all_of(head, text::is_ascii)) heads.push_back(head);
  }
  std::ranges::sort(heads);
  heads.erase(std::ranges::unique(heads).begin(), heads.end());
  return heads;
}

std::string words_key(const std::vector<std::string>& texts) {
  std::string key = " ";
  for (const auto& text : texts) {
    for (const auto& word : words_of(text)) {
      if (key.size() + word.size() + 1 > longest_key) return key;
      key += word + ' ';
    }
  }
  return key;
}

}  // namespace haidang::registry
