// The tables of cases, made from acts alone: see docs in README.md, "The acts".
#include <array>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "record/procedure/case_store.hpp"
#include "record/procedure/engine.hpp"
#include "record/procedure/uploads.hpp"

namespace haidang::procedure {
namespace {

using ledger::Act;
using ledger::Cell;
using ledger::Cells;
using ledger::Sql;

// --- Reading bodies: what we wrote ourselves; a lack of it is a damaged act -----------------

std::string text_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::int64_t number_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return 0;
  if (value->is_uint64()) return static_cast<std::int64_t>(value->get_uint64());
  return value->is_int64() ? value->get_int64() : 0;
}

bool flag_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::array& list_in(const json::object& body, std::string_view key) {
  static const json::array none;
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

const json::object& object_in(const json::object& body, std::string_view key) {
  static const json::object none;
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

std::unexpected<Error> damaged(const Act& act, std::string_view what) {
  return fail(Error::Kind::corrupt, std::string(what), "act " + std::to_string(act.seq));
}

Result<Cell> moment_in(const Act& act, const json::object& part, std::string_view key) {
  const auto text = text_in(part, key);
  if (text.empty()) return Cell{};
  const auto time = parse_time(text);
  if (!time) return damaged(act, std::string(key) + " is not a time");
  return Cell{micros(*time)};
}

std::int64_t seq_of(const Act& act) { return static_cast<std::int64_t>(act.seq); }

// --- Definitions ------------------------------------------------------------------------------

Result<> define(Sql& sql, const Act& act) {
  TRY(auto uses, ledger::canonical_json(object_in(act.body, "uses")));
  TRY_VOID(sql.run(
      "INSERT INTO proc_definition (name, version, sha256, source, uses, seq) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      {text_in(act.body, "name"), number_in(act.body, "version"), text_in(act.body, "sha256"),
       text_in(act.body, "text"), std::move(uses), seq_of(act)}));
  return {};
}

// --- Parts of a change, each a list in the body ---------------------------------------------

Result<> join(Sql& sql, const Act& act, const json::object& part) {
  TRY_VOID(sql.run("INSERT INTO proc_party (case_id, party, unit, seq) VALUES (?, ?, ?, ?)",
                   {act.case_id, text_in(part, "party"), text_in(part, "unit"), seq_of(act)}));
  return {};
}

Result<> leave(Sql& sql, const Act& act, const json::object& part) {
  TRY_VOID(sql.run("DELETE FROM proc_party WHERE case_id = ? AND party = ? AND unit = ?",
                   {act.case_id, text_in(part, "party"), text_in(part, "unit")}));
  return {};
}

Result<> stop_clock(Sql& sql, const Act& act, const json::object& part) {
  TRY_VOID(
      sql.run("UPDATE proc_clock SET running = 0, next_us = NULL, stopped_us = ? "
              "WHERE case_id = ? AND clock = ?",
              {micros(act.at), act.case_id, text_in(part, "clock")}));
  return {};
}

Result<> start_clock(Sql& sql, const Act& act, const json::object& part) {
  TRY(const auto from, moment_in(act, part, "from"));
  TRY(const auto due, moment_in(act, part, "due"));
  TRY_VOID(sql.run("DELETE FROM proc_clock WHERE case_id = ? AND clock = ?",
                   {act.case_id, text_in(part, "clock")}));
  TRY_VOID(
      sql.run("INSERT INTO proc_clock (case_id, clock, run, started_us, from_us, due_us, "
              "fired, next_us, running) VALUES (?, ?, ?, ?, ?, ?, 0, ?, 1)",
              {act.case_id, text_in(part, "clock"), number_in(part, "run"), micros(act.at), from,
               due, due}));
  return {};
}

Result<> add_document(Sql& sql, const Act& act, const json::object& part) {
  TRY_VOID(
      sql.run("INSERT INTO proc_document (case_id, kind, sha256, filename, unit, actor, "
              "at_us, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
              {act.case_id, text_in(part, "kind"), text_in(part, "sha256"),
               text_in(part, "filename"), act.unit, act.actor, micros(act.at), seq_of(act)}));
  return {};
}

Result<> add_link(Sql& sql, const Act& act, const json::object& part) {
  TRY_VOID(
      sql.run("INSERT INTO proc_link (case_id, other, how, outward, seq) "
              "VALUES (?, ?, ?, ?, ?)",
              {act.case_id, text_in(part, "case"), text_in(part, "how"),
               std::int64_t{flag_in(part, "out")}, seq_of(act)}));
  return {};
}

Result<> show(Sql& sql, const Act& act, const json::object& part) {
  for (const auto& field : list_in(part, "fields"))
    TRY_VOID(
        sql.run("INSERT INTO proc_shown (case_id, party, field) VALUES (?, ?, ?) "
                "ON CONFLICT (case_id, party, field) DO NOTHING",
                {act.case_id, text_in(part, "party"), std::string(field.as_string())}));
  return {};
}

Result<> require(Sql& sql, const Act& act, const json::object& part) {
  TRY_VOID(
      sql.run("INSERT INTO proc_evidence (case_id, kind) VALUES (?, ?) "
              "ON CONFLICT (case_id, kind) DO NOTHING",
              {act.case_id, text_in(part, "kind")}));
  return {};
}

struct Change {
  std::string_view list;
  Result<> (*take)(Sql&, const Act&, const json::object&);
};

// In this order: a clock stopped and started by one act runs.
constexpr std::array changes{
    Change{"parties_left", leave},
    Change{"parties_joined", join},
    Change{"clocks_stopped", stop_clock},
    Change{"clocks_started", start_clock},
    Change{"documents", add_document},
    Change{"links", add_link},
    Change{"shown", show},
    Change{"evidence_required", require},
};

Result<> take_lists(Sql& sql, const Act& act) {
  for (const auto& change : changes)
    for (const auto& part : list_in(act.body, change.list)) {
      if (!part.is_object()) return damaged(act, std::string(change.list) + " holds no objects");
      TRY_VOID(change.take(sql, act, part.get_object()));
    }
  return {};
}

// --- The case itself ----------------------------------------------------------------------------

Result<json::object> stored_fields(Sql& sql, const Act& act, std::string& summary_field) {
  TRY(const auto row,
      sql.row("SELECT fields, summary_field FROM proc_case WHERE id = ?", {act.case_id}));
  if (!row) return damaged(act, "an act on a case that was never opened");
  summary_field = row->text(1);
  boost::system::error_code error;
  auto value = json::parse(row->text(0), error);
  if (error || !value.is_object()) return damaged(act, "the fields of its case are not JSON");
  return std::move(value.get_object());
}

void merge(json::object& fields, const json::object& set) {
  for (const auto& [name, value] : set) {
    if (value.is_null())
      fields.erase(name);
    else
      fields.insert_or_assign(name, value);
  }
}

Result<> set_fields(Sql& sql, const Act& act) {
  const auto& set = object_in(act.body, "set");
  if (set.empty()) return {};
  std::string summary_field;
  TRY(auto fields, stored_fields(sql, act, summary_field));
  merge(fields, set);
  // Canonical: in the order a rebuild would give, whatever order they came in.
  TRY(auto text, ledger::canonical_json(fields));
  TRY_VOID(sql.run("UPDATE proc_case SET fields = ? WHERE id = ?", {std::move(text), act.case_id}));
  if (!set.contains(summary_field)) return {};
  const auto summary = text_in(fields, summary_field);
  TRY_VOID(sql.run("UPDATE proc_case SET summary = ?, search = number_folded || ? WHERE id = ?",
                   {summary, " " + text::fold(summary), act.case_id}));
  return {};
}

Result<> set_state(Sql& sql, const Act& act) {
  if (!act.body.contains("state")) return {};
  TRY_VOID(
      sql.run("UPDATE proc_case SET state = ?, ended = ? WHERE id = ?",
              {text_in(act.body, "state"), std::int64_t{flag_in(act.body, "ended")}, act.case_id}));
  return {};
}

// What lists filter by, kept beside the parts it is made from.
Result<> summarise(Sql& sql, const Act& act) {
  TRY_VOID(
      sql.run("UPDATE proc_case SET "
              "overdue = (SELECT COUNT(*) FROM proc_clock k WHERE k.case_id = proc_case.id "
              "AND k.running = 1 AND k.fired > 0), "
              "next_us = (SELECT MIN(k.next_us) FROM proc_clock k WHERE k.case_id = proc_case.id) "
              "WHERE id = ?",
              {act.case_id}));
  TRY_VOID(sql.run("DELETE FROM proc_unit WHERE case_id = ?", {act.case_id}));
  TRY_VOID(
      sql.run("INSERT INTO proc_unit (unit, opened, case_id) "
              "SELECT DISTINCT p.unit, c.opened, c.id FROM proc_party p "
              "JOIN proc_case c ON c.id = p.case_id WHERE p.case_id = ? AND p.unit <> ''",
              {act.case_id}));
  return {};
}

bool has_any(const Act& act, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys)
    if (act.body.contains(key)) return true;
  return false;
}

// An act that made a new version of its case.
Result<> change(Sql& sql, const Act& act) {
  TRY_VOID(sql.run("UPDATE proc_case SET version = ?, changed_us = ? WHERE id = ?",
                   {number_in(act.body, "version"), micros(act.at), act.case_id}));
  TRY_VOID(set_fields(sql, act));
  TRY_VOID(set_state(sql, act));
  TRY_VOID(take_lists(sql, act));
  // PERF: most comments and documents touch neither; 2 of 6 statements saved.
  if (has_any(act, {"parties_joined", "parties_left", "clocks_started", "clocks_stopped", "clock"}))
    return summarise(sql, act);
  return {};
}

Result<> count_series(Sql& sql, const Act& act) {
  TRY_VOID(sql.run(
      "INSERT INTO proc_series (series, year, last) VALUES (?, ?, ?) "
      "ON CONFLICT (series, year) DO UPDATE SET last = excluded.last",
      {text_in(act.body, "series"), number_in(act.body, "year"), number_in(act.body, "n")}));
  return {};
}

Result<> keep_key(Sql& sql, const Act& act) {
  const auto& key = object_in(act.body, "idempotency");
  if (key.empty()) return {};
  TRY_VOID(sql.run("INSERT INTO proc_key (actor, idem, request, case_id) VALUES (?, ?, ?, ?)",
                   {act.actor, text_in(key, "key"), text_in(key, "request"), act.case_id}));
  return {};
}

Result<> open(Sql& sql, const Act& act) {
  const auto& body = act.body;
  const auto number = text_in(body, "number");
  const auto folded = text::fold(number);
  const auto search =
      folded + " " + text::fold(text_in(object_in(body, "set"), text_in(body, "summary_field")));
  TRY_VOID(sql.run(
      "INSERT INTO proc_case (id, opened, number, number_folded, search, procedure, defined, "
      "version, regime, state, ended, subject, subject_name, summary_field, summary, fields, "
      "given, opened_by, opened_unit, opened_us, changed_us, secret_sha256, overdue) VALUES "
      "(?, ?, ?, ?, ?, ?, ?, 0, ?, '', 0, ?, ?, ?, '', '{}', ?, ?, ?, ?, ?, ?, 0)",
      {act.case_id, seq_of(act), number, folded, search, text_in(body, "procedure"),
       number_in(body, "definition"), text_in(body, "regime"), text_in(body, "subject"),
       text_in(body, "subject_name"), text_in(body, "summary_field"),
       json::serialize(list_in(body, "given")), act.actor, act.unit, micros(act.at), micros(act.at),
       text_in(body, "secret_sha256")}));
  TRY_VOID(count_series(sql, act));
  TRY_VOID(keep_key(sql, act));
  return change(sql, act);
}

Result<> acted(Sql& sql, const Act& act) {
  TRY_VOID(
      sql.run("INSERT INTO proc_done (case_id, seq, action, party, unit, actor, at_us) "
              "VALUES (?, ?, ?, ?, ?, ?, ?)",
              {act.case_id, seq_of(act), text_in(act.body, "action"), text_in(act.body, "party"),
               act.unit, act.actor, micros(act.at)}));
  return change(sql, act);
}

Result<> fired(Sql& sql, const Act& act) {
  TRY(const auto next, moment_in(act, act.body, "next"));
  TRY_VOID(sql.run("UPDATE proc_clock SET fired = ?, next_us = ? WHERE case_id = ? AND clock = ?",
                   {number_in(act.body, "n"), next, act.case_id, text_in(act.body, "clock")}));
  return change(sql, act);
}

Result<> notified(Sql& sql, const Act& act) {
  const auto party = text_in(act.body, "party");
  if (party.empty() || !act.body.contains("next_step")) return {};
  TRY_VOID(
      sql.run("INSERT INTO proc_told (case_id, party, next_step, seq) VALUES (?, ?, ?, ?) "
              "ON CONFLICT (case_id, party) DO UPDATE SET next_step = excluded.next_step, "
              "seq = excluded.seq",
              {act.case_id, party, number_in(act.body, "next_step"), seq_of(act)}));
  return {};
}

Result<> watched(Sql& sql, const Act& act) {
  TRY_VOID(sql.run("DELETE FROM proc_watcher WHERE case_id = ? AND account = ?",
                   {act.case_id, act.actor}));
  if (!flag_in(act.body, "on")) return {};
  TRY_VOID(sql.run("INSERT INTO proc_watcher (case_id, account, unit, city) VALUES (?, ?, ?, ?)",
                   {act.case_id, act.actor, act.unit, std::int64_t{flag_in(act.body, "city")}}));
  return {};
}

struct Kind {
  std::string_view kind;
  Result<> (*take)(Sql&, const Act&);
};

constexpr std::array kinds{
    Kind{"case.opened", open},       Kind{"case.acted", acted},   Kind{"case.commented", change},
    Kind{"case.attached", change},   Kind{"case.linked", change}, Kind{"case.watched", watched},
    Kind{"case.notified", notified}, Kind{"clock.fired", fired},
};

Result<> apply(Sql& sql, const Act& act) {
  if (act.kind == "procedure.defined") return define(sql, act);
  if (act.kind == upload_kind) return take_upload(sql, act);
  for (const auto& [kind, take] : kinds) {
    if (kind != act.kind) continue;
    TRY_VOID(take(sql, act));
    TRY_VOID(
        sql.run("INSERT INTO proc_event (case_id, seq) VALUES (?, ?)", {act.case_id, seq_of(act)}));
    return {};
  }
  return {};  // another module's act
}

std::vector<std::string> case_schema() {
  return {
      "CREATE TABLE proc_definition (name TEXT NOT NULL, version BIGINT NOT NULL, "
      "sha256 TEXT NOT NULL, source TEXT NOT NULL, uses TEXT NOT NULL, seq BIGINT NOT NULL, "
      "PRIMARY KEY (name, version))",
      "CREATE TABLE proc_case (id TEXT PRIMARY KEY, opened BIGINT NOT NULL, "
      "number TEXT NOT NULL, number_folded TEXT NOT NULL, search TEXT NOT NULL, "
      "procedure TEXT NOT NULL, defined BIGINT NOT NULL, version BIGINT NOT NULL, "
      "regime TEXT NOT NULL, state TEXT NOT NULL, ended BIGINT NOT NULL, subject TEXT NOT NULL, "
      "subject_name TEXT NOT NULL, summary_field TEXT NOT NULL, summary TEXT NOT NULL, "
      "fields TEXT NOT NULL, given TEXT NOT NULL, opened_by TEXT NOT NULL, "
      "opened_unit TEXT NOT NULL, opened_us BIGINT NOT NULL, changed_us BIGINT NOT NULL, "
      "secret_sha256 TEXT NOT NULL, overdue BIGINT NOT NULL, next_us BIGINT)",
      "CREATE UNIQUE INDEX proc_case_opened ON proc_case (opened)",
      "CREATE UNIQUE INDEX proc_case_number ON proc_case (number)",
      "CREATE INDEX proc_case_procedure ON proc_case (procedure, opened)",
      "CREATE INDEX proc_case_state ON proc_case (procedure, state, opened)",
      "CREATE INDEX proc_case_ended ON proc_case (ended, opened)",
      "CREATE INDEX proc_case_by ON proc_case (opened_by, opened)",
      "CREATE TABLE proc_unit (unit TEXT NOT NULL, opened BIGINT NOT NULL, case_id TEXT NOT NULL, "
      "PRIMARY KEY (unit, opened))",
      "CREATE INDEX proc_unit_case ON proc_unit (case_id)",
      "CREATE TABLE proc_party (case_id TEXT NOT NULL, party TEXT NOT NULL, unit TEXT NOT NULL, "
      "seq BIGINT NOT NULL, PRIMARY KEY (case_id, party, unit))",
      "CREATE TABLE proc_clock (case_id TEXT NOT NULL, clock TEXT NOT NULL, run BIGINT NOT NULL, "
      "started_us BIGINT NOT NULL, from_us BIGINT NOT NULL, due_us BIGINT NOT NULL, "
      "fired BIGINT NOT NULL, next_us BIGINT, running BIGINT NOT NULL, stopped_us BIGINT, "
      "PRIMARY KEY (case_id, clock))",
      "CREATE INDEX proc_clock_next ON proc_clock (next_us)",
      "CREATE TABLE proc_done (case_id TEXT NOT NULL, seq BIGINT NOT NULL, action TEXT NOT NULL, "
      "party TEXT NOT NULL, unit TEXT NOT NULL, actor TEXT NOT NULL, at_us BIGINT NOT NULL, "
      "PRIMARY KEY (case_id, seq))",
      "CREATE TABLE proc_document (case_id TEXT NOT NULL, kind TEXT NOT NULL, "
      "sha256 TEXT NOT NULL, filename TEXT NOT NULL, unit TEXT NOT NULL, actor TEXT NOT NULL, "
      "at_us BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (case_id, kind, sha256))",
      "CREATE TABLE proc_link (case_id TEXT NOT NULL, other TEXT NOT NULL, how TEXT NOT NULL, "
      "outward BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (case_id, other, how, outward))",
      "CREATE TABLE proc_watcher (case_id TEXT NOT NULL, account TEXT NOT NULL, "
      "unit TEXT NOT NULL, city BIGINT NOT NULL, PRIMARY KEY (case_id, account))",
      "CREATE TABLE proc_shown (case_id TEXT NOT NULL, party TEXT NOT NULL, field TEXT NOT NULL, "
      "PRIMARY KEY (case_id, party, field))",
      "CREATE TABLE proc_evidence (case_id TEXT NOT NULL, kind TEXT NOT NULL, "
      "PRIMARY KEY (case_id, kind))",
      "CREATE TABLE proc_told (case_id TEXT NOT NULL, party TEXT NOT NULL, "
      "next_step BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (case_id, party))",
      "CREATE TABLE proc_series (series TEXT NOT NULL, year BIGINT NOT NULL, "
      "last BIGINT NOT NULL, PRIMARY KEY (series, year))",
      "CREATE TABLE proc_key (actor TEXT NOT NULL, idem TEXT NOT NULL, request TEXT NOT NULL, "
      "case_id TEXT NOT NULL, PRIMARY KEY (actor, idem))",
      "CREATE TABLE proc_event (case_id TEXT NOT NULL, seq BIGINT NOT NULL, "
      "PRIMARY KEY (case_id, seq))",
  };
}

std::vector<std::string> schema() {
  auto out = case_schema();
  for (auto& statement : upload_schema()) out.push_back(std::move(statement));
  return out;
}

}  // namespace

ledger::Projection projection() {
  return {.name = "procedure",
          .version = 1,
          .tables = {"proc_definition", "proc_case", "proc_unit", "proc_party", "proc_clock",
                     "proc_done", "proc_document", "proc_link", "proc_watcher", "proc_shown",
                     "proc_evidence", "proc_told", "proc_series", "proc_key", "proc_event",
                     "proc_upload"},
          .schema = schema(),
          .apply = apply};
}

}  // namespace haidang::procedure
