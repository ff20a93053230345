#include "record/procedure/case_store.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace haidang::procedure {
namespace {

using ledger::Row;

Result<json::value> stored_json(const std::string& text, std::string_view id) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error) return fail(Error::Kind::corrupt, "fields are not JSON", "case " + std::string(id));
  return value;
}

Result<Case> head_of(const Row& row) {
  Case out{.id = row.text(0), .number = row.text(1), .procedure = row.text(2)};
  out.defined = static_cast<std::uint32_t>(row.integer(3));
  out.version = static_cast<std::uint64_t>(row.integer(4));
  out.opened = static_cast<std::uint64_t>(row.integer(5));
  out.regime = row.text(6);
  out.state = row.text(7);
  out.ended = row.integer(8) != 0;
  out.subject = row.text(9);
  out.subject_name = row.text(10);
  TRY(const auto fields, stored_json(row.text(11), out.id));
  if (fields.is_object()) out.fields = fields.get_object();
  TRY(const auto given, stored_json(row.text(12), out.id));
  if (given.is_array())
    for (const auto& name : given.get_array()) out.given.emplace(name.as_string());
  out.opened_by = row.text(13);
  out.opened_unit = row.text(14);
  out.opened_at = from_micros(row.integer(15));
  out.changed_at = from_micros(row.integer(16));
  out.secret_sha256 = row.text(17);
  return out;
}

RunningClock clock_of(const Row& row) {
  RunningClock out{.clock = row.text(0), .run = row.integer(1)};
  out.from = from_micros(row.integer(2));
  out.due = from_micros(row.integer(3));
  out.fired = row.integer(4);
  if (!row.is_null(5)) out.next = from_micros(row.integer(5));
  out.running = row.integer(6) != 0;
  return out;
}

// Each part of a case: a query by its id and what becomes of a row.
struct Part {
  std::string_view query;
  void (*take)(Case&, const Row&);
};

constexpr Part parts[] = {
    {"SELECT party, unit FROM proc_party WHERE case_id = ? ORDER BY party, unit",
     [](Case& c, const Row& r) { c.members.push_back({r.text(0), r.text(1)}); }},
    {"SELECT clock, run, from_us, due_us, fired, next_us, running FROM proc_clock "
     "WHERE case_id = ? ORDER BY clock",
     [](Case& c, const Row& r) { c.clocks.push_back(clock_of(r)); }},
    {"SELECT action, party, unit, actor, at_us FROM proc_done WHERE case_id = ? ORDER BY seq",
     [](Case& c, const Row& r) {
       c.done.push_back({r.text(0), r.text(1), r.text(2), r.text(3), from_micros(r.integer(4))});
     }},
    {"SELECT kind, sha256, filename, unit, at_us FROM proc_document WHERE case_id = ? "
     "ORDER BY seq, kind, sha256",
     [](Case& c, const Row& r) {
       c.papers.push_back({r.text(0), r.text(1), r.text(2), r.text(3), from_micros(r.integer(4))});
     }},
    {"SELECT other, how, outward FROM proc_link WHERE case_id = ? ORDER BY other, how, outward",
     [](Case& c, const Row& r) { c.ties.push_back({r.text(0), r.text(1), r.integer(2) != 0}); }},
    {"SELECT account, unit, city FROM proc_watcher WHERE case_id = ? ORDER BY account",
     [](Case& c, const Row& r) {
       c.watchers.push_back({r.text(0), r.text(1), r.integer(2) != 0});
     }},
    {"SELECT party, field FROM proc_shown WHERE case_id = ? ORDER BY party, field",
     [](Case& c, const Row& r) { c.shown[r.text(0)].insert(r.text(1)); }},
    {"SELECT kind FROM proc_evidence WHERE case_id = ? ORDER BY kind",
     [](Case& c, const Row& r) { c.evidence.insert(r.text(0)); }},
    {"SELECT party, next_step FROM proc_told WHERE case_id = ? ORDER BY party",
     [](Case& c, const Row& r) { c.told[r.text(0)] = r.integer(1); }},
};

}  // namespace

bool Case::is_member(std::string_view party, std::string_view unit) const {
  return !unit.empty() && std::ranges::any_of(members, [&](const Member& m) {
    return m.party == party && m.unit == unit;
  });
}

std::vector<std::string> Case::units_of(std::string_view party) const {
  std::vector<std::string> out;
  for (const auto& member : members)
    if (member.party == party) out.push_back(member.unit);
  return out;
}

std::vector<std::string> Case::parties_of(std::string_view unit) const {
  std::vector<std::string> out;
  if (unit.empty()) return out;
  for (const auto& member : members)
    if (member.unit == unit) out.push_back(member.party);
  return out;
}

RunningClock* Case::clock(std::string_view name) {
  const auto at = std::ranges::find(clocks, name, &RunningClock::clock);
  return at == clocks.end() ? nullptr : &*at;
}

const json::value* Case::value(std::string_view field) const {
  const auto* found = fields.if_contains(field);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string Case::text(std::string_view field) const {
  const auto* found = value(field);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

std::int64_t micros(Time time) {
  return std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count();
}

Time from_micros(std::int64_t value) { return Time(std::chrono::microseconds(value)); }

Result<Case> load_case(ledger::Sql& sql, std::string_view id) {
  const ledger::Cells key{std::string(id)};
  TRY(const auto row,
      sql.row("SELECT id, number, procedure, defined, version, opened, regime, state, ended, "
              "subject, subject_name, fields, given, opened_by, opened_unit, opened_us, "
              "changed_us, secret_sha256 FROM proc_case WHERE id = ?",
              key));
  if (!row) return fail(Error::Kind::not_found, "no such case");
  TRY(auto out, head_of(*row));
  for (const auto& part : parts) {
    TRY_VOID(sql.each(part.query, key, [&](const Row& each) -> Result<> {
      part.take(out, each);
      return {};
    }));
  }
  return out;
}

}  // namespace haidang::procedure
