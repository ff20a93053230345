// Accounts, what they prove themselves with, sessions and tokens.
//
// Passwords: Argon2id (RFC 9106, libsodium's moderate limits; tests may take the least). TOTP:
// RFC 6238, SHA-1, 30 s, 6 digits, one step either way, each code once. Sessions and tokens are
// 256 random bits, kept only as SHA-256. Five failures lock an account for 15 minutes, doubling;
// unknown accounts take as long as known ones. Every login, refusal, lock, change and logout is an
// act ("access.login", "access.refused" …); secrets never are: of a password its Argon2id string,
// of a token its SHA-256, a TOTP secret only encrypted with the server's key (docs/adr/0014). Setup
// of the first administrator is by the command line. Safe from any thread; log_in() and all that
// takes a password is slow on purpose and waits for one of few places, known_by_*() is not: it asks
// the database once per session. Who may call what is for the caller to ask of the Policy.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/access/policy.hpp"
#include "record/access/principal.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::access {

enum class Effort : std::uint8_t { usual, least };  // of Argon2id; `least` is for tests

struct AccountOptions {
  Effort effort = Effort::usual;
  std::uint32_t most_failures = 5;
  std::chrono::seconds lock_for{15 * 60};
  std::chrono::seconds session_idle{30 * 60};
  std::chrono::seconds session_most{12 * 3600};
  std::size_t least_password = 12;
  std::string issuer = "Hai Dang";               // in the TOTP link
  std::chrono::seconds lock_most{4 * 3600};      // where doubling ends
  std::string secret_key{};                      // 32 bytes, see open_secret_key(); none: no TOTP
  bool require_totp = true;                      // of roles that the policy says it of
  std::ptrdiff_t argon_at_once = 2;              // each takes 256 MiB with the usual effort
  std::chrono::milliseconds argon_wait{10'000};  // then `unavailable`
  // Refuses a unit that does not exist (app wires the registry); none: any well-formed one.
  std::function<Result<>(ledger::Sql&, std::string_view unit)> check_unit{};
};

// 32 random bytes in a file readable by its owner only, made where it is absent. Whoever loses it
// loses the TOTP secrets: every account sets its second factor up again.
Result<std::string> open_secret_key(const std::filesystem::path& file);

struct Account {
  std::string id;  // login name: a-z 0-9 . -
  std::string name;
  std::string unit;
  std::string email{};
  std::vector<std::string> roles{};
  bool active = true;
  bool must_change_password = true;
  bool has_totp = false;
  std::string oidc_subject{};  // "issuer subject" where single sign-on is linked
};

struct Session {
  std::string token;  // what the cookie holds; told once
  std::string csrf;   // to be sent back in X-CSRF-Token with every change
  Time expires{};
};

// Whom a session or token stands for, and what a change must carry.
struct Known {
  Principal who;
  std::string csrf{};  // empty for bearer tokens: they need none
  bool must_change_password = false;
  bool by_token = false;
  // A role of theirs wants a second factor and they have none yet: own account only, till then.
  bool must_set_totp = false;
};

ledger::Projection projection();

struct AccountState;

class Accounts {
 public:
  Accounts(ledger::Ledger& ledger, const Policy& policy, AccountOptions options = {});

  // --- Administration (`by`: account of the administrator, or "system") --------
  Result<> create(std::string_view by, const Account& account, std::string_view password);
  Result<> change(std::string_view by, const Account& account);  // name, unit, roles, active
  Result<> reset_password(std::string_view by, std::string_view account, std::string_view password);
  Result<> unlock(std::string_view by, std::string_view account);
  Result<Account> get(std::string_view account) const;
  Result<std::vector<Account>> list(std::string_view text, std::string_view after,
                                    std::size_t limit) const;

  // --- Logging in --------------------------------------------------------------
  struct Attempt {
    std::string account;
    std::string password;
    std::string totp{};  // where the account has one
    std::string peer{};  // address, for the record
  };
  // denied (wrong, locked or unknown: the same words), or denied with where == "totp" when the
  // password was right and a code is wanted.
  Result<Session> log_in(const Attempt& attempt);
  // After another provider has vouched (OIDC).
  Result<Session> log_in_vouched(std::string_view oidc_subject, std::string_view peer);
  Result<Known> known_by_session(std::string_view token);
  Result<Known> known_by_bearer(std::string_view token);
  Result<> log_out(std::string_view token);
  Result<> log_out_everywhere(std::string_view by, std::string_view account);

  // --- Own account --------------------------------------------------------------
  // Ends all sessions of the account but `keep` (its token).
  Result<> change_password(std::string_view account, std::string_view old_password,
                           std::string_view new_password, std::string_view keep = {});
  // Starts TOTP: the otpauth:// link. It holds once confirm_totp() has seen a right code.
  Result<std::string> begin_totp(std::string_view account);
  Result<> confirm_totp(std::string_view account, std::string_view code);
  Result<> remove_totp(std::string_view by, std::string_view account);

  // --- Tokens for machines -------------------------------------------------------
  struct Token {
    std::string id{};  // given by issue_token()
    std::string label;
    std::string unit;
    std::vector<std::string> roles;  // "ingest", "reader" …
    std::optional<Time> expires{};
    bool revoked = false;
  };
  struct Issued {
    Token token;
    std::string secret;  // told once
  };
  Result<Issued> issue_token(std::string_view by, const Token& wanted);
  Result<> revoke_token(std::string_view by, std::string_view id);
  Result<std::vector<Token>> tokens(std::string_view unit) const;  // empty: all

  // "access.refused", for what a route turned away; limited to one a minute per account, route and
  // peer so that a storm of refusals does not fill the ledger: the count goes along.
  Result<> record_refusal(const Principal& who, std::string_view what, std::string_view peer);
  // "access.exported"
  Result<> record_export(const Principal& who, std::string_view what, std::uint64_t rows);

  // Writes down what is only remembered: refusals counted but not told, and when sessions were last
  // used, so that a restart ends none too early. To be called every minute and before stopping.
  Result<> settle();

 private:
  std::shared_ptr<AccountState> state_;
};

// RFC 6238, for tests and devices.
std::string totp_code(std::string_view secret, Time at);

}  // namespace haidang::access
