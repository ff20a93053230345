// The ledger itself, for those who check it.
#include <charconv>

#include <fmt/format.h>

#include "api/handlers.hpp"

namespace haidang::api {
namespace {

// What is in a case is disclosed party by party, by the case's own routes; and what proves an
// account is for nobody: even a hash can be guessed at, at leisure.
json::value disclosed(const ledger::Act& act) {
  if (!act.case_id.empty()) return nullptr;
  json::object body = act.body;
  if (!act.kind.starts_with("access.")) return body;
  for (const std::string_view name : {"password", "sealed"})
    if (auto* value = body.if_contains(name)) *value = nullptr;
  return body;
}

json::object shown(const ledger::Act& act) {
  return {{"seq", act.seq},         {"at", format_time(act.at, Fraction::micros)},
          {"actor", act.actor},     {"unit", act.unit},
          {"case", act.case_id},    {"kind", act.kind},
          {"body", disclosed(act)}, {"previous", hex(act.previous)},
          {"hash", hex(act.hash)}};
}

std::string_view kind_name(ledger::Finding::Kind kind) {
  using enum ledger::Finding::Kind;
  switch (kind) {
    case changed: return "changed";
    case broken_link: return "broken_link";
    case gap: return "gap";
    case cut_tail: return "cut_tail";
    case rewritten: return "rewritten";
    case bad_checkpoint: return "bad_checkpoint";
    case projection: return "projection";
    case unreadable: return "unreadable";
  }
  return "";
}

}  // namespace

Result<Reply> show_ledger(Call& call) {
  const auto& ledger = call.parts.ledger;
  const std::uint64_t head = ledger.head();
  json::object body{{"identity", ledger.identity()},
                    {"seq", head},
                    {"checkpoint_key", call.options.checkpoint_key}};
  if (head == 0) return ok(body);
  TRY(const auto last, ledger.acts(head - 1, 1));
  if (!last.empty()) body["hash"] = hex(last.front().hash);
  return ok(body);
}

Result<Reply> list_acts(Call& call) {
  TRY(const auto limit, call.limit());
  std::uint64_t after = 0;
  const std::string text = call.query("after").value_or("0");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), after);
  if (error != std::errc() || end != text.data() + text.size())
    return invalid("after must be the number of an act", "?after");
  TRY(const auto acts, call.parts.ledger.acts(after, limit));
  json::array all;
  for (const auto& act : acts) all.push_back(shown(act));
  json::object body{{"acts", std::move(all)}};
  if (acts.size() == limit) body["next"] = fmt::format("{}", acts.back().seq);
  return ok(body);
}

Result<Reply> verify_ledger(Call& call) {
  if (!call.options.verify)
    return fail(Error::Kind::unavailable, "verification was not set up in this server");
  TRY(const auto verified, call.options.verify());
  json::array findings;
  for (const auto& finding : verified.findings)
    findings.push_back(json::object{
        {"kind", kind_name(finding.kind)}, {"seq", finding.seq}, {"what", finding.what}});
  return ok(json::object{{"acts", verified.acts},
                         {"head", hex(verified.head)},
                         {"checkpoints", verified.checkpoints},
                         {"findings", std::move(findings)}});
}

}  // namespace haidang::api
