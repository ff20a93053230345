// Administration of accounts, and what everybody's acts leave behind.
#include "record/access/accounts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/access/state.hpp"

namespace haidang::access {

namespace {

json::array roles_of(const std::vector<std::string>& roles) {
  return json::array(roles.begin(), roles.end());
}

json::object body_of(const Account& account) {
  return {{"account", account.id},
          {"name", account.name},
          {"unit", account.unit},
          {"email", account.email},
          {"active", account.active},
          {"roles", roles_of(account.roles)},
          {"oidc_subject", account.oidc_subject}};
}

Result<> check_roles(const Policy& policy, const std::vector<std::string>& roles) {
  if (roles.empty()) return invalid("an account needs a role", "roles");
  for (const auto& name : roles) {
    const auto* role = policy.find(name);
    if (!role) return invalid(fmt::format("unknown role '{}'", text::shown(name)), "roles");
    if (role->machine) return invalid(fmt::format("role '{}' is for tokens", name), "roles");
    if (role->alone && roles.size() > 1)
      return invalid(fmt::format("role '{}' is held with no other", name), "roles");
    if (std::ranges::count(roles, name) > 1)
      return invalid(fmt::format("role '{}' is named twice", name), "roles");
  }
  return {};
}

Result<> check_account(const Policy& policy, const Account& account) {
  if (!is_account_id(account.id))
    return invalid("must be 1 to 64 of a-z 0-9 . -, and not 'system' or 'public'", "id");
  TRY_VOID(check_text("name", account.name));
  TRY_VOID(check_text("unit", account.unit));
  TRY_VOID(check_text("email", account.email, false));
  TRY_VOID(check_text("oidc_subject", account.oidc_subject, false));
  return check_roles(policy, account.roles);
}

Result<> check_unit(const AccountOptions& options, ledger::Sql& sql, std::string_view unit) {
  return options.check_unit ? options.check_unit(sql, unit) : Result<>{};
}

Result<> check_subject_free(ledger::Sql& sql, const Account& account) {
  if (account.oidc_subject.empty()) return {};
  TRY(const auto other, find_subject(sql, account.oidc_subject));
  if (!other || other->account.id == account.id) return {};
  return fail(Error::Kind::conflict,
              fmt::format("single sign-on is linked to account '{}' already", other->account.id),
              "oidc_subject");
}

// Who gives out roles does not give them to themselves.
Result<> check_not_own(std::string_view by, const Account& now, const Account& wanted) {
  const bool same = now.roles == wanted.roles && now.unit == wanted.unit &&
                    now.active == wanted.active && now.oidc_subject == wanted.oidc_subject;
  if (by != wanted.id || same) return {};
  return fail(Error::Kind::denied, "nobody changes their own roles, unit or state");
}

// No password where single sign-on alone lets in.
Result<std::string> hash_first(AccountState& state, const Account& account,
                               std::string_view password) {
  if (password.empty() && !account.oidc_subject.empty()) return std::string();
  TRY_VOID(check_password(password, account.id, state.rules()));
  return state.passwords.hash(password);
}

}  // namespace

Accounts::Accounts(ledger::Ledger& ledger, const Policy& policy, AccountOptions options)
    : state_(std::make_shared<AccountState>(ledger, policy, std::move(options))) {
  // The ledger may outlive this.
  ledger.listen([weak = std::weak_ptr(state_)](std::span<const ledger::Act> acts) {
    if (const auto state = weak.lock()) state->notice(acts);
  });
}

Result<> Accounts::create(std::string_view by, const Account& account, std::string_view password) {
  TRY_VOID(check_account(state_->policy, account));
  TRY(auto hash, hash_first(*state_, account, password));
  auto body = body_of(account);
  body["must_change_password"] = account.must_change_password && !hash.empty();
  body["password"] = std::move(hash);
  return state_->write_one(
      {std::string(by), account.unit, {}, "access.account_created", std::move(body)},
      [&](ledger::Sql& sql) -> Result<> {
        TRY_VOID(check_unit(state_->options, sql, account.unit));
        TRY_VOID(check_subject_free(sql, account));
        TRY(const auto there, find_account(sql, account.id));
        if (!there) return {};
        return fail(Error::Kind::conflict, fmt::format("account '{}' is there already", account.id),
                    "id");
      });
}

Result<> Accounts::change(std::string_view by, const Account& account) {
  TRY_VOID(check_account(state_->policy, account));
  return state_->write_one(
      {std::string(by), account.unit, {}, "access.account_changed", body_of(account)},
      [&](ledger::Sql& sql) -> Result<> {
        TRY_VOID(check_unit(state_->options, sql, account.unit));
        TRY_VOID(check_subject_free(sql, account));
        TRY(const auto there, get_account(sql, account.id));
        return check_not_own(by, there.account, account);
      });
}

Result<> Accounts::reset_password(std::string_view by, std::string_view account,
                                  std::string_view password) {
  if (by == account) return fail(Error::Kind::denied, "change your own password with the old one");
  TRY_VOID(check_password(password, account, state_->rules()));
  TRY(auto hash, state_->passwords.hash(password));
  json::object body{{"account", account},
                    {"password", std::move(hash)},
                    {"must_change_password", true},
                    {"keep", ""}};
  return state_->write_one({std::string(by), {}, {}, "access.password_set", std::move(body)},
                           [&](ledger::Sql& sql) -> Result<> {
                             TRY_VOID(get_account(sql, account));
                             return {};
                           });
}

Result<> Accounts::unlock(std::string_view by, std::string_view account) {
  json::object body{{"account", account}};
  return state_->write_one({std::string(by), {}, {}, "access.unlocked", std::move(body)},
                           [&](ledger::Sql& sql) -> Result<> {
                             TRY_VOID(get_account(sql, account));
                             return {};
                           });
}

Result<Account> Accounts::get(std::string_view account) const {
  TRY(auto stored,
      state_->ledger.read([&](ledger::Sql& sql) { return get_account(sql, account); }));
  return std::move(stored.account);
}

Result<std::vector<Account>> Accounts::list(std::string_view text, std::string_view after,
                                            std::size_t limit) const {
  return state_->ledger.read(
      [&](ledger::Sql& sql) { return list_accounts(sql, text, after, limit); });
}

Result<> Accounts::record_refusal(const Principal& who, std::string_view what,
                                  std::string_view peer) {
  Refusal refusal{.account = who.account.empty() ? "public" : who.account,
                  .unit = who.unit,
                  .what = told(what),
                  .peer = told(peer)};
  return state_->write_refusals(state_->refusals.admit(std::move(refusal), state_->ledger.time()));
}

Result<> Accounts::record_export(const Principal& who, std::string_view what, std::uint64_t rows) {
  json::object body{{"what", told(what)}, {"rows", rows}};
  return state_->write_one({who.account, who.unit, {}, "access.exported", std::move(body)},
                           [](ledger::Sql&) { return Result<>{}; });
}

Result<> Accounts::settle() {
  TRY_VOID(state_->write_refusals(state_->refusals.overdue(state_->ledger.time())));
  const auto uses = state_->live.unsettled(state_->options.session_idle / 6);
  constexpr std::size_t in_one_act = 5000;  // of 90 bytes each
  for (std::size_t from = 0; from < uses.size(); from += in_one_act) {
    const std::vector<Live::Use> some(
        uses.begin() + static_cast<std::ptrdiff_t>(from),
        uses.begin() + static_cast<std::ptrdiff_t>(std::min(from + in_one_act, uses.size())));
    json::object times;
    for (const auto& use : some) times[use.hash] = micros(use.at);
    json::object body{{"sessions", std::move(times)}};
    TRY_VOID(state_->write_one({"system", {}, {}, "access.sessions_used", std::move(body)},
                               [](ledger::Sql&) { return Result<>{}; }));
    state_->live.settled(some);
  }
  return {};
}

}  // namespace haidang::access
