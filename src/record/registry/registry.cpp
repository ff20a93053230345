#include "record/registry/registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/registry/tables.hpp"

namespace haidang::registry {
namespace {

using ledger::Cells;
using ledger::Row;
using ledger::Sql;

constexpr std::size_t most_listed = 1000;
constexpr std::size_t most_words = 8;
constexpr std::int64_t rare = 2000;

Error unknown(std::string_view kind, std::string_view id, std::string_view when) {
  return {Error::Kind::not_found, fmt::format("no {} '{}'{}", kind, text::shown(id), when)};
}

struct Statement {
  std::string text;
  Cells values{};

  void add(std::string_view part, std::initializer_list<ledger::Cell> more) {
    text += part;
    values.insert(values.end(), more.begin(), more.end());
  }
};

void add_days(Statement& statement, std::string_view table, const std::optional<Day>& at) {
  if (!at) {
    statement.add(fmt::format(" AND {}.newest = 1", table), {});
    return;
  }
  statement.add(fmt::format(" AND {0}.day_from <= ? AND {0}.day_to > ?", table),
                {number_of(*at), number_of(*at)});
}

// Entries of the kind below another, at any depth where the kind is its own parent's; each link of
// the chain as of the same day.
void add_parent(Statement& statement, const Kind& kind, const Query& query) {
  const auto* const field = kind.find(kind.parent_field);
  if (field == nullptr || field->refers_to != kind.name) {
    statement.add(" AND e.parent = ?", {*query.parent});
    return;
  }
  statement.add(
      " AND e.id IN (WITH RECURSIVE below (id) AS (SELECT p.id FROM registry_entry p WHERE "
      "p.kind = ? AND p.parent = ?",
      {kind.name, *query.parent});
  add_days(statement, "p", query.at);
  statement.add(
      " UNION SELECT c.id FROM registry_entry c JOIN below ON c.parent = below.id WHERE c.kind = ?",
      {kind.name});
  add_days(statement, "c", query.at);
  statement.add(") SELECT id FROM below)", {});
}

// PERF: the longest word first, as it is the rarest and most rows fail on it.
void add_words(Statement& statement, std::string_view text) {
  auto words = words_of(text);
  std::ranges::sort(words, std::ranges::greater{}, &std::string::size);
  if (words.size() > most_words) words.resize(most_words);
  for (const auto& word : words) statement.add(" AND e.words LIKE ?", {"% " + word + "%"});
}

// The rarest beginning of a word in the text, where few entries have it. What is common is met soon
// by going through the entries in order; what is rare would cost going through them all.
Result<std::optional<std::string>> rarest_head(Sql& sql, const std::string& kind,
                                               std::string_view text) {
  std::optional<std::string> rarest;
  std::int64_t least = rare;
  for (auto& head : heads_of(words_of(text))) {
    TRY(const auto row,
        sql.row("SELECT COUNT(*) FROM (SELECT 1 FROM registry_word WHERE kind = ? AND head = ? "
                "LIMIT 2000) few",
                {kind, head}));
    if (row->integer(0) >= least) continue;
    least = row->integer(0);
    rarest = std::move(head);
  }
  return rarest;
}

Statement statement_of(const Kind& kind, const Query& query, const std::optional<std::string>& head,
                       std::size_t limit) {
  Statement found{.text = "SELECT e.kind, e.id, e.version, e.day_from FROM "};
  // PERF: CROSS JOIN, as SQLite keeps its order and otherwise goes through all entries.
  if (head) {
    found.add(
        "registry_word w CROSS JOIN registry_entry e WHERE w.kind = ? AND w.head = ? AND "
        "e.kind = w.kind AND e.id = w.id AND e.id > ?",
        {kind.name, *head, query.after});
  } else {
    found.add("registry_entry e WHERE e.kind = ? AND e.id > ?", {kind.name, query.after});
  }
  add_days(found, "e", query.at);
  if (query.unit) found.add(" AND e.unit = ?", {*query.unit});
  if (query.parent) add_parent(found, kind, query);
  add_words(found, query.text);
  found.add(" ORDER BY e.id LIMIT ?", {static_cast<std::int64_t>(limit + 1)});
  // PERF: the inner question reads an index alone; fields are fetched for a page only.
  found.text =
      "SELECT e.kind, e.id, e.unit, e.name, e.day_from, e.day_to, e.version, e.fields FROM (" +
      found.text +
      ") f JOIN registry_entry e ON e.kind = f.kind AND e.id = f.id AND e.version = "
      "f.version AND e.day_from = f.day_from ORDER BY e.id";
  return found;
}

Result<std::vector<Entry>> entries_of(const std::vector<Row>& rows) {
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const auto& row : rows) {
    TRY(auto entry, entry_of(row));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<Registry::Successor> successors_of(const std::vector<Row>& rows) {
  std::vector<Registry::Successor> found;
  for (const auto& row : rows) found.push_back({row.text(0), day_of_number(row.integer(1))});
  return found;
}

}  // namespace

Registry::Registry(ledger::Ledger& ledger, Kinds kinds)
    : ledger_(ledger), kinds_(std::move(kinds)) {}

Result<Entry> Registry::get(Sql& sql, std::string_view kind, std::string_view id, Day at) const {
  static const std::string statement = fmt::format(
      "SELECT {} FROM registry_entry WHERE kind = ? AND id = ? AND day_from <= ? AND "
      "day_to > ?",
      entry_columns);
  TRY(const auto row,
      sql.row(statement, {std::string(kind), std::string(id), number_of(at), number_of(at)}));
  if (!row) return std::unexpected(unknown(kind, id, " on " + format_day(at)));
  return entry_of(*row);
}

Result<Page> Registry::list(Sql& sql, const Query& query) const {
  const auto* const kind = kinds_.find(query.kind);
  if (kind == nullptr) return std::unexpected(unknown("kind", query.kind, ""));
  const auto limit = std::clamp<std::size_t>(query.limit, 1, most_listed);
  TRY(const auto head, rarest_head(sql, query.kind, query.text));
  const auto statement = statement_of(*kind, query, head, limit);
  TRY(const auto rows, sql.rows(statement.text, statement.values));
  Page page;
  TRY(page.entries, entries_of(rows));
  page.more = page.entries.size() > limit;
  if (page.more) page.entries.resize(limit);
  return page;
}

Result<> Registry::each(Sql& sql, Query query,
                        const std::function<Result<>(const Entry&)>& take) const {
  query.limit = most_listed;
  query.after.clear();
  for (bool more = true; more;) {
    TRY(const auto page, list(sql, query));
    for (const auto& entry : page.entries) TRY_VOID(take(entry));
    more = page.more;
    if (more) query.after = page.entries.back().id;
  }
  return {};
}

Result<std::vector<Entry>> Registry::history(Sql& sql, std::string_view kind,
                                             std::string_view id) const {
  static const std::string statement = fmt::format(
      "SELECT {} FROM registry_entry WHERE kind = ? AND id = ? ORDER BY day_from, day_to, version",
      entry_columns);
  TRY(const auto rows, sql.rows(statement, {std::string(kind), std::string(id)}));
  if (rows.empty()) return std::unexpected(unknown(kind, id, ""));
  return entries_of(rows);
}

Result<std::vector<Registry::Successor>> Registry::successors(Sql& sql, std::string_view kind,
                                                              std::string_view id) const {
  TRY(const auto rows, sql.rows("SELECT successor, day FROM registry_succession WHERE kind = ? AND "
                                "id = ? ORDER BY day, successor",
                                {std::string(kind), std::string(id)}));
  return successors_of(rows);
}

Result<std::vector<Registry::Successor>> Registry::predecessors(Sql& sql, std::string_view kind,
                                                                std::string_view id) const {
  TRY(const auto rows, sql.rows("SELECT id, day FROM registry_succession WHERE kind = ? AND "
                                "successor = ? ORDER BY day, id",
                                {std::string(kind), std::string(id)}));
  return successors_of(rows);
}

}  // namespace haidang::registry
