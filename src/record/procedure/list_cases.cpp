// Lists of cases: one query on summary columns, newest first, pages by the act that opened.
//
// PERF: no JSON of fields is read and no case is loaded; the scope is a join on proc_unit, whose
// key is (unit, opened), so that a page of 50 reads 50 rows.
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "record/procedure/views.hpp"

namespace haidang::procedure {
namespace {

constexpr std::size_t most_listed = 200;
constexpr std::size_t most_search = 200;

struct Query {
  std::string joins{};
  std::string where{};
  ledger::Cells joined{};  // values of `joins`, then of `where`
  ledger::Cells values{};

  void must(std::string_view test, ledger::Cell value) {
    where += where.empty() ? " WHERE " : " AND ";
    where += test;
    values.push_back(std::move(value));
  }
  void must(std::string_view test) {
    where += where.empty() ? " WHERE " : " AND ";
    where += test;
  }
};

void limit_to_scope(Query& query, access::Scope scope, const access::Principal& who) {
  switch (scope) {
    case access::Scope::city:
      query.joins += " LEFT JOIN proc_unit mine ON mine.unit = ? AND mine.opened = c.opened";
      query.joined.emplace_back(who.unit);
      return;
    case access::Scope::unit:
    case access::Scope::party:
      query.joins += " JOIN proc_unit mine ON mine.unit = ? AND mine.opened = c.opened";
      query.joined.emplace_back(who.unit);
      return;
    case access::Scope::self: query.must("c.opened_by = ?", who.account); return;
  }
}

// For LIKE … ESCAPE '!': the text's own signs mean themselves.
std::string pattern_of(std::string_view text) {
  std::string out = "%";
  for (const char c : text::fold(text.substr(0, most_search))) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out + "%";
}

Result<> turn_page(Query& query, const std::string& after) {
  if (after.empty()) return {};
  std::int64_t opened = 0;
  const auto* end = after.data() + after.size();
  const auto [stop, error] = std::from_chars(after.data(), end, opened);
  if (error != std::errc{} || stop != end || opened <= 0)
    return invalid("is not a cursor of this list", "/after");
  query.must("c.opened < ?", opened);
  return {};
}

void apply_filter(Query& query, const CaseFilter& filter) {
  if (filter.procedure) query.must("c.procedure = ?", *filter.procedure);
  if (filter.state) query.must("c.state = ?", *filter.state);
  if (filter.open) query.must("c.ended = ?", std::int64_t{*filter.open ? 0 : 1});
  if (filter.overdue) query.must(*filter.overdue ? "c.overdue > 0" : "c.overdue = 0");
  if (!filter.text.empty()) query.must("c.search LIKE ? ESCAPE '!'", pattern_of(filter.text));
  if (!filter.unit) return;
  query.joins += " JOIN proc_unit theirs ON theirs.unit = ? AND theirs.opened = c.opened";
  query.joined.emplace_back(*filter.unit);
}

std::string statement(const Query& query, access::Scope scope) {
  const std::string_view mine = scope == access::Scope::self ? "c.opened" : "mine.opened";
  return "SELECT c.id, c.opened, c.number, c.procedure, c.defined, c.version, c.state, c.ended, "
         "c.subject, c.subject_name, c.summary, c.opened_us, c.changed_us, c.overdue, c.next_us, " +
         std::string(mine) + " FROM proc_case c" + query.joins + query.where +
         " ORDER BY c.opened DESC LIMIT ?";
}

// Where the summary is a choice, its words.
json::value summary_label(const Definition& definition, const std::string& summary) {
  const auto* field = definition.field(definition.summary_field);
  if (field == nullptr) return nullptr;
  const auto chosen = field->choices.find(summary);
  return chosen == field->choices.end() ? json::value() : json::value(to_json(chosen->second));
}

json::object item(const ledger::Row& row, const Definition& definition) {
  const auto* state = definition.state(row.text(6));
  json::object out{
      {"id", row.text(0)},
      {"number", row.text(2)},
      {"procedure", row.text(3)},
      {"definition", row.integer(4)},
      {"version", row.integer(5)},
      {"title", to_json(definition.title)},
      {"state",
       {{"name", row.text(6)}, {"label", to_json(state == nullptr ? Label{} : state->label)}}},
      {"final", row.integer(7) != 0},
      {"subject", row.text(8)},
      {"subject_name", row.text(9)},
      {"summary", row.text(10)},
      {"opened_at", written(from_micros(row.integer(11)))},
      {"changed_at", written(from_micros(row.integer(12)))},
      {"overdue", row.integer(13) > 0},
      {"mine", !row.is_null(15)}};
  out["summary_label"] = summary_label(definition, row.text(10));
  out["next_due"] =
      row.is_null(14) ? json::value() : json::value(written(from_micros(row.integer(14))));
  return out;
}

}  // namespace

Result<json::object> list_cases(const Core& core, ledger::Sql& sql, const access::Principal& who,
                                const CaseFilter& filter) {
  const auto scope = reading_scope(core, who);
  if (!scope) return fail(Error::Kind::denied, "your role does not let you read cases");
  Query query;
  limit_to_scope(query, *scope, who);
  apply_filter(query, filter);
  TRY_VOID(turn_page(query, filter.after));
  const auto limit = std::clamp<std::size_t>(filter.limit, 1, most_listed);
  auto values = query.joined;
  std::ranges::move(query.values, std::back_inserter(values));
  values.emplace_back(static_cast<std::int64_t>(limit) + 1);
  TRY(const auto rows, sql.rows(statement(query, *scope), values));
  json::array items;
  for (const auto& row : rows) {
    if (items.size() == limit) break;
    TRY(const auto ready,
        core.shelf.get(sql, row.text(3), static_cast<std::uint32_t>(row.integer(4))));
    items.emplace_back(item(row, ready->definition));
  }
  json::object out;
  const bool more = rows.size() > limit;
  out["next"] = more ? json::value(std::to_string(rows[limit - 1].integer(1))) : json::value();
  out["items"] = std::move(items);
  return out;
}

}  // namespace haidang::procedure
