// Registry: putting and ending, and all that is asked before.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "record/registry/formats.hpp"
#include "record/registry/registry.hpp"
#include "record/registry/tables.hpp"

namespace haidang::registry {
namespace {

using ledger::Sql;
using Known = std::function<bool(std::string_view id, Day at)>;

constexpr std::size_t deepest_parent = 32;

Error problem(std::string what, std::string where = {}) {
  return {Error::Kind::invalid, std::move(what), std::move(where)};
}

std::string text_of(const json::object& fields, std::string_view name) {
  const auto* const value = name.empty() ? nullptr : fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// Every id a value refers to: itself, or those of its lists.
void collect_ids(const json::value& value, std::vector<std::string>& ids) {
  if (value.is_string()) ids.emplace_back(value.as_string());
  if (!value.is_array()) return;
  for (const auto& item : value.as_array()) collect_ids(item, ids);
}

Result<bool> exists(Sql& sql, std::string_view kind, const std::string& id, Day at) {
  TRY(const auto row, sql.row("SELECT 1 FROM registry_entry WHERE kind = ? AND id = ? AND day_from "
                              "<= ? AND day_to > ?",
                              {std::string(kind), id, number_of(at), number_of(at)}));
  return row.has_value();
}

Result<> check_references(Sql& sql, const Kind& kind, const Entry& entry, const Known& known,
                          std::vector<Error>& problems) {
  for (const auto& field : kind.fields) {
    const auto* const value = entry.fields.if_contains(field.name);
    if (field.refers_to.empty() || value == nullptr) continue;
    std::vector<std::string> ids;
    collect_ids(*value, ids);
    for (const auto& id : ids) {
      if (known && field.refers_to == kind.name && known(id, entry.valid_from)) continue;
      TRY(const bool there, exists(sql, field.refers_to, id, entry.valid_from));
      if (there) continue;
      problems.push_back(problem(fmt::format("there is no {} '{}' on {}", field.refers_to,
                                             text::shown(id), format_day(entry.valid_from)),
                                 "/" + field.name));
    }
  }
  return {};
}

Result<std::string> parent_of(Sql& sql, const std::string& kind, const std::string& id, Day at) {
  TRY(const auto row, sql.row("SELECT parent FROM registry_entry WHERE kind = ? AND id = ? AND "
                              "day_from <= ? AND day_to > ?",
                              {kind, id, number_of(at), number_of(at)}));
  return row ? row->text(0) : std::string();
}

Result<> check_parent(Sql& sql, const Kind& kind, const Entry& entry,
                      std::vector<Error>& problems) {
  const auto* const field = kind.find(kind.parent_field);
  if (field == nullptr || field->refers_to != kind.name) return {};
  auto above = text_of(entry.fields, field->name);
  for (std::size_t depth = 0; !above.empty(); ++depth) {
    if (above == entry.id || depth == deepest_parent) {
      problems.push_back(problem(above == entry.id
                                     ? std::string("would put it below itself")
                                     : fmt::format("is more than {} levels deep", deepest_parent),
                                 "/" + field->name));
      return {};
    }
    TRY(above, parent_of(sql, kind.name, above, entry.valid_from));
  }
  return {};
}

// A role that one unit holds at a time has one entry for every day.
Result<> check_holder(Sql& sql, const Kinds& kinds, const Entry& entry,
                      std::vector<Error>& problems) {
  const auto* const role =
      entry.kind == "role_holder" ? kinds.role(text_of(entry.fields, "role")) : nullptr;
  if (role == nullptr || role->several) return {};
  const auto to = entry.valid_to ? number_of(*entry.valid_to) : open_end;
  return sql.each(
      "SELECT id, unit, fields FROM registry_entry WHERE kind = ? AND id <> ? AND day_from < ? AND "
      "day_to > ? AND day_to > day_from",
      {std::string("role_holder"), entry.id, to, number_of(entry.valid_from)},
      [&](const ledger::Row& row) -> Result<> {
        boost::system::error_code bad;
        const auto fields = json::parse(row.text(2), bad);
        if (bad || text_of(fields.as_object(), "role") != role->name) return {};
        problems.push_back(
            problem(fmt::format("'{}' is held by {} (entry '{}') then; end that first", role->name,
                                row.text(1), row.text(0)),
                    "/role"));
        return {};
      });
}

void check_days(const Entry& entry, std::vector<Error>& problems) {
  constexpr auto first = std::chrono::sys_days{std::chrono::year{1900} / 1 / 1};
  constexpr auto last = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
  if (entry.valid_from < first || entry.valid_from > last) {
    problems.push_back(problem("must lie in the years 1900 to 9999", "/valid_from"));
  }
  if (entry.valid_to && (*entry.valid_to <= entry.valid_from || *entry.valid_to > last)) {
    problems.push_back(
        problem("must be after valid_from: it is the first day it no longer holds", "/valid_to"));
  }
}

Result<> refuse(const std::vector<Error>& problems) {
  if (problems.empty()) return {};
  if (problems.size() == 1) return std::unexpected(problems.front());
  std::vector<std::string> all;
  for (const auto& one : problems) all.push_back(one.message());
  return invalid(fmt::format("{}", fmt::join(all, "; ")));
}

// The version a writer on that day would have seen: what holds then, else the nearest before it,
// else the first.
Result<std::optional<std::uint64_t>> version_at(Sql& sql, const Entry& entry) {
  TRY(const auto row,
      sql.row("SELECT version FROM registry_entry WHERE kind = ? AND id = ? AND day_to > day_from "
              "ORDER BY CASE WHEN day_from <= ? THEN 0 ELSE 1 END, CASE WHEN day_from <= ? THEN "
              "-day_from ELSE day_from END LIMIT 1",
              {entry.kind, entry.id, number_of(entry.valid_from), number_of(entry.valid_from)}));
  if (!row) return std::optional<std::uint64_t>();
  return std::optional(static_cast<std::uint64_t>(row->integer(0)));
}

Result<> check_version(Sql& sql, const Entry& entry, std::optional<std::uint64_t> based_on) {
  if (!based_on) return {};
  TRY(const auto version, version_at(sql, entry));
  if (version.value_or(0) == *based_on) return {};
  return fail(Error::Kind::conflict,
              *based_on == 0
                  ? fmt::format("there is already a {} '{}'", entry.kind, entry.id)
                  : fmt::format("{} '{}' was changed by another (version {}, not {}); look again",
                                entry.kind, entry.id, version.value_or(0), *based_on));
}

json::array search_texts(const Kind& kind, const Entry& entry) {
  json::array texts{text_of(entry.fields, kind.name_field), entry.id};
  for (const auto& field : kind.search_fields) {
    std::vector<std::string> values;
    if (const auto* const value = entry.fields.if_contains(field)) collect_ids(*value, values);
    for (const auto& value : values) texts.emplace_back(value);
  }
  return texts;
}

json::object body_of(const Kind& kind, const Entry& entry, const Registry::Origin* origin) {
  json::object body{{"kind", entry.kind},
                    {"id", entry.id},
                    {"unit", kind.unit_field.empty() && kind.name == "unit"
                                 ? entry.id
                                 : text_of(entry.fields, kind.unit_field)},
                    {"name", text_of(entry.fields, kind.name_field)},
                    {"parent", text_of(entry.fields, kind.parent_field)},
                    {"valid_from", format_day(entry.valid_from)},
                    {"fields", entry.fields},
                    {"search", search_texts(kind, entry)}};
  if (entry.valid_to) body["valid_to"] = format_day(*entry.valid_to);
  if (origin != nullptr) {
    body["origin"] = origin->series;
    body["origin_day"] = format_day(origin->day);
  }
  return body;
}

ledger::Draft draft_of(const By& by, std::string kind, json::object body) {
  return {.actor = by.actor,
          .unit = by.unit,
          .case_id = {},
          .kind = std::move(kind),
          .body = std::move(body)};
}

}  // namespace

Result<std::vector<Error>> Registry::problems(Sql& sql, const Entry& entry,
                                              const Known& known) const {
  const auto* const kind = kinds_.find(entry.kind);
  if (kind == nullptr) {
    return invalid("'" + text::shown(entry.kind) + "' is no kind of the registry");
  }
  std::vector<Error> found;
  if (const auto* const id = find_format("id"); !id->fits(entry.id)) {
    found.push_back(problem(std::string(id->message), "/id"));
  }
  check_days(entry, found);
  std::ranges::move(kinds_.problems(*kind, entry.fields), std::back_inserter(found));
  if (!found.empty()) return found;
  TRY_VOID(check_references(sql, *kind, entry, known, found));
  TRY_VOID(check_parent(sql, *kind, entry, found));
  TRY_VOID(check_holder(sql, kinds_, entry, found));
  return found;
}

Result<Entry> Registry::write(ledger::Writer& writer, const By& by, const Entry& entry,
                              const Origin* origin) const {
  TRY(const auto found, problems(writer.sql(), entry));
  TRY_VOID(refuse(found));
  TRY_VOID(writer.append(
      draft_of(by, "registry.put", body_of(*kinds_.find(entry.kind), entry, origin))));
  return get(writer.sql(), entry.kind, entry.id, entry.valid_from);
}

Result<Entry> Registry::put(ledger::Writer& writer, const By& by, Entry entry,
                            std::optional<std::uint64_t> based_on) const {
  TRY_VOID(check_version(writer.sql(), entry, based_on));
  return write(writer, by, entry, nullptr);
}

Result<Entry> Registry::put_from(ledger::Writer& writer, const By& by, Entry entry,
                                 const Origin& origin) const {
  return write(writer, by, entry, &origin);
}

Result<> Registry::end(ledger::Writer& writer, const By& by, std::string_view kind,
                       std::string_view id, Day valid_to, std::string_view successor) const {
  TRY(const auto held,
      writer.sql().row("SELECT 1 FROM registry_entry WHERE kind = ? AND id = ? AND "
                       "day_to > ? AND day_to > day_from",
                       {std::string(kind), std::string(id), number_of(valid_to)}));
  if (!held) {
    TRY(const auto past, history(writer.sql(), kind, id));
    return fail(Error::Kind::conflict, fmt::format("{} '{}' has already ended by {}", kind,
                                                   past.front().id, format_day(valid_to)));
  }
  TRY_VOID(writer.append(draft_of(
      by, "registry.ended", {{"kind", kind}, {"id", id}, {"valid_to", format_day(valid_to)}})));
  if (successor.empty()) return {};
  return succeed(writer, by, kind, id, successor, valid_to);
}

Result<> Registry::succeed(ledger::Writer& writer, const By& by, std::string_view kind,
                           std::string_view id, std::string_view successor, Day day) const {
  TRY_VOID(history(writer.sql(), kind, id));
  if (id == successor) return invalid(fmt::format("{} '{}' cannot succeed itself", kind, id));
  TRY_VOID(get(writer.sql(), kind, successor, day));
  TRY_VOID(writer.append(
      draft_of(by, "registry.succeeded",
               {{"kind", kind}, {"id", id}, {"successor", successor}, {"day", format_day(day)}})));
  return {};
}

}  // namespace haidang::registry
