// The registry: one set of routes for all kinds of entries, as the catalogue declares them.
#include <algorithm>

#include <fmt/format.h>

#include "api/handlers.hpp"
#include "base/file.hpp"
#include "base/nearest.hpp"
#include "record/registry/exchange.hpp"

namespace haidang::api {
namespace {

using registry::Day;
using registry::Entry;
using registry::Kind;

constexpr std::size_t most_csv = 10U << 20;

Day today(const Call& call) { return registry::day_of(call.parts.ledger.time()); }

registry::By by(const Call& call) { return {call.who().account, call.who().unit}; }

Result<const Kind*> kind_of(const Call& call) {
  const auto& kinds = call.parts.registry.kinds();
  if (const Kind* kind = kinds.find(call.part("kind"))) return kind;
  std::vector<std::string_view> names;
  for (const auto& kind : kinds.all()) names.emplace_back(kind.name);
  return fail(Error::Kind::not_found,
              fmt::format("the registry has no kind '{}'{}", call.part("kind"),
                          did_you_mean(call.part("kind"), names)));
}

// Units are a directory for all; what belongs to a unit is for it and for who may see the city.
bool is_directory(const Kind& kind) { return kind.unit_field.empty(); }

bool reaches(const Call& call, const Kind& kind, std::string_view unit) {
  return call.scope == access::Scope::city || is_directory(kind) || unit == call.who().unit;
}

// Whose scope is narrower writes only what is their unit's own, and never the directory.
Result<> may_write(const Call& call, const Kind& kind, std::string_view unit) {
  if (call.scope == access::Scope::city) return {};
  if (!is_directory(kind) && unit == call.who().unit) return {};
  return fail(Error::Kind::denied, "only entries of your own unit are yours to change");
}

std::string unit_sent(const Kind& kind, const Entry& entry) {
  const auto* unit = entry.fields.if_contains(kind.unit_field);
  return unit != nullptr && unit->is_string() ? std::string(unit->get_string()) : std::string();
}

// What is another unit's, today or later, is not taken from it by naming it one's own.
Result<> may_put(const Call& call, ledger::Sql& sql, const Kind& kind, const Entry& sent) {
  TRY_VOID(may_write(call, kind, unit_sent(kind, sent)));
  const auto versions = call.parts.registry.history(sql, kind.name, sent.id);
  if (!versions && versions.error().kind == Error::Kind::not_found) return {};
  if (!versions) return std::unexpected(versions.error());
  for (const auto& version : *versions)
    if (!version.valid_to || *version.valid_to > today(call))
      TRY_VOID(may_write(call, kind, version.unit));
  return {};
}

std::unexpected<Error> no_entry(const Call& call, const Kind& kind) {
  return fail(Error::Kind::not_found, fmt::format("no {} '{}'", kind.name, call.part("id")));
}

Result<std::optional<Day>> day_asked(const Call& call) {
  const auto text = call.query("at");
  if (!text) return today(call);
  if (*text == "all") return std::nullopt;
  const auto day = registry::parse_day(*text);
  if (!day) return invalid(day.error().what, "?at");
  return *day;
}

json::object shown(const Entry& entry) {
  json::object all{{"kind", entry.kind},
                   {"id", entry.id},
                   {"unit", entry.unit},
                   {"name", entry.name},
                   {"valid_from", registry::format_day(entry.valid_from)},
                   {"valid_to", nullptr},
                   {"fields", entry.fields},
                   {"version", entry.version}};
  if (entry.valid_to) all["valid_to"] = registry::format_day(*entry.valid_to);
  return all;
}

json::object shown(const registry::Field& field) {
  json::object all{{"name", field.name},
                   {"label", {{"vi", field.label.vi}, {"en", field.label.en}}},
                   {"schema", field.schema},
                   {"required", field.required},
                   {"many", field.many}};
  if (!field.refers_to.empty()) all["refers_to"] = field.refers_to;
  return all;
}

Result<registry::Query> query_of(const Call& call, const Kind& kind) {
  registry::Query query{.kind = kind.name};
  TRY(query.at, day_asked(call));
  TRY(query.limit, call.limit());
  query.unit = call.query("unit");
  query.parent = call.query("parent");
  query.text = call.query("q").value_or("");
  query.after = call.query("after").value_or("");
  if (call.scope != access::Scope::city && !is_directory(kind)) query.unit = call.who().unit;
  return query;
}

Result<Entry> entry_sent(const Call& call, const Kind& kind) {
  TRY_VOID(call.only({"fields", "valid_from", "valid_to"}));
  Entry entry{.kind = kind.name, .id = call.part("id"), .unit = {}, .name = {}};
  TRY(entry.fields, call.object("fields"));
  TRY(const auto from, call.text_or("valid_from", registry::format_day(today(call))));
  const auto day = registry::parse_day(from);
  if (!day) return invalid(day.error().what, "/valid_from");
  entry.valid_from = *day;
  if (!call.body.contains("valid_to") || call.body.at("valid_to").is_null()) return entry;
  TRY(const auto to, call.text("valid_to"));
  const auto end = registry::parse_day(to);
  if (!end) return invalid(end.error().what, "/valid_to");
  entry.valid_to = *end;
  return entry;
}

// The body, wherever it lies.
Result<std::string> csv_sent(const Call& call) {
  if (!call.request.body_file) return call.request.body;
  return read_file(*call.request.body_file, most_csv);
}

json::object shown(const registry::Imported& imported, bool dry_run) {
  json::array bad;
  for (const auto& row : imported.bad)
    bad.push_back(json::object{{"line", row.line}, {"column", row.column}, {"what", row.what}});
  return {{"added", imported.added},
          {"changed", imported.changed},
          {"same", imported.same},
          {"bad", std::move(bad)},
          {"dry_run", dry_run}};
}

}  // namespace

Result<Reply> list_kinds(Call& call) {
  json::array all;
  for (const auto& kind : call.parts.registry.kinds().all()) {
    json::array fields;
    for (const auto& field : kind.fields) fields.push_back(shown(field));
    all.push_back(json::object{{"name", kind.name},
                               {"label", {{"vi", kind.label.vi}, {"en", kind.label.en}}},
                               {"name_field", kind.name_field},
                               {"unit_field", kind.unit_field},
                               {"fields", std::move(fields)}});
  }
  return ok(json::object{{"kinds", std::move(all)}});
}

Result<Reply> list_role_holders(Call& call) {
  TRY(const auto asked, day_asked(call));
  const Day at = asked.value_or(today(call));
  registry::Query query{.kind = "role_holder", .at = at, .limit = 200};
  TRY(const auto page, call.parts.ledger.read(
                           [&](ledger::Sql& sql) { return call.parts.registry.list(sql, query); }));
  json::array all;
  for (const auto& entry : page.entries) all.push_back(shown(entry));
  return ok(json::object{{"at", registry::format_day(at)}, {"role_holders", std::move(all)}});
}

Result<Reply> list_entries(Call& call) {
  TRY(const Kind* kind, kind_of(call));
  TRY(const auto query, query_of(call, *kind));
  TRY(const auto page, call.parts.ledger.read(
                           [&](ledger::Sql& sql) { return call.parts.registry.list(sql, query); }));
  json::array all;
  for (const auto& entry : page.entries) all.push_back(shown(entry));
  json::object body{{"entries", std::move(all)}};
  if (page.more) body["next"] = page.entries.back().id;
  return ok(body);
}

Result<Reply> show_entry(Call& call) {
  TRY(const Kind* kind, kind_of(call));
  TRY(const auto asked, day_asked(call));
  TRY(const auto entry, call.parts.ledger.read([&](ledger::Sql& sql) {
    return call.parts.registry.get(sql, kind->name, call.part("id"), asked.value_or(today(call)));
  }));
  if (!reaches(call, *kind, entry.unit)) return no_entry(call, *kind);
  return versioned(call, shown(entry), entry.version);
}

Result<Reply> put_entry(Call& call) {
  TRY(const Kind* kind, kind_of(call));
  TRY(const auto sent, entry_sent(call, *kind));
  TRY(const auto based_on, call.based_on());
  TRY(const auto entry, call.parts.ledger.write([&](ledger::Writer& writer) -> Result<Entry> {
    TRY_VOID(may_put(call, writer.sql(), *kind, sent));
    return call.parts.registry.put(writer, by(call), sent, based_on);
  }));
  return versioned(call, shown(entry), entry.version);
}

Result<Reply> end_entry(Call& call) {
  TRY_VOID(call.only({"valid_to", "successor"}));
  TRY(const Kind* kind, kind_of(call));
  TRY(const auto text, call.text("valid_to"));
  const auto day = registry::parse_day(text);
  if (!day) return invalid(day.error().what, "/valid_to");
  TRY(const auto successor, call.text_or("successor", ""));
  TRY_VOID(call.parts.ledger.write([&](ledger::Writer& writer) -> Result<> {
    TRY(const auto now,
        call.parts.registry.get(writer.sql(), kind->name, call.part("id"), today(call)));
    if (!reaches(call, *kind, now.unit)) return no_entry(call, *kind);
    TRY_VOID(may_write(call, *kind, now.unit));
    return call.parts.registry.end(writer, by(call), kind->name, now.id, *day, successor);
  }));
  return no_content();
}

Result<Reply> show_entry_history(Call& call) {
  TRY(const Kind* kind, kind_of(call));
  TRY(const auto versions, call.parts.ledger.read([&](ledger::Sql& sql) {
    return call.parts.registry.history(sql, kind->name, call.part("id"));
  }));
  json::array all;
  for (const auto& entry : versions)
    if (reaches(call, *kind, entry.unit)) all.push_back(shown(entry));
  if (all.empty()) return no_entry(call, *kind);
  return ok(json::object{{"versions", std::move(all)}});
}

Result<Reply> import_entries(Call& call) {
  TRY(const Kind* kind, kind_of(call));
  TRY_VOID(may_write(call, *kind, call.who().unit));
  TRY(const auto dry_run, call.flag("dry_run"));
  TRY(const auto csv, csv_sent(call));
  TRY(const auto imported, call.parts.ledger.write([&](ledger::Writer& writer) {
    return registry::import_csv(
        call.parts.registry, writer, by(call), kind->name, csv, dry_run.value_or(false),
        [&](ledger::Sql& sql, const Entry& row) { return may_put(call, sql, *kind, row); });
  }));
  return ok(shown(imported, dry_run.value_or(false)));
}

Result<Reply> export_entries(Call& call) {
  TRY(const Kind* kind, kind_of(call));
  TRY(auto query, query_of(call, *kind));
  query.limit = 100'000;
  const auto format = call.query("format").value_or("csv");
  if (format != "csv" && format != "xlsx") return invalid("format must be csv or xlsx", "?format");
  const bool csv = format == "csv";
  TRY(auto content, call.parts.ledger.read([&](ledger::Sql& sql) {
    return csv ? registry::export_csv(call.parts.registry, sql, query)
               : registry::export_xlsx(call.parts.registry, sql, query, call.language_name());
  }));
  TRY_VOID(call.parts.accounts.record_export(call.who(), fmt::format("registry/{}", kind->name),
                                             content.size()));
  Reply reply;
  reply.response.body = std::move(content);
  reply.response.headers.set(
      "Content-Type", csv ? "text/csv; charset=utf-8"
                          : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  reply.response.headers.set("Content-Disposition",
                             fmt::format("attachment; filename=\"{}.{}\"", kind->name, format));
  return reply;
}

}  // namespace haidang::api
