// What the parts of Accounts share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "record/access/accounts.hpp"
#include "record/access/live.hpp"
#include "record/access/passwords.hpp"
#include "record/access/refusals.hpp"
#include "record/access/rows.hpp"

namespace haidang::access {

namespace json = boost::json;

// One set of words for whatever was wrong, so that none is told from another.
inline constexpr std::string_view wrong_words =
    "wrong account, password or code, or too many attempts: try again later";

struct AccountState {
  AccountState(ledger::Ledger& of, const Policy& by, AccountOptions with);

  [[nodiscard]] PasswordRules rules() const {
    return {options.least_password, policy.weak_passwords()};
  }
  Result<> write_refusals(const std::vector<Refusal>& refusals);
  void notice(std::span<const ledger::Act> acts);

  // ledger.write(). Where it is not known whether the acts were written, nothing that is cached is
  // trusted any more.
  template <class Work>
  auto write(Work&& work) -> std::invoke_result_t<Work, ledger::Writer&> {
    auto done = ledger.write(std::forward<Work>(work));
    if (!done && done.error().kind == Error::Kind::unavailable) live.make_all_stale();
    return done;
  }
  // One act, after `check` of what stands.
  template <class Check>
  Result<> write_one(ledger::Draft draft, Check&& check) {
    return write([&](ledger::Writer& writer) -> Result<> {
      TRY_VOID(check(writer.sql()));
      TRY_VOID(writer.append(std::move(draft)));
      return {};
    });
  }

  ledger::Ledger& ledger;
  const Policy& policy;
  AccountOptions options;
  Passwords passwords;
  Live live;
  RefusalLimit refusals;
};

std::string hash_of_token(std::string_view token);
// What an outsider said, fit for an act: short, no controls, valid UTF-8.
std::string told(std::string_view text);

bool is_account_id(std::string_view id);
// Non-empty where `required`, at most 200 bytes of valid UTF-8 without controls.
Result<> check_text(std::string_view field, std::string_view value, bool required = true);

// Counts towards the lock, and locks: acts in the caller's transaction. `why`: "password", "code".
Result<> count_failure(ledger::Writer& writer, const AccountOptions& options, const Stored& stored,
                       std::string_view why, std::string_view peer);

}  // namespace haidang::access
