#include "record/procedure/engine.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "base/hash.hpp"
#include "record/procedure/acting.hpp"
#include "record/procedure/opening.hpp"
#include "record/procedure/permission.hpp"
#include "record/procedure/views.hpp"

namespace haidang::procedure {
namespace {

using ledger::Sql;
using ledger::Writer;

constexpr std::size_t most_key = 200;
// Firings of one call: a definition that restarts its clocks for ever must not hold the caller.
constexpr std::size_t most_firings = 10'000;

// --- Opening twice with one key -----------------------------------------------------------------

std::string fingerprint(const OpenRequest& request) {
  json::array documents;
  for (const auto& document : request.documents)
    documents.emplace_back(json::array{document.kind, document.sha256, document.filename});
  return sha256_hex(json::serialize(
      json::array{request.procedure, request.subject, request.fields, std::move(documents)}));
}

Result<std::optional<Opened>> opened_before(Sql& sql, const Opening& opening) {
  if (opening.key.empty()) return std::optional<Opened>();
  TRY(const auto row,
      sql.row("SELECT k.case_id, k.request, c.number FROM proc_key k "
              "JOIN proc_case c ON c.id = k.case_id WHERE k.actor = ? AND k.idem = ?",
              {opening.by.account, opening.key}));
  if (!row) return std::optional<Opened>();
  if (row->text(1) != opening.request)
    return fail(Error::Kind::conflict, "this key was used for another request", "/idempotency_key");
  return Opened{.case_id = row->text(0), .number = row->text(2)};
}

Opening opening_of(const access::Principal& who, const OpenRequest& request) {
  Opening out{.procedure = request.procedure, .subject = request.subject, .by = actor_of(who)};
  out.fields = request.fields;
  out.documents = request.documents;
  out.by_anyone = who.kind == access::Principal::Kind::anyone;
  out.key = request.idempotency_key;
  out.request = fingerprint(request);
  return out;
}

Result<Opened> open_once(const Core& core, Writer& writer, const access::Principal& who,
                         const OpenRequest& request) {
  auto opening = opening_of(who, request);
  TRY(const auto ready, core.shelf.newest(writer.sql(), request.procedure));
  TRY_VOID(may_open(core, who, ready->definition, request.subject));
  TRY(const auto before, opened_before(writer.sql(), opening));
  if (before) return *before;
  return open_case(core, writer, std::move(opening));
}

// --- The reporter's link --------------------------------------------------------------------

// In constant time, and as long for a number that does not exist.
bool opens(std::string_view secret, const std::string& kept) {
  const auto given = sha256_hex(secret);
  const auto wanted = kept.size() == given.size() ? kept : std::string(given.size(), '-');
  return sodium_memcmp(given.data(), wanted.data(), given.size()) == 0;
}

Result<Loaded> load_by_secret(const Core& core, Sql& sql, std::string_view number,
                              std::string_view secret) {
  TRY(const auto row,
      sql.row("SELECT id, secret_sha256 FROM proc_case WHERE number = ?", {std::string(number)}));
  if (!opens(secret, row ? row->text(1) : std::string()) || !row)
    return fail(Error::Kind::not_found, "no report has this number and secret");
  return load(core, sql, row->text(0));
}

struct Read {
  Loaded loaded;
  Eyes eyes;
  std::vector<std::uint64_t> events;
};

// --- Guards' words --------------------------------------------------------------------------

std::optional<Label> words_at(const std::vector<Guard>& guards, const Error& error) {
  constexpr std::string_view prefix = "/guards/";
  if (!std::string_view(error.where).starts_with(prefix)) return {};
  std::size_t index = 0;
  const auto* from = error.where.data() + prefix.size();
  const auto* end = error.where.data() + error.where.size();
  if (std::from_chars(from, end, index).ptr != end || index >= guards.size()) return {};
  return guards[index].message;
}

}  // namespace

struct Engine::State : Core {};

Engine::Engine(Parts parts) : state_(new State{{.parts = std::move(parts)}}) {}
Engine::~Engine() = default;

Result<> Engine::publish(const std::vector<Definition>& definitions) {
  return state_->shelf.publish(state_->parts.ledger, definitions);
}

Result<json::object> Engine::describe(std::string_view procedure) const {
  return state_->parts.ledger.read([&](Sql& sql) -> Result<json::object> {
    TRY(const auto ready, state_->shelf.newest(sql, procedure));
    return procedure::describe(ready->definition);
  });
}

Result<json::array> Engine::describe_all(const access::Principal& who) const {
  return state_->parts.ledger.read([&](Sql& sql) -> Result<json::array> {
    TRY(const auto all, state_->shelf.all(sql));
    json::array out;
    for (const auto& ready : all) {
      const bool may = may_open(*state_, who, ready->definition, who.unit).has_value();
      out.emplace_back(describe_short(ready->definition, may));
    }
    return out;
  });
}

Result<Opened> Engine::open(const access::Principal& who, const OpenRequest& request) {
  if (request.idempotency_key.size() > most_key)
    return invalid("is longer than 200 bytes", "/idempotency_key");
  return state_->parts.ledger.write(
      [&](Writer& writer) { return open_once(*state_, writer, who, request); });
}

Result<std::uint64_t> Engine::act(const access::Principal& who, const ActRequest& request) {
  return state_->parts.ledger.write(
      [&](Writer& writer) { return take_action(*state_, writer, who, request); });
}

Result<std::uint64_t> Engine::comment(const access::Principal& who, std::string_view case_id,
                                      std::string text, std::vector<std::string> visible_to) {
  const Remark remark{case_id, std::move(text), std::move(visible_to)};
  return state_->parts.ledger.write(
      [&](Writer& writer) { return add_comment(*state_, writer, who, remark); });
}

Result<std::uint64_t> Engine::attach(const access::Principal& who, std::string_view case_id,
                                     const Attachment& document) {
  return state_->parts.ledger.write(
      [&](Writer& writer) { return add_document(*state_, writer, who, case_id, document); });
}

Result<std::uint64_t> Engine::link(const access::Principal& who, std::string_view case_id,
                                   std::string_view other, std::string_view how) {
  return state_->parts.ledger.write(
      [&](Writer& writer) { return add_link(*state_, writer, who, {case_id, other, how}); });
}

Result<std::uint64_t> Engine::watch(const access::Principal& who, std::string_view case_id,
                                    bool on) {
  return state_->parts.ledger.write(
      [&](Writer& writer) { return set_watch(*state_, writer, who, case_id, on); });
}

Result<json::object> Engine::view(const access::Principal& who, std::string_view case_id) const {
  return state_->parts.ledger.read([&](Sql& sql) { return show_case(*state_, sql, who, case_id); });
}

Result<json::object> Engine::view_by_secret(std::string_view number,
                                            std::string_view secret) const {
  TRY(const auto found, state_->parts.ledger.read([&](Sql& sql) -> Result<Read> {
    TRY(auto loaded, load_by_secret(*state_, sql, number, secret));
    TRY(auto events, events_of(sql, loaded.it.id));
    auto eyes = eyes_of_reporter(loaded.definition());
    return Read{std::move(loaded), std::move(eyes), std::move(events)};
  }));
  TRY(const auto acts, show_acts(*state_, found.events, found.loaded, found.eyes));
  return show_to_reporter(found.loaded, found.eyes, acts);
}

Result<json::object> Engine::list(const access::Principal& who, const CaseFilter& filter) const {
  return state_->parts.ledger.read([&](Sql& sql) { return list_cases(*state_, sql, who, filter); });
}

Result<json::array> Engine::timeline(const access::Principal& who, std::string_view case_id) const {
  TRY(const auto found, state_->parts.ledger.read([&](Sql& sql) -> Result<Read> {
    TRY(auto seen, look(*state_, sql, who, case_id));
    TRY(auto events, events_of(sql, case_id));
    return Read{std::move(seen.loaded), std::move(seen.eyes), std::move(events)};
  }));
  return show_acts(*state_, found.events, found.loaded, found.eyes);
}

Result<std::string> Engine::printable(const access::Principal& who, std::string_view case_id,
                                      std::string_view language) const {
  json::object view;
  TRY(const auto found, state_->parts.ledger.read([&](Sql& sql) -> Result<Read> {
    TRY(auto seen, look(*state_, sql, who, case_id));
    TRY(view, show_case(*state_, sql, who, case_id));
    TRY(auto events, events_of(sql, case_id));
    return Read{std::move(seen.loaded), std::move(seen.eyes), std::move(events)};
  }));
  TRY(const auto acts, show_acts(*state_, found.events, found.loaded, found.eyes));
  return print_case(found.loaded, view, acts, language);
}

std::optional<Label> Engine::guard_words(std::string_view case_id, std::string_view action,
                                         const Error& error) const {
  const auto words = state_->parts.ledger.read([&](Sql& sql) -> Result<std::optional<Label>> {
    TRY(const auto loaded, load(*state_, sql, case_id));
    const auto* known = loaded.definition().action(action);
    return known == nullptr ? std::optional<Label>() : words_at(known->guards, error);
  });
  return words ? *words : std::optional<Label>();
}

std::optional<Label> Engine::open_guard_words(std::string_view procedure,
                                              const Error& error) const {
  const auto words = state_->parts.ledger.read([&](Sql& sql) -> Result<std::optional<Label>> {
    TRY(const auto ready, state_->shelf.newest(sql, procedure));
    return words_at(ready->definition.open_guards, error);
  });
  return words ? *words : std::optional<Label>();
}

Result<bool> Engine::may_see(const access::Principal& who, std::string_view case_id) const {
  return state_->parts.ledger.read([&](Sql& sql) -> Result<bool> {
    const auto seen = look(*state_, sql, who, case_id);
    if (!seen && seen.error().kind == Error::Kind::not_found) return false;
    if (!seen) return std::unexpected(seen.error());
    return true;
  });
}

Result<bool> Engine::may_read(const access::Principal& who, std::string_view case_id,
                              std::string_view sha256) const {
  return state_->parts.ledger.read([&](Sql& sql) -> Result<bool> {
    const auto seen = look(*state_, sql, who, case_id);
    if (!seen && seen.error().kind == Error::Kind::not_found) return false;
    if (!seen) return std::unexpected(seen.error());
    if (!may_read_documents(*state_, who, seen->loaded.it)) return false;
    return std::ranges::any_of(seen->loaded.it.papers, [&](const Paper& paper) {
      return paper.sha256 == sha256 && sees_document(seen->eyes, seen->loaded.definition(), paper);
    });
  });
}

Result<std::size_t> Engine::fire_due(const std::function<bool()>& go_on) {
  auto& ledger = state_->parts.ledger;
  std::vector<DueClock> failed;  // they do not hold up the others, and are told at the end
  std::optional<Error> first_error;
  std::size_t count = 0;
  while (count < most_firings && (!go_on || go_on())) {
    TRY(const auto due,
        ledger.read([&](Sql& sql) { return first_due(sql, ledger.time(), failed); }));
    if (!due) break;
    const auto fired = ledger.write([&](Writer& writer) { return fire(*state_, writer, *due); });
    if (fired && *fired) {
      ++count;
      continue;
    }
    if (fired) continue;  // an act came between and stopped it
    if (fired.error().kind == Error::Kind::unavailable) return std::unexpected(fired.error());
    if (!first_error) first_error = fired.error();
    failed.push_back(*due);
  }
  if (first_error) return std::unexpected(*first_error);
  return count;
}

Result<std::optional<Time>> Engine::next_due() const {
  return state_->parts.ledger.read([&](Sql& sql) -> Result<std::optional<Time>> {
    TRY(const auto row, sql.row("SELECT MIN(next_us) FROM proc_clock"));
    if (!row || row->is_null(0)) return std::optional<Time>();
    return std::optional<Time>(from_micros(row->integer(0)));
  });
}

}  // namespace haidang::procedure
