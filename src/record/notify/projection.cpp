// Acts "notice.*" -> table notify_outbox.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "record/notify/notify.hpp"

namespace haidang::notify {
namespace {

namespace json = boost::json;
using ledger::Act;
using ledger::Sql;

std::int64_t micros(Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

Result<std::string> text_of(const Act& act, std::string_view key) {
  const auto* value = act.body.if_contains(key);
  if (value != nullptr && value->is_string()) return std::string(value->get_string());
  return invalid(fmt::format("act {} ({}) lacks '{}'", act.seq, act.kind, key));
}

Result<std::int64_t> attempt_of(const Act& act) {
  const auto* value = act.body.if_contains("attempt");
  if (value != nullptr && value->is_int64()) return value->get_int64();
  return invalid(fmt::format("act {} ({}) lacks 'attempt'", act.seq, act.kind));
}

// Changes the notice that the act names.
Result<> change(Sql& sql, const Act& act, std::string_view statement, ledger::Cells values) {
  TRY(std::string id, text_of(act, "id"));
  values.emplace_back(std::move(id));
  TRY(const std::uint64_t changed, sql.run(statement, values));
  if (changed == 1) return {};
  return invalid(fmt::format("act {} ({}) names no notice that was queued", act.seq, act.kind));
}

Result<> apply_queued(Sql& sql, const Act& act) {
  const std::int64_t at = micros(act.at);
  ledger::Cells cells;
  for (const std::string_view key :
       {"id", "template", "reason", "name", "account", "channel", "address", "language"}) {
    TRY(std::string text, text_of(act, key));
    cells.emplace_back(std::move(text));
  }
  const auto* values = act.body.if_contains("values");
  if (values == nullptr) return invalid(fmt::format("act {} lacks 'values'", act.seq));
  TRY(std::string canonical, ledger::canonical_json(*values));
  for (ledger::Cell cell : ledger::Cells{std::move(canonical), act.case_id, act.unit,
                                         static_cast<std::int64_t>(act.seq), at, at, at}) {
    cells.push_back(std::move(cell));
  }
  TRY([[maybe_unused]] const auto rows,
      sql.run("INSERT INTO notify_outbox (id, template, reason, name, account, channel, address, "
              "language, filled_with, case_id, unit, seq, queued, since, next_attempt, state, "
              "attempts, last_error) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, '')",
              cells));
  return {};
}

Result<> apply_sent(Sql& sql, const Act& act) {
  TRY(const std::int64_t attempt, attempt_of(act));
  return change(sql, act,
                "UPDATE notify_outbox SET state = 'sent', attempts = ?, sent = ?, "
                "next_attempt = NULL, last_error = '' WHERE id = ?",
                {attempt, micros(act.at)});
}

Result<> apply_failed(Sql& sql, const Act& act) {
  TRY(const std::int64_t attempt, attempt_of(act));
  TRY(std::string error, text_of(act, "error"));
  TRY(const std::string next, text_of(act, "next_attempt"));
  TRY(const Time at, parse_time(next));
  return change(sql, act,
                "UPDATE notify_outbox SET state = 'failed', attempts = ?, last_error = ?, "
                "next_attempt = ? WHERE id = ?",
                {attempt, std::move(error), micros(at)});
}

Result<> apply_dead(Sql& sql, const Act& act) {
  TRY(const std::int64_t attempt, attempt_of(act));
  TRY(std::string error, text_of(act, "error"));
  return change(sql, act,
                "UPDATE notify_outbox SET state = 'dead', attempts = ?, last_error = ?, "
                "next_attempt = NULL WHERE id = ?",
                {attempt, std::move(error)});
}

Result<> apply_read(Sql& sql, const Act& act) {
  return change(sql, act, "UPDATE notify_outbox SET read_at = COALESCE(read_at, ?) WHERE id = ?",
                {micros(act.at)});
}

Result<> apply_acknowledged(Sql& sql, const Act& act) {
  return change(sql, act,
                "UPDATE notify_outbox SET read_at = COALESCE(read_at, ?), "
                "acknowledged = COALESCE(acknowledged, ?) WHERE id = ?",
                {micros(act.at), micros(act.at)});
}

Result<> apply_retried(Sql& sql, const Act& act) {
  return change(sql, act,
                "UPDATE notify_outbox SET state = 'queued', attempts = 0, since = ?, "
                "next_attempt = ? WHERE id = ?",
                {micros(act.at), micros(act.at)});
}

struct Taker {
  std::string_view kind;
  Result<> (*apply)(Sql&, const Act&);
};
constexpr std::array takers{
    Taker{"notice.queued", apply_queued},   Taker{"notice.sent", apply_sent},
    Taker{"notice.failed", apply_failed},   Taker{"notice.dead", apply_dead},
    Taker{"notice.read", apply_read},       Taker{"notice.acknowledged", apply_acknowledged},
    Taker{"notice.retried", apply_retried},
};

Result<> apply(Sql& sql, const Act& act) {
  if (!act.kind.starts_with("notice.")) return {};
  const auto taker = std::ranges::find(takers, std::string_view(act.kind), &Taker::kind);
  if (taker == takers.end()) {
    return invalid(fmt::format("act {}: '{}' is no act on notices", act.seq, act.kind));
  }
  return taker->apply(sql, act);
}

}  // namespace

ledger::Projection projection() {
  return {.name = "notify",
          .version = 1,
          .tables = {"notify_outbox"},
          .schema = {"CREATE TABLE notify_outbox ("
                     "id TEXT PRIMARY KEY, seq BIGINT NOT NULL, template TEXT NOT NULL, "
                     "case_id TEXT NOT NULL, unit TEXT NOT NULL, reason TEXT NOT NULL, "
                     "name TEXT NOT NULL, account TEXT NOT NULL, channel TEXT NOT NULL, "
                     "address TEXT NOT NULL, language TEXT NOT NULL, filled_with TEXT NOT NULL, "
                     "state TEXT NOT NULL, attempts BIGINT NOT NULL, queued BIGINT NOT NULL, "
                     "since BIGINT NOT NULL, sent BIGINT, read_at BIGINT, acknowledged BIGINT, "
                     "next_attempt BIGINT, last_error TEXT NOT NULL)",
                     "CREATE INDEX notify_outbox_due ON notify_outbox (channel, next_attempt) "
                     "WHERE next_attempt IS NOT NULL",
                     "CREATE INDEX notify_outbox_state ON notify_outbox (state, seq)",
                     "CREATE INDEX notify_outbox_case ON notify_outbox (case_id, seq)",
                     "CREATE INDEX notify_outbox_unit ON notify_outbox (unit, seq)",
                     "CREATE UNIQUE INDEX notify_outbox_seq ON notify_outbox (seq)"},
          .apply = apply};
}

}  // namespace haidang::notify
