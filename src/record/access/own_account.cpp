// What people change of their own account: password and second factor.
#include <fmt/format.h>

#include "record/access/accounts.hpp"
#include "record/access/secrets.hpp"
#include "record/access/state.hpp"
#include "record/access/totp.hpp"

namespace haidang::access {

namespace {

std::unexpected<Error> wrong_old() {
  return fail(Error::Kind::denied, std::string(wrong_words), "old_password");
}

json::object password_body(std::string_view account, std::string hash, std::string_view keep) {
  return {{"account", account},
          {"password", std::move(hash)},
          {"must_change_password", false},
          {"keep", keep.empty() ? std::string() : hash_of_token(keep)}};
}

// A stolen session is no place to guess the password: failures count as they do at the door.
Result<> check_old(AccountState& state, const Stored& seen, std::string_view old_password) {
  if (state.ledger.time() < seen.locked_until) return wrong_old();
  TRY(const bool right, state.passwords.verify(seen.password, old_password));
  if (right) return {};
  TRY_VOID(state.write([&](ledger::Writer& writer) -> Result<> {
    TRY(const auto now, get_account(writer.sql(), seen.account.id));
    return count_failure(writer, state.options, now, "old password", "");
  }));
  return wrong_old();
}

Result<> check_pending(const Stored& stored) {
  if (!stored.totp_pending.empty()) return {};
  return fail(Error::Kind::conflict, "no second factor is being set up: begin again");
}

}  // namespace

Result<> Accounts::change_password(std::string_view account, std::string_view old_password,
                                   std::string_view new_password, std::string_view keep) {
  TRY(const auto seen,
      state_->ledger.read([&](ledger::Sql& sql) { return get_account(sql, account); }));
  TRY_VOID(check_old(*state_, seen, old_password));
  if (old_password == new_password)
    return invalid("the new password must be another one", "new_password");
  TRY_VOID(check_password(new_password, account, state_->rules()));
  TRY(auto hash, state_->passwords.hash(new_password));
  return state_->write_one({std::string(account),
                            seen.account.unit,
                            {},
                            "access.password_set",
                            password_body(account, std::move(hash), keep)},
                           [&](ledger::Sql& sql) -> Result<> {
                             TRY(const auto now, get_account(sql, account));
                             if (now.password == seen.password && now.account.active) return {};
                             return fail(Error::Kind::conflict, "the account changed meanwhile");
                           });
}

Result<std::string> Accounts::begin_totp(std::string_view account) {
  const auto secret = random_bytes(totp_secret_bytes);
  TRY(auto sealed, seal(state_->options.secret_key, secret));
  json::object body{{"account", account}, {"sealed", std::move(sealed)}};
  TRY_VOID(state_->write_one({std::string(account), {}, {}, "access.totp_begun", std::move(body)},
                             [&](ledger::Sql& sql) -> Result<> {
                               TRY(const auto stored, get_account(sql, account));
                               if (stored.totp.empty()) return {};
                               return fail(
                                   Error::Kind::conflict,
                                   "there is a second factor already: have it removed first");
                             }));
  return totp_link(state_->options.issuer, account, secret);
}

Result<> Accounts::confirm_totp(std::string_view account, std::string_view code) {
  return state_->write([&](ledger::Writer& writer) -> Result<> {
    TRY(const auto stored, get_account(writer.sql(), account));
    TRY_VOID(check_pending(stored));
    TRY(const auto secret, unseal(state_->options.secret_key, stored.totp_pending));
    const auto step = totp_step(secret, code, writer.at(), stored.totp_step);
    if (!step) return fail(Error::Kind::denied, "wrong code: check the telephone's clock", "code");
    json::object body{{"account", account}, {"totp_step", *step}};
    TRY_VOID(writer.append(
        {std::string(account), stored.account.unit, {}, "access.totp_confirmed", std::move(body)}));
    return {};
  });
}

Result<> Accounts::remove_totp(std::string_view by, std::string_view account) {
  json::object body{{"account", account}};
  return state_->write_one({std::string(by), {}, {}, "access.totp_removed", std::move(body)},
                           [&](ledger::Sql& sql) -> Result<> {
                             TRY_VOID(get_account(sql, account));
                             return {};
                           });
}

}  // namespace haidang::access
