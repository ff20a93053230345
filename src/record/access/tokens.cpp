// Tokens for machines.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/access/accounts.hpp"
#include "record/access/secrets.hpp"
#include "record/access/state.hpp"

namespace haidang::access {

namespace {

Result<> check_token(const AccountState& state, const Accounts::Token& wanted) {
  TRY_VOID(check_text("label", wanted.label));
  TRY_VOID(check_text("unit", wanted.unit));
  if (wanted.roles.empty()) return invalid("a token needs a role", "roles");
  for (const auto& name : wanted.roles) {
    const auto* role = state.policy.find(name);
    if (!role || !role->machine)
      return invalid(fmt::format("'{}' is not a role of tokens", text::shown(name)), "roles");
  }
  if (wanted.expires && *wanted.expires <= state.ledger.time())
    return invalid("must lie in the future", "expires");
  return {};
}

json::object body_of(const Accounts::Token& token, std::string_view secret) {
  json::object body{{"token", token.id},
                    {"hash", hash_of_token(secret)},
                    {"label", token.label},
                    {"unit", token.unit},
                    {"roles", json::array(token.roles.begin(), token.roles.end())}};
  if (token.expires) body["expires"] = micros(*token.expires);
  return body;
}

}  // namespace

Result<Accounts::Issued> Accounts::issue_token(std::string_view by, const Token& wanted) {
  TRY_VOID(check_token(*state_, wanted));
  Issued issued{.token = wanted, .secret = random_token()};
  issued.token.id = hash_of_token(random_token()).substr(0, 16);
  issued.token.revoked = false;
  TRY_VOID(state_->write_one({std::string(by),
                              wanted.unit,
                              {},
                              "access.token_issued",
                              body_of(issued.token, issued.secret)},
                             [&](ledger::Sql& sql) {
                               return state_->options.check_unit
                                          ? state_->options.check_unit(sql, wanted.unit)
                                          : Result<>{};
                             }));
  return issued;
}

Result<> Accounts::revoke_token(std::string_view by, std::string_view id) {
  return state_->write([&](ledger::Writer& writer) -> Result<> {
    TRY(const auto all, list_tokens(writer.sql(), ""));
    const auto found = std::ranges::find(all, id, &Token::id);
    if (found == all.end())
      return fail(Error::Kind::not_found, fmt::format("no token '{}'", text::shown(id)));
    if (found->revoked) return {};
    json::object body{{"token", id}};
    TRY_VOID(
        writer.append({std::string(by), found->unit, {}, "access.token_revoked", std::move(body)}));
    return {};
  });
}

Result<std::vector<Accounts::Token>> Accounts::tokens(std::string_view unit) const {
  return state_->ledger.read([&](ledger::Sql& sql) { return list_tokens(sql, unit); });
}

}  // namespace haidang::access
