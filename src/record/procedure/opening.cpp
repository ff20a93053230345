#include "record/procedure/opening.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "base/hash.hpp"
#include "record/procedure/inputs.hpp"
#include "record/procedure/step.hpp"

namespace haidang::procedure {
namespace {

constexpr unsigned most_deep = 4;  // cases that open cases

std::string random_hex(std::size_t bytes) {
  std::array<unsigned char, 32> noise{};
  randombytes_buf(noise.data(), bytes);
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += fmt::format("{:02x}", noise[i]);
  return out;
}

void replace(std::string& in, std::string_view what, const std::string& with) {
  if (const auto at = in.find(what); at != std::string::npos) in.replace(at, what.size(), with);
}

struct Numbered {
  std::string number;
  std::int64_t year;
  std::int64_t n;
};

// Without gaps per series and year of Vietnam's calendar: the ledger has one writer.
Result<Numbered> next_number(ledger::Writer& writer, const std::string& series) {
  const std::int64_t year = wall_clock(writer.at(), vietnam).year;
  TRY(const auto row, writer.sql().row("SELECT last FROM proc_series WHERE series = ? AND year = ?",
                                       {series, year}));
  Numbered out{.number = series, .year = year, .n = row ? row->integer(0) + 1 : 1};
  replace(out.number, "{year}", std::to_string(year));
  replace(out.number, "{n}", std::to_string(out.n));
  return out;
}

// The law in force on the day the case is about.
Result<std::string> regime_of(const Definition& definition, const Case& it, Time opened) {
  if (definition.regimes.empty()) return std::string();
  Time date = opened;
  if (const auto told = parse_time(it.text(definition.regime_date))) date = *told;
  const auto day = registry::day_of(date);
  if (const auto* regime = definition.regime(day)) return regime->name;
  const auto where =
      definition.regime_date.empty() ? std::string() : "/fields/" + definition.regime_date;
  return invalid("no law of this procedure was in force on " + registry::format_day(day), where);
}

std::string first_unit(const Definition& definition, const json::object& fields) {
  for (const auto& field : definition.fields) {
    const auto* value = field.refers_to == "unit" ? fields.if_contains(field.name) : nullptr;
    if (const auto units = texts_of(value); !units.empty()) return units.front();
  }
  return {};
}

// Whom the case is about: must exist, except where anyone reports and does not know.
Result<std::string> subject_name(const Place& place, const Opening& opening) {
  if (opening.subject.empty()) {
    const bool needed = has(place.ready.definition.parties, Party::Source::subject, &Party::source);
    if (!needed || opening.by_anyone) return std::string();
    return invalid("say which unit the case is about", "/subject");
  }
  const auto unit =
      place.core.parts.registry.get(place.sql, "unit", opening.subject, registry::day_of(place.at));
  if (unit) return unit->name;
  if (unit.error().kind != Error::Kind::not_found) return std::unexpected(unit.error());
  return invalid("the registry has no such unit today", "/subject");
}

std::vector<std::string> required_fields(const Definition& definition) {
  std::vector<std::string> out;
  for (const auto& field : definition.fields)
    if (field.required) out.push_back(field.name);
  return out;
}

Case blank(const Definition& definition, const Opening& opening, Time at) {
  Case it{.id = random_hex(10), .procedure = definition.name, .defined = definition.version};
  it.subject = opening.subject;
  it.opened_by = opening.by.account;
  it.opened_unit = opening.by.unit;
  it.opened_at = at;
  return it;
}

// Lists and searches show the summary to all who see the case: one that is not for all is left out.
std::string open_summary(const Definition& definition) {
  const auto* field = definition.field(definition.summary_field);
  return field != nullptr && field->visible_to.empty() ? field->name : std::string();
}

void describe_opening(Step& step, const Opening& opening, const Numbered& numbered) {
  auto& body = step.body();
  const Case& it = step.it();
  body["procedure"] = it.procedure;
  body["definition"] = it.defined;
  body["number"] = it.number;
  body["series"] = step.definition().number;
  body["year"] = numbered.year;
  body["n"] = numbered.n;
  body["regime"] = it.regime;
  body["subject"] = it.subject;
  body["subject_name"] = it.subject_name;
  body["summary_field"] = open_summary(step.definition());
  body["given"] = to_json(std::vector<std::string>(it.given.begin(), it.given.end()));
  if (!it.secret_sha256.empty()) body["secret_sha256"] = it.secret_sha256;
  if (!opening.key.empty())
    body["idempotency"] = json::object{{"key", opening.key}, {"request", opening.request}};
  if (opening.parent) step.link(opening.parent->case_id, opening.parent->how, false);
}

Result<> fill(Step& step, const Place& place, const Opening& opening) {
  const auto& definition = step.definition();
  TRY_VOID(check_fields(place, asked_to_open(definition), opening.fields));
  for (const auto& [name, value] : opening.fields) {
    if (value.is_null()) continue;
    step.set(name, value);
    step.it().given.emplace(name);
  }
  TRY_VOID(check_documents(place, step.it(), opening.documents));
  for (const auto& document : opening.documents) step.attach(document);
  TRY_VOID(check_present(definition, step.it(), required_fields(definition)));
  TRY(step.it().regime, regime_of(definition, step.it(), place.at));
  return check_guards(definition.open_guards, step.scene());
}

}  // namespace

Result<Opened> open_case(const Core& core, ledger::Writer& writer, Opening opening) {
  if (opening.depth > most_deep)
    return fail(Error::Kind::conflict, "cases open cases without end: see the procedures' effects");
  TRY(auto ready, core.shelf.newest(writer.sql(), opening.procedure));
  const auto& definition = ready->definition;
  const Place place{
      .core = core, .sql = writer.sql(), .ready = *ready, .by = opening.by, .at = writer.at()};
  if (opening.subject.empty()) opening.subject = first_unit(definition, opening.fields);
  Loaded loaded{.it = blank(definition, opening, writer.at()), .ready = ready};
  TRY(loaded.it.subject_name, subject_name(place, opening));
  Step step(core, writer, loaded,
            {.by = opening.by, .action = "open", .reason = "opened", .depth = opening.depth});
  TRY_VOID(fill(step, place, opening));
  TRY(const auto numbered, next_number(writer, definition.number));
  loaded.it.number = numbered.number;
  Opened out{.case_id = loaded.it.id, .number = numbered.number};
  if (opening.by_anyone) {
    out.secret = random_hex(16);
    loaded.it.secret_sha256 = sha256_hex(out.secret);
  }
  step.go(definition.initial().name);
  TRY_VOID(step.run(definition.on_open));
  TRY_VOID(check_open_to_documents(place, loaded.it, opening.documents));
  TRY_VOID(step.settle());
  describe_opening(step, opening, numbered);
  TRY_VOID(step.write("case.opened"));
  return out;
}

}  // namespace haidang::procedure
