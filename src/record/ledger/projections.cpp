#include "record/ledger/projections.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <ranges>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "record/ledger/tables.hpp"

namespace haidang::ledger {
namespace {

constexpr std::size_t page = 1000;

using Some = std::vector<const Projection*>;

bool is_word(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= 60 && !(text[0] >= '0' && text[0] <= '9') &&
         std::ranges::all_of(text, fits);
}

std::string fingerprint(const Projection& projection) {
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}", projection.name, projection.version,
                                fmt::join(projection.tables, " "),
                                fmt::join(projection.schema, "\n")));
}

std::unexpected<Error> refused(const Projection& projection, const Act& act, const Error& error) {
  return fail(error.kind, fmt::format("projection {}: {}", projection.name, error.message()),
              fmt::format("act {} ({})", act.seq, act.kind));
}

// What an act holds may have been changed by somebody; reading it wrongly (boost::json throws) is
// no reason to end the verifier.
Result<> apply_one(Sql& sql, const Projection& projection, const Act& act) {
  try {
    if (auto taken = projection.apply(sql, act); !taken)
      return refused(projection, act, taken.error());
    return {};
  } catch (const std::exception& error) {
    return refused(projection, act, {Error::Kind::corrupt, error.what()});
  }
}

// Those that depend on others come later in the list, so they go first.
Result<> drop(Sql& sql, const std::vector<std::string>& tables) {
  for (const auto& table : std::views::reverse(tables))
    TRY_VOID(sql.run("DROP TABLE IF EXISTS " + table));
  return {};
}

Result<> create(Sql& sql, const Projection& projection) {
  for (const auto& statement : projection.schema)
    if (auto made = sql.run(statement); !made)
      return fail(made.error().kind, made.error().what, "schema of " + projection.name);
  return {};
}

Result<> record(Sql& sql, const Projection& projection) {
  TRY_VOID(sql.run("DELETE FROM ledger_projection WHERE name = ?", {projection.name}));
  TRY_VOID(sql.run("INSERT INTO ledger_projection (name, fingerprint, tables) VALUES (?, ?, ?)",
                   {projection.name, fingerprint(projection),
                    fmt::format("{}", fmt::join(projection.tables, " "))}));
  return {};
}

Result<> feed(Sql& sql, const Some& some, const Projections::Told& told) {
  for (std::uint64_t done = 0;;) {
    TRY(const auto acts, acts_after(sql, done, page));
    if (acts.empty()) return {};
    for (const Act& act : acts)
      for (const auto* projection : some) TRY_VOID(apply_one(sql, *projection, act));
    done = acts.back().seq;
    if (told) told(done);
  }
}

Result<> make(Sql& sql, const Some& some, const Projections::Told& told) {
  for (const auto* projection : some) {
    TRY_VOID(drop(sql, projection->tables));
    TRY_VOID(create(sql, *projection));
    TRY_VOID(record(sql, *projection));
  }
  return feed(sql, some, told);
}

struct Recorded {
  std::string fingerprint;
  std::vector<std::string> tables;
};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (const auto part : std::views::split(text, ' '))
    if (std::string word(part.begin(), part.end()); is_word(word)) out.push_back(std::move(word));
  return out;
}

Result<std::map<std::string, Recorded>> read_recorded(Sql& sql) {
  std::map<std::string, Recorded> recorded;
  TRY(const auto rows, sql.rows("SELECT name, fingerprint, tables FROM ledger_projection"));
  for (const Row& row : rows) recorded[row.text(0)] = {row.text(1), words(row.text(2))};
  return recorded;
}

Result<> check(const Projection& projection, std::set<std::string>& seen) {
  if (!is_word(projection.name) || !projection.apply)
    return invalid("a projection needs a name of a-z0-9_ and a function", projection.name);
  if (!seen.insert("projection " + projection.name).second)
    return invalid("two projections have this name", projection.name);
  for (const auto& table : projection.tables) {
    if (!is_word(table)) return invalid("not a table's name: " + table, projection.name);
    if (table == "acts" || table.starts_with("ledger_") || !seen.insert(table).second)
      return invalid("the table " + table + " is another's", projection.name);
  }
  return {};
}

}  // namespace

Result<Projections> Projections::of(std::vector<Projection> list) {
  std::set<std::string> seen;
  for (const auto& projection : list) TRY_VOID(check(projection, seen));
  return Projections(std::move(list));
}

Result<> Projections::apply(Sql& sql, const Act& act) const {
  for (const auto& projection : list_) TRY_VOID(apply_one(sql, projection, act));
  return {};
}

Result<> Projections::bring_up_to_date(Sql& sql) {
  TRY(auto recorded, read_recorded(sql));
  Some stale;
  for (const auto& projection : list_) {
    const auto found = recorded.find(projection.name);
    if (found == recorded.end() || found->second.fingerprint != fingerprint(projection)) {
      if (found != recorded.end()) TRY_VOID(drop(sql, found->second.tables));
      stale.push_back(&projection);
    }
    recorded.erase(projection.name);
  }
  for (const auto& name : std::views::keys(recorded)) strangers_.push_back(name);
  return stale.empty() ? Result<>{} : make(sql, stale, {});
}

Result<> Projections::rebuild(Sql& sql, const Told& told) const {
  Some all;
  for (const auto& projection : list_) all.push_back(&projection);
  return make(sql, all, told);
}

Result<> Projections::create_tables(Sql& sql) const {
  for (const auto& projection : list_) TRY_VOID(create(sql, projection));
  return {};
}

Result<> Projections::mark_strangers(Sql& sql) const {
  for (const auto& name : strangers_)
    TRY_VOID(
        sql.run("UPDATE ledger_projection SET fingerprint = '' WHERE name = ? AND "
                "fingerprint <> ''",
                {name}));
  return {};
}

}  // namespace haidang::ledger
