// Accounts, sessions and tokens as the projection's tables hold them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/access/accounts.hpp"
#include "record/ledger/sql.hpp"

namespace haidang::access {

// An account with what only this module may see.
struct Stored {
  Account account;
  std::string password;      // Argon2id string; empty: none, single sign-on only
  std::string totp;          // sealed; empty: none
  std::string totp_pending;  // sealed; waits for its first right code
  std::int64_t totp_step = 0;
  std::int64_t failures = 0;
  std::int64_t locks = 0;  // in a row
  Time locked_until{};
};

struct StoredSession {
  std::string account;
  Time used{};
  Time expires{};
  bool vouched = false;
};

// Whole microseconds, as the ledger keeps times.
std::int64_t micros(Time time);
Time from_micros(std::int64_t micros);

std::string to_json(const std::vector<std::string>& texts);
std::vector<std::string> texts_of(std::string_view json);

Result<std::optional<Stored>> find_account(ledger::Sql& sql, std::string_view id);
Result<std::optional<Stored>> find_subject(ledger::Sql& sql, std::string_view oidc_subject);
Result<Stored> get_account(ledger::Sql& sql, std::string_view id);  // not_found where absent
Result<std::vector<Account>> list_accounts(ledger::Sql& sql, std::string_view text,
                                           std::string_view after, std::size_t limit);

Result<std::optional<StoredSession>> find_session(ledger::Sql& sql, const std::string& hash);
Result<std::optional<Accounts::Token>> find_token(ledger::Sql& sql, const std::string& hash);
Result<std::vector<Accounts::Token>> list_tokens(ledger::Sql& sql, std::string_view unit);

}  // namespace haidang::access
