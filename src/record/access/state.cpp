#include "record/access/state.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace haidang::access {

namespace {

constexpr std::size_t most_live = 200'000;

json::object body_of(const Refusal& refusal) {
  return {{"account", refusal.account},
          {"what", refusal.what},
          {"peer", refusal.peer},
          {"count", refusal.count}};
}

std::string_view text_in(const ledger::Act& act, std::string_view key) {
  const auto* value = act.body.if_contains(key);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
}

// Those that change neither an account nor what somebody may.
bool leaves_facts(std::string_view kind) {
  return kind == "access.login" || kind == "access.refused" || kind == "access.exported" ||
         kind == "access.sessions_used" || kind == "access.token_issued";
}

std::chrono::seconds lock_length(const AccountOptions& options, std::int64_t locks) {
  auto length = options.lock_for;
  for (; locks > 0 && length < options.lock_most; --locks) length *= 2;
  return std::min(length, std::max(options.lock_most, options.lock_for));
}

}  // namespace

AccountState::AccountState(ledger::Ledger& of, const Policy& by, AccountOptions with)
    : ledger(of),
      policy(by),
      options(std::move(with)),
      passwords(options),
      live(options.session_idle, most_live) {}

Result<> AccountState::write_refusals(const std::vector<Refusal>& told) {
  if (told.empty()) return {};
  return write([&](ledger::Writer& writer) -> Result<> {
    for (const auto& refusal : told)
      TRY_VOID(writer.append({.actor = refusal.account,
                              .unit = refusal.unit,
                              .case_id = {},
                              .kind = "access.refused",
                              .body = body_of(refusal)}));
    return {};
  });
}

void AccountState::notice(std::span<const ledger::Act> acts) {
  for (const auto& act : acts) {
    if (!act.kind.starts_with("access.") || leaves_facts(act.kind)) continue;
    if (const auto session = text_in(act, "session"); !session.empty())
      live.forget(std::string(session));
    else if (act.kind == "access.token_revoked")
      live.make_stale(fmt::format("token:{}", text_in(act, "token")));
    else
      live.make_stale(text_in(act, "account"));
  }
}

std::string hash_of_token(std::string_view token) { return sha256_hex(token); }

std::string told(std::string_view text) { return text::shown(text, 64); }

bool is_account_id(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, fits) && id != "system" &&
         id != "public";
}

Result<> check_text(std::string_view field, std::string_view value, bool required) {
  if (required && value.empty()) return invalid("must not be empty", std::string(field));
  const bool controls = std::ranges::any_of(
      value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (value.size() > 200 || controls || !text::valid_utf8(value))
    return invalid("must be at most 200 bytes of text on one line", std::string(field));
  return {};
}

Result<> count_failure(ledger::Writer& writer, const AccountOptions& options, const Stored& stored,
                       std::string_view why, std::string_view peer) {
  const auto& account = stored.account;
  const auto failures = stored.failures + 1;
  json::object body{{"account", account.id}, {"what", "login"}, {"why", why},
                    {"peer", told(peer)},    {"count", 1},      {"failures", failures}};
  TRY_VOID(writer.append({"public", account.unit, {}, "access.refused", std::move(body)}));
  if (failures < static_cast<std::int64_t>(options.most_failures)) return {};
  const auto until = writer.at() + lock_length(options, stored.locks);
  json::object lock{{"account", account.id}, {"locks", stored.locks + 1}, {"until", micros(until)}};
  TRY_VOID(writer.append({"system", account.unit, {}, "access.locked", std::move(lock)}));
  return {};
}

}  // namespace haidang::access
