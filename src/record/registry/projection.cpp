// The registry's tables made from its acts. Acts carry all that is needed (name, unit, words to
// find by), so that a change of kinds.yml never changes what old acts come to.
#include <algorithm>
#include <string>
#include <vector>

#include "record/registry/registry.hpp"
#include "record/registry/tables.hpp"

namespace haidang::registry {
namespace {

using ledger::Act;
using ledger::Sql;

Result<std::string> text_in(const Act& act, std::string_view name) {
  const auto* const value = act.body.if_contains(name);
  if (value != nullptr && value->is_string()) return std::string(value->as_string());
  return fail(Error::Kind::corrupt, act.kind + " without the text '" + std::string(name) + "'",
              "act " + std::to_string(act.seq));
}

Result<std::int64_t> day_in(const Act& act, std::string_view name) {
  TRY(const auto text, text_in(act, name));
  TRY(const auto day, parse_day(text));
  return number_of(day);
}

Result<std::int64_t> end_in(const Act& act) {
  return act.body.contains("valid_to") ? day_in(act, "valid_to") : Result<std::int64_t>(open_end);
}

std::string words_in(const Act& act) {
  std::vector<std::string> texts;
  if (const auto* const listed = act.body.if_contains("search"); listed && listed->is_array()) {
    for (const auto& text : listed->as_array()) {
      if (text.is_string()) texts.emplace_back(text.as_string());
    }
  }
  return words_key(texts);
}

// In canonical form: an act read from the ledger and one just written order their names otherwise.
Result<std::string> fields_in(const Act& act) {
  const auto* const fields = act.body.if_contains("fields");
  return ledger::canonical_json(fields == nullptr ? json::value(json::object()) : *fields);
}

struct Key {
  std::string kind;
  std::string id;
};

Result<Key> key_in(const Act& act) {
  TRY(auto kind, text_in(act, "kind"));
  TRY(auto id, text_in(act, "id"));
  return Key{std::move(kind), std::move(id)};
}

std::int64_t seq_of(const Act& act) { return static_cast<std::int64_t>(act.seq); }

// The profile an entry came with stays with it when people change it.
Result<std::string> origin_of(Sql& sql, const Act& act, const Key& key) {
  if (act.body.contains("origin")) return text_in(act, "origin");
  TRY(const auto before,
      sql.row("SELECT origin FROM registry_entry WHERE kind = ? AND id = ? ORDER BY version DESC "
              "LIMIT 1",
              {key.kind, key.id}));
  return before ? before->text(0) : std::string();
}

// Marks the stretch that lasts longest: what a list of all, ended ones too, shows.
Result<> mark_newest(Sql& sql, const Key& key) {
  TRY_VOID(sql.run("UPDATE registry_entry SET newest = 0 WHERE kind = ? AND id = ? AND newest = 1",
                   {key.kind, key.id}));
  TRY_VOID(sql.run(
      "UPDATE registry_entry SET newest = 1 WHERE kind = ? AND id = ? AND day_to > day_from "
      "AND day_from = (SELECT MAX(other.day_from) FROM registry_entry other WHERE "
      "other.kind = ? AND other.id = ? AND other.day_to > other.day_from)",
      {key.kind, key.id, key.kind, key.id}));
  return {};
}

// What holds on the first day of a new version makes room: it ends then, or, if it began on that
// same day, it has been put right.
Result<> make_room(Sql& sql, const Act& act, const Key& key, std::int64_t from) {
  TRY_VOID(
      sql.run("UPDATE registry_entry SET day_to = day_from WHERE kind = ? AND id = ? AND "
              "day_from = ?",
              {key.kind, key.id, from}));
  TRY_VOID(
      sql.run("UPDATE registry_entry SET day_to = ?, version = ? WHERE kind = ? AND id = ? AND "
              "day_from < ? AND day_to > ?",
              {from, seq_of(act), key.kind, key.id, from, from}));
  return {};
}

// A version holds until the next one that is already known begins.
Result<std::int64_t> last_day(Sql& sql, const Key& key, std::int64_t from, std::int64_t wanted) {
  TRY(const auto next,
      sql.row("SELECT day_from FROM registry_entry WHERE kind = ? AND id = ? AND day_from > ? AND "
              "day_to > day_from ORDER BY day_from LIMIT 1",
              {key.kind, key.id, from}));
  return next ? std::min(wanted, next->integer(0)) : wanted;
}

Result<> add_heads(Sql& sql, const Key& key, const std::string& words) {
  for (auto& head : heads_of(words_of(words))) {
    TRY_VOID(
        sql.run("INSERT INTO registry_word (kind, head, id) VALUES (?, ?, ?) ON CONFLICT DO "
                "NOTHING",
                {key.kind, std::move(head), key.id}));
  }
  return {};
}

Result<> apply_put(Sql& sql, const Act& act) {
  TRY(const auto key, key_in(act));
  TRY(const auto from, day_in(act, "valid_from"));
  TRY(const auto wanted, end_in(act));
  TRY(auto origin, origin_of(sql, act, key));
  TRY(const auto origin_day,
      act.body.contains("origin_day") ? day_in(act, "origin_day") : Result<std::int64_t>(0));
  TRY(auto unit, text_in(act, "unit"));
  TRY(auto name, text_in(act, "name"));
  TRY(auto parent, text_in(act, "parent"));
  const auto words = words_in(act);
  TRY(auto fields, fields_in(act));
  TRY_VOID(add_heads(sql, key, words));
  TRY_VOID(make_room(sql, act, key, from));
  TRY(const auto to, last_day(sql, key, from, wanted));
  TRY_VOID(
      sql.run("INSERT INTO registry_entry (kind, id, version, unit, name, parent, day_from, "
              "day_to, newest, origin, origin_day, words, fields) VALUES "
              "(?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
              {key.kind, key.id, seq_of(act), std::move(unit), std::move(name), std::move(parent),
               from, to, std::move(origin), origin_day, words, std::move(fields)}));
  return mark_newest(sql, key);
}

Result<> apply_ended(Sql& sql, const Act& act) {
  TRY(const auto key, key_in(act));
  TRY(const auto to, day_in(act, "valid_to"));
  TRY_VOID(
      sql.run("UPDATE registry_entry SET day_to = day_from WHERE kind = ? AND id = ? AND "
              "day_from >= ?",
              {key.kind, key.id, to}));
  TRY_VOID(
      sql.run("UPDATE registry_entry SET day_to = ?, version = ? WHERE kind = ? AND id = ? AND "
              "day_from < ? AND day_to > ?",
              {to, seq_of(act), key.kind, key.id, to, to}));
  return mark_newest(sql, key);
}

Result<> apply_succeeded(Sql& sql, const Act& act) {
  TRY(const auto key, key_in(act));
  TRY(auto successor, text_in(act, "successor"));
  TRY(const auto day, day_in(act, "day"));
  TRY_VOID(sql.run("DELETE FROM registry_succession WHERE kind = ? AND id = ? AND successor = ?",
                   {key.kind, key.id, successor}));
  TRY_VOID(sql.run("INSERT INTO registry_succession (kind, id, successor, day) VALUES (?, ?, ?, ?)",
                   {key.kind, key.id, std::move(successor), day}));
  return {};
}

Result<> apply(Sql& sql, const Act& act) {
  if (act.kind == "registry.put") return apply_put(sql, act);
  if (act.kind == "registry.ended") return apply_ended(sql, act);
  if (act.kind == "registry.succeeded") return apply_succeeded(sql, act);
  return {};  // another module's act
}

}  // namespace

// PERF: registry_entry_found holds all that a search looks at, so that entries are scanned without
// touching their fields; even so 100,000 take 60 ms, so rare words are looked up in registry_word
// (speed_test.cpp measures both).
ledger::Projection projection(const Kinds& /*kinds*/) {
  return {.name = "registry",
          .version = 1,
          .tables = {"registry_entry", "registry_succession", "registry_word"},
          .schema =
              {"CREATE TABLE registry_entry (kind TEXT NOT NULL, id TEXT NOT NULL, version BIGINT "
               "NOT NULL, unit TEXT NOT NULL, name TEXT NOT NULL, parent TEXT NOT NULL, day_from "
               "BIGINT NOT NULL, day_to BIGINT NOT NULL, newest BIGINT NOT NULL, origin TEXT NOT "
               "NULL, origin_day BIGINT NOT NULL, words TEXT NOT NULL, fields TEXT NOT NULL, "
               "PRIMARY KEY (kind, id, version, "
               "day_from))",
               "CREATE INDEX registry_entry_found ON registry_entry (kind, id, day_from, day_to, "
               "newest, words)",
               "CREATE INDEX registry_entry_unit ON registry_entry (kind, unit, id)",
               "CREATE INDEX registry_entry_parent ON registry_entry (kind, parent, id)",
               "CREATE INDEX registry_entry_origin ON registry_entry (origin, kind, id)",
               "CREATE TABLE registry_succession (kind TEXT NOT NULL, id TEXT NOT NULL, successor "
               "TEXT NOT NULL, day BIGINT NOT NULL, PRIMARY KEY (kind, id, successor))",
               "CREATE TABLE registry_word (kind TEXT NOT NULL, head TEXT NOT NULL, id TEXT NOT "
               "NULL, PRIMARY KEY (kind, head, id))"},
          .apply = apply};
}

}  // namespace haidang::registry
