// Accounts and tokens, for the administrator (and each unit's own, where the policy says so).
#include <algorithm>

#include <fmt/format.h>

#include "api/handlers.hpp"

namespace haidang::api {
namespace {

json::object shown(const access::Account& account) {
  return {{"id", account.id},
          {"name", account.name},
          {"unit", account.unit},
          {"email", account.email},
          {"roles", json::value_from(account.roles)},
          {"active", account.active},
          {"must_change_password", account.must_change_password},
          {"has_totp", account.has_totp},
          {"oidc_subject", account.oidc_subject}};
}

json::object shown(const access::Accounts::Token& token) {
  json::object all{{"id", token.id},
                   {"label", token.label},
                   {"unit", token.unit},
                   {"roles", json::value_from(token.roles)},
                   {"revoked", token.revoked}};
  if (token.expires) all["expires"] = format_time(*token.expires);
  return all;
}

// Whose scope is their unit reaches nobody else's accounts: they do not exist for them.
bool reaches(const Call& call, std::string_view unit) {
  return call.scope == access::Scope::city ||
         (call.scope == access::Scope::unit && call.who().unit == unit);
}

void add_reached(json::array& all, const Call& call, const std::vector<access::Account>& found,
                 std::size_t limit) {
  for (const auto& account : found)
    if (all.size() < limit && reaches(call, account.unit)) all.push_back(shown(account));
}

Result<access::Account> reached(const Call& call) {
  TRY(auto account, call.parts.accounts.get(call.part("account")));
  if (!reaches(call, account.unit))
    return fail(Error::Kind::not_found, fmt::format("no account '{}'", call.part("account")));
  return account;
}

Result<std::vector<std::string>> roles_wanted(const Call& call) {
  TRY(auto roles, call.texts("roles"));
  for (std::size_t i = 0; i < roles.size(); ++i)
    if (call.parts.policy.find(roles[i]) == nullptr)
      return invalid(fmt::format("there is no role '{}'; see /api/v1/roles", roles[i]),
                     fmt::format("/roles/{}", i));
  return roles;
}

Result<> unit_exists(const Call& call, const std::string& unit) {
  const auto today = registry::day_of(call.parts.ledger.time());
  const auto found = call.parts.ledger.read(
      [&](ledger::Sql& sql) { return call.parts.registry.get(sql, "unit", unit, today); });
  if (found) return {};
  if (found.error().kind != Error::Kind::not_found) return std::unexpected(found.error());
  return invalid(fmt::format("there is no unit '{}' today", unit), "/unit");
}

Result<access::Account> account_wanted(const Call& call, access::Account account) {
  TRY(account.name, call.text_or("name", account.name));
  TRY(account.unit, call.text_or("unit", account.unit));
  TRY(account.email, call.text_or("email", account.email));
  TRY(account.oidc_subject, call.text_or("oidc_subject", account.oidc_subject));
  if (call.body.contains("roles")) {
    TRY(account.roles, roles_wanted(call));
  }
  if (const auto* active = call.body.if_contains("active")) {
    if (!active->is_bool()) return invalid("'active' must be true or false", "/active");
    account.active = active->get_bool();
  }
  TRY_VOID(unit_exists(call, account.unit));
  if (!reaches(call, account.unit))
    return fail(Error::Kind::denied, "accounts of other units are not yours to manage", "/unit");
  return account;
}

}  // namespace

Result<Reply> list_roles(Call& call) {
  json::array all;
  for (const auto& role : call.parts.policy.roles())
    all.push_back(json::object{{"name", role.name},
                               {"label", {{"vi", role.label_vi}, {"en", role.label_en}}},
                               {"totp_required", role.totp_required}});
  return ok(json::object{{"roles", std::move(all)}});
}

Result<Reply> list_accounts(Call& call) {
  TRY(const auto limit, call.limit());
  const std::string words = call.query("q").value_or("");
  std::string after = call.query("after").value_or("");
  json::array all;
  // The cursor is the last one shown: one of another unit would tell that it exists.
  for (bool more = true; more && all.size() < limit;) {
    TRY(const auto found, call.parts.accounts.list(words, after, limit));
    more = found.size() == limit;
    if (!found.empty()) after = found.back().id;
    add_reached(all, call, found, limit);
  }
  json::object body{{"accounts", all}};
  if (all.size() == limit) body["next"] = all.back().at("id");
  return ok(body);
}

Result<Reply> create_account(Call& call) {
  TRY_VOID(call.only({"id", "name", "unit", "email", "roles", "password", "oidc_subject"}));
  access::Account account{.id = {}, .name = {}, .unit = {}};
  TRY(account.id, call.text("id"));
  TRY_VOID(call.text("name"));
  TRY_VOID(call.text("unit"));
  TRY(account, account_wanted(call, std::move(account)));
  TRY(const auto password, call.text("password"));
  TRY_VOID(call.parts.accounts.create(call.who().account, account, password));
  TRY(const auto made, call.parts.accounts.get(account.id));
  return created(shown(made), fmt::format("/api/v1/accounts/{}", made.id));
}

Result<Reply> show_account(Call& call) {
  TRY(const auto account, reached(call));
  return ok(shown(account));
}

Result<Reply> change_account(Call& call) {
  TRY_VOID(call.only({"name", "unit", "email", "roles", "active", "oidc_subject"}));
  TRY(auto account, reached(call));
  TRY(account, account_wanted(call, std::move(account)));
  TRY_VOID(call.parts.accounts.change(call.who().account, account));
  TRY(const auto made, call.parts.accounts.get(account.id));
  return ok(shown(made));
}

Result<Reply> reset_password(Call& call) {
  TRY_VOID(call.only({"password"}));
  TRY(const auto account, reached(call));
  TRY(const auto password, call.text("password"));
  TRY_VOID(call.parts.accounts.reset_password(call.who().account, account.id, password));
  return no_content();
}

Result<Reply> unlock_account(Call& call) {
  TRY(const auto account, reached(call));
  TRY_VOID(call.parts.accounts.unlock(call.who().account, account.id));
  return no_content();
}

Result<Reply> end_sessions(Call& call) {
  TRY(const auto account, reached(call));
  TRY_VOID(call.parts.accounts.log_out_everywhere(call.who().account, account.id));
  return no_content();
}

Result<Reply> remove_totp(Call& call) {
  TRY(const auto account, reached(call));
  TRY_VOID(call.parts.accounts.remove_totp(call.who().account, account.id));
  return no_content();
}

Result<Reply> list_tokens(Call& call) {
  const std::string unit =
      call.scope == access::Scope::city ? call.query("unit").value_or("") : call.who().unit;
  TRY(const auto found, call.parts.accounts.tokens(unit));
  json::array all;
  for (const auto& token : found) all.push_back(shown(token));
  return ok(json::object{{"tokens", std::move(all)}});
}

Result<Reply> issue_token(Call& call) {
  TRY_VOID(call.only({"label", "unit", "roles", "expires"}));
  access::Accounts::Token token{};
  TRY(token.label, call.text("label"));
  TRY(token.unit, call.text("unit"));
  TRY(token.roles, roles_wanted(call));
  TRY_VOID(unit_exists(call, token.unit));
  if (!reaches(call, token.unit))
    return fail(Error::Kind::denied, "tokens of other units are not yours to issue", "/unit");
  if (call.body.contains("expires")) {
    TRY(const auto text, call.text("expires"));
    const auto expires = parse_time(text);
    if (!expires) return invalid(expires.error().what, "/expires");
    token.expires = *expires;
  }
  TRY(const auto issued, call.parts.accounts.issue_token(call.who().account, token));
  json::object body = shown(issued.token);
  body["secret"] = issued.secret;
  return created(body, fmt::format("/api/v1/tokens/{}", issued.token.id));
}

Result<Reply> revoke_token(Call& call) {
  const std::string unit = call.scope == access::Scope::city ? "" : call.who().unit;
  TRY(const auto mine, call.parts.accounts.tokens(unit));
  const auto known =
      std::ranges::find(mine, call.part("token"), &access::Accounts::Token::id) != mine.end();
  if (!known) return fail(Error::Kind::not_found, fmt::format("no token '{}'", call.part("token")));
  TRY_VOID(call.parts.accounts.revoke_token(call.who().account, call.part("token")));
  return no_content();
}

}  // namespace haidang::api
