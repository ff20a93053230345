#include "record/ledger/tables.hpp"

#include <array>
#include <chrono>
#include <limits>
#include <random>

#include <fmt/format.h>

namespace haidang::ledger {
namespace {

using std::chrono::microseconds;

// What a Time can hold.
constexpr std::int64_t most_micros = std::numeric_limits<std::int64_t>::max() / 1000;

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

class Columns {
 public:
  explicit Columns(const Row& row) : row_(row) {}

  Result<std::int64_t> integer(std::size_t column, std::string_view name) const {
    const auto* value = std::get_if<std::int64_t>(&row_.cell(column));
    if (value == nullptr) return damaged(name, "is no integer");
    return *value;
  }
  Result<std::string_view> text(std::size_t column, std::string_view name) const {
    const auto* value = std::get_if<std::string>(&row_.cell(column));
    if (value == nullptr) return damaged(name, "is no text");
    return std::string_view(*value);
  }
  Result<Digest> digest(std::size_t column, std::string_view name) const {
    TRY(const auto letters, text(column, name));
    const auto digest = digest_of(letters);
    if (!digest) return damaged(name, "is not 64 hexadecimal letters in lower case");
    return *digest;
  }
  [[nodiscard]] std::unexpected<Error> damaged(std::string_view name, std::string_view what) const {
    const auto* seq = std::get_if<std::int64_t>(&row_.cell(0));
    return fail(Error::Kind::corrupt, fmt::format("its {} {}", name, what),
                seq == nullptr ? "an act" : fmt::format("act {}", *seq));
  }

 private:
  const Row& row_;
};

Result<> read_numbers(const Columns& columns, Act& act) {
  TRY(const auto seq, columns.integer(0, "seq"));
  TRY(const auto at, columns.integer(1, "at"));
  if (seq < 1) return columns.damaged("seq", "is below 1");
  if (at < -most_micros || at > most_micros) return columns.damaged("at", "is no time");
  act.seq = static_cast<std::uint64_t>(seq);
  act.at = from_micros(at);
  return {};
}

Result<> parse_body(const Columns& columns, Act& act) {
  boost::system::error_code error;
  json::value value = json::parse(act.canonical, error);
  if (error || !value.is_object()) return columns.damaged("body", "is no JSON object");
  act.body = std::move(value.get_object());
  return {};
}

}  // namespace

std::int64_t micros(Time time) {
  return std::chrono::floor<microseconds>(time).time_since_epoch().count();
}

Time from_micros(std::int64_t count) { return Time(microseconds(count)); }

std::optional<Digest> digest_of(std::string_view hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) return {};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = nibble(hex[2 * i]);
    const int low = nibble(hex[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

Result<bool> has_table(Sql& sql, std::string_view name) {
  const auto* question = sql.dialect() == Dialect::sqlite
                             ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
                             : "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND "
                               "tablename = ?";
  TRY(const auto row, sql.row(question, {std::string(name)}));
  return row.has_value();
}

Result<bool> has_ledger(Sql& sql) { return has_table(sql, "ledger_meta"); }

Result<> create_ledger(Sql& sql, const std::string& identity) {
  // SQLite keeps a table in the order of an INTEGER key, and of no other.
  const std::string key = sql.dialect() == Dialect::sqlite ? "INTEGER" : "BIGINT";
  const std::array<std::string, 4> schema{
      "CREATE TABLE acts (seq " + key +
          " PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, unit TEXT NOT NULL, "
          "case_id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, "
          "previous TEXT NOT NULL, hash TEXT NOT NULL)",
      "CREATE INDEX acts_case ON acts (case_id, seq)",
      "CREATE TABLE ledger_projection (name TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, "
      "tables TEXT NOT NULL)",
      "CREATE TABLE ledger_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)"};
  for (const auto& statement : schema) TRY_VOID(sql.run(statement));
  constexpr auto put = "INSERT INTO ledger_meta (name, value) VALUES (?, ?)";
  TRY_VOID(sql.run(put, {std::string("identity"), identity}));
  TRY_VOID(sql.run(put, {std::string("format"), fmt::format("{}", ledger_format)}));
  return {};
}

std::string random_identity() {
  std::random_device random;
  std::string identity;
  for (int i = 0; i < 4; ++i) identity += fmt::format("{:08x}", random());
  return identity;
}

Result<std::string> read_identity(Sql& sql) {
  TRY(const bool there, has_ledger(sql));
  if (!there) return fail(Error::Kind::not_found, "there is no ledger in this database");
  std::string identity;
  TRY(const auto rows, sql.rows("SELECT name, value FROM ledger_meta"));
  for (const Row& row : rows) {
    if (row.text(0) == "identity") identity = row.text(1);
    if (row.text(0) == "format" && row.text(1) != fmt::format("{}", ledger_format))
      return invalid("the ledger is of format " + row.text(1) +
                     ", which this program does not know; use a newer one");
  }
  if (identity.empty()) return fail(Error::Kind::corrupt, "the ledger has lost its identity");
  return identity;
}

Digest genesis(std::string_view identity) {
  return sha256(fmt::format("haidang ledger 1\n{}:{}\n", identity.size(), identity));
}

Result<> insert_act(Sql& sql, const Act& act) {
  static const std::string statement =
      fmt::format("INSERT INTO acts ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", act_columns);
  TRY_VOID(
      sql.run(statement, {static_cast<std::int64_t>(act.seq), micros(act.at), act.actor, act.unit,
                          act.case_id, act.kind, act.canonical, hex(act.previous), hex(act.hash)}));
  return {};
}

Result<> read_act(const Row& row, Act& act) {
  const Columns columns(row);
  TRY_VOID(read_numbers(columns, act));
  TRY(act.actor, columns.text(2, "actor"));
  TRY(act.unit, columns.text(3, "unit"));
  TRY(act.case_id, columns.text(4, "case_id"));
  TRY(act.kind, columns.text(5, "kind"));
  TRY(act.canonical, columns.text(6, "body"));
  TRY(act.previous, columns.digest(7, "previous"));
  TRY(act.hash, columns.digest(8, "hash"));
  return {};
}

Result<Act> act_of(const Row& row, Body body) {
  Act act;
  TRY_VOID(read_act(row, act));
  if (body == Body::parsed) TRY_VOID(parse_body(Columns(row), act));
  return act;
}

Result<std::vector<Act>> acts_after(Sql& sql, std::uint64_t after, std::size_t limit) {
  static const std::string statement =
      fmt::format("SELECT {} FROM acts WHERE seq > ? ORDER BY seq LIMIT ?", act_columns);
  TRY(const auto rows,
      sql.rows(statement, {static_cast<std::int64_t>(after), static_cast<std::int64_t>(limit)}));
  std::vector<Act> acts;
  acts.reserve(rows.size());
  for (const Row& row : rows) {
    TRY(auto act, act_of(row));
    acts.push_back(std::move(act));
  }
  return acts;
}

Result<std::optional<Act>> last_act(Sql& sql) {
  static const std::string statement =
      fmt::format("SELECT {} FROM acts ORDER BY seq DESC LIMIT 1", act_columns);
  TRY(const auto row, sql.row(statement));
  if (!row) return std::nullopt;
  TRY(auto act, act_of(*row));
  return act;
}

}  // namespace haidang::ledger
