#include "record/procedure/shelf.hpp"

#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/hash.hpp"

namespace haidang::procedure {
namespace {

using Names = std::set<std::string>;

json::array to_json(const Names& names) {
  json::array out;
  for (const auto& name : names) out.emplace_back(name);
  return out;
}

std::vector<std::string> from_json(const json::object& uses, std::string_view key) {
  std::vector<std::string> out;
  const auto* list = uses.if_contains(key);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& name : list->get_array()) out.emplace_back(name.as_string());
  return out;
}

struct Uses {
  Names roles, directive, kinds, templates, procedures;

  void take(const std::vector<Effect>& effects) {
    for (const auto& effect : effects) {
      if (const auto* notify = std::get_if<Notify>(&effect.what))
        templates.insert(notify->template_name);
      if (const auto* open = std::get_if<OpenCase>(&effect.what))
        procedures.insert(open->procedure);
    }
  }
};

// The names of the world outside that a definition uses: so that it can be read again when the
// world has moved on.
json::object uses_of(const Definition& definition) {
  Uses uses;
  uses.procedures.insert(definition.name);
  uses.roles.insert(definition.opened_by.begin(), definition.opened_by.end());
  for (const auto& party : definition.parties)
    if (party.source == Party::Source::role) uses.directive.insert(party.from);
  for (const auto& field : definition.fields)
    if (!field.refers_to.empty()) uses.kinds.insert(field.refers_to);
  for (const auto& action : definition.actions) {
    uses.roles.insert(action.roles.begin(), action.roles.end());
    uses.take(action.effects);
  }
  for (const auto& clock : definition.clocks) uses.take(clock.on_due);
  uses.take(definition.on_open);
  return {{"access_roles", to_json(uses.roles)},
          {"directive_roles", to_json(uses.directive)},
          {"registry_kinds", to_json(uses.kinds)},
          {"notice_templates", to_json(uses.templates)},
          {"procedures", to_json(uses.procedures)}};
}

Vocabulary vocabulary_of(const json::object& uses) {
  return {.access_roles = from_json(uses, "access_roles"),
          .directive_roles = from_json(uses, "directive_roles"),
          .registry_kinds = from_json(uses, "registry_kinds"),
          .notice_templates = from_json(uses, "notice_templates"),
          .procedures = from_json(uses, "procedures")};
}

Result<ReadyPtr> read_again(const std::string& name, std::uint32_t version, const std::string& text,
                            const std::string& uses) {
  const auto file = fmt::format("ledger: procedure {} version {}", name, version);
  boost::system::error_code error;
  const auto names = json::parse(uses, error);
  if (error || !names.is_object())
    return fail(Error::Kind::corrupt, "its vocabulary is not JSON", file);
  auto parsed = parse_definition(text, file, vocabulary_of(names.get_object()));
  if (parsed.definition) return make_ready(std::move(*parsed.definition));
  std::string why = parsed.problems.empty() ? "it does not parse" : parsed.problems[0].message();
  return fail(Error::Kind::corrupt, "can no longer be read: " + why, file);
}

Error newer_needed(const Definition& definition) {
  return {Error::Kind::conflict,
          fmt::format("version {} of procedure '{}' is already recorded with another text: raise "
                      "its version",
                      definition.version, definition.name),
          definition.name};
}

// True where it is to be recorded.
Result<bool> is_new(ledger::Sql& sql, const Definition& definition) {
  TRY(const auto row, sql.row("SELECT sha256 FROM proc_definition WHERE name = ? AND version = ?",
                              {definition.name, std::int64_t{definition.version}}));
  if (!row) return true;
  if (row->text(0) == sha256_hex(definition.source_text)) return false;
  return std::unexpected(newer_needed(definition));
}

Result<> record(ledger::Writer& writer, const Definition& definition) {
  TRY(const auto fresh, is_new(writer.sql(), definition));
  if (!fresh) return {};
  ledger::Draft draft{.actor = "system", .unit = {}, .case_id = {}, .kind = "procedure.defined"};
  draft.body = {{"name", definition.name},
                {"version", definition.version},
                {"sha256", sha256_hex(definition.source_text)},
                {"text", definition.source_text},
                {"uses", uses_of(definition)}};
  TRY_VOID(writer.append(std::move(draft)));
  return {};
}

}  // namespace

Result<ReadyPtr> make_ready(Definition definition) {
  auto ready = std::make_shared<Ready>();
  for (const auto& field : definition.fields) {
    TRY(auto check, FieldCheck::compile(field));
    ready->checks.emplace(field.name, std::move(check));
  }
  ready->definition = std::move(definition);
  return ReadyPtr(std::move(ready));
}

Result<> Shelf::publish(ledger::Ledger& ledger, const std::vector<Definition>& definitions) {
  std::vector<ReadyPtr> made;
  for (const auto& definition : definitions) {
    TRY(auto ready, make_ready(definition));
    made.push_back(std::move(ready));
  }
  TRY_VOID(ledger.write([&](ledger::Writer& writer) -> Result<> {
    for (const auto& definition : definitions) TRY_VOID(record(writer, definition));
    return {};
  }));
  for (auto& ready : made) keep(std::move(ready));
  return {};
}

ReadyPtr Shelf::find(const Key& key) const {
  const std::shared_lock lock(mutex_);
  const auto at = known_.find(key);
  return at == known_.end() ? nullptr : at->second;
}

ReadyPtr Shelf::keep(ReadyPtr made) const {
  const std::unique_lock lock(mutex_);
  const Key key{made->definition.name, made->definition.version};
  return known_.try_emplace(key, std::move(made)).first->second;
}

Result<ReadyPtr> Shelf::get(ledger::Sql& sql, std::string_view name, std::uint32_t version) const {
  const Key key{std::string(name), version};
  if (auto ready = find(key)) return ready;
  TRY(const auto row,
      sql.row("SELECT source, uses FROM proc_definition WHERE name = ? AND version = ?",
              {key.first, std::int64_t{version}}));
  if (!row) return fail(Error::Kind::not_found, fmt::format("no procedure '{}'", name));
  TRY(auto made, read_again(key.first, version, row->text(0), row->text(1)));
  return keep(std::move(made));
}

Result<ReadyPtr> Shelf::newest(ledger::Sql& sql, std::string_view name) const {
  TRY(const auto row,
      sql.row("SELECT MAX(version) FROM proc_definition WHERE name = ?", {std::string(name)}));
  if (!row || row->is_null(0))
    return fail(Error::Kind::not_found, fmt::format("no procedure '{}'", name));
  return get(sql, name, static_cast<std::uint32_t>(row->integer(0)));
}

Result<std::vector<ReadyPtr>> Shelf::all(ledger::Sql& sql) const {
  TRY(const auto rows,
      sql.rows("SELECT name, MAX(version) FROM proc_definition GROUP BY name ORDER BY name"));
  std::vector<ReadyPtr> out;
  for (const auto& row : rows) {
    TRY(auto ready, get(sql, row.text(0), static_cast<std::uint32_t>(row.integer(1))));
    out.push_back(std::move(ready));
  }
  return out;
}

}  // namespace haidang::procedure
