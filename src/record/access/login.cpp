// Logging in and out, and whom a session stands for.
#include <fmt/format.h>

#include "record/access/accounts.hpp"
#include "record/access/secrets.hpp"
#include "record/access/state.hpp"
#include "record/access/totp.hpp"

namespace haidang::access {

namespace {

constexpr std::size_t longest_token = 128;

// Bound to the session without being kept: who holds it cannot find the token.
std::string csrf_of(std::string_view token) {
  return sha256_hex(std::string("haidang csrf ").append(token));
}

std::unexpected<Error> wrong(std::string where = {}) {
  return fail(Error::Kind::denied, std::string(wrong_words), std::move(where));
}
std::unexpected<Error> log_in_first() {
  return fail(Error::Kind::denied, "log in first: the session is unknown or over");
}

// What the second factor says, where the first was right.
struct Factor {
  enum class Verdict : std::uint8_t { right, wanted, wrong };
  Verdict verdict = Verdict::right;
  std::int64_t step = 0;
};

Result<Factor> second_factor(const AccountOptions& options, const Stored& stored,
                             std::string_view code, Time at) {
  if (stored.totp.empty()) return Factor{};
  if (code.empty()) return Factor{.verdict = Factor::Verdict::wanted};
  TRY(const auto secret, unseal(options.secret_key, stored.totp));
  const auto step = totp_step(secret, code, at, stored.totp_step);
  if (!step) return Factor{.verdict = Factor::Verdict::wrong};
  return Factor{.step = *step};
}

struct How {
  std::string_view name;  // "password", "oidc"
  std::string_view peer;
  std::int64_t totp_step = 0;
};

Result<Session> open_session(ledger::Writer& writer, const AccountOptions& options,
                             const Account& account, const How& how) {
  Session session{
      .token = random_token(), .csrf = {}, .expires = writer.at() + options.session_most};
  session.csrf = csrf_of(session.token);
  json::object body{{"account", account.id},
                    {"session", hash_of_token(session.token)},
                    {"expires", micros(session.expires)},
                    {"how", how.name},
                    {"peer", told(how.peer)}};
  if (how.totp_step > 0) body["totp_step"] = how.totp_step;
  TRY_VOID(writer.append({account.id, account.unit, {}, "access.login", std::move(body)}));
  return session;
}

// A session, or why not: a refusal is an act too, so it must not undo the transaction.
using Outcome = Result<Session>;

class Login {
 public:
  Login(AccountState& state, const Accounts::Attempt& attempt) : state_(state), attempt_(attempt) {}

  Result<Session> run() {
    TRY(const auto seen, look());
    TRY(const bool right, state_.passwords.verify(seen ? seen->password : "", attempt_.password));
    if (!seen || !seen->account.active || is_locked(*seen)) return refuse_uncounted(seen);
    TRY(const auto outcome,
        state_.write([&](ledger::Writer& writer) { return decide(writer, *seen, right); }));
    return outcome;
  }

 private:
  Result<std::optional<Stored>> look() const {
    if (!is_account_id(attempt_.account)) return std::nullopt;
    return state_.ledger.read(
        [&](ledger::Sql& sql) { return find_account(sql, attempt_.account); });
  }

  [[nodiscard]] bool is_locked(const Stored& stored) const {
    return state_.ledger.time() < stored.locked_until;
  }

  // No failure is counted: nobody could lock an account for ever. What was typed as an unknown
  // name is not kept: it may be a password.
  Result<Session> refuse_uncounted(const std::optional<Stored>& seen) {
    Refusal refusal{
        .account = "public", .what = "login: unknown account", .peer = told(attempt_.peer)};
    if (seen) {
      refusal.unit = seen->account.unit;
      refusal.what = fmt::format("login: {} {}", seen->account.active ? "locked" : "inactive",
                                 seen->account.id);
    }
    TRY_VOID(
        state_.write_refusals(state_.refusals.admit(std::move(refusal), state_.ledger.time())));
    return wrong();
  }

  // The account is looked at again: others may have tried, or changed it, meanwhile.
  Result<Outcome> decide(ledger::Writer& writer, const Stored& seen, bool right) {
    TRY(const auto now, get_account(writer.sql(), attempt_.account));
    if (!now.account.active || writer.at() < now.locked_until || now.password != seen.password)
      return Outcome(wrong());
    if (!right) return refuse(writer, now, "password", {});
    TRY(const auto factor, second_factor(state_.options, now, attempt_.totp, writer.at()));
    switch (factor.verdict) {
      case Factor::Verdict::wanted: return Outcome(wrong("totp"));
      case Factor::Verdict::wrong: return refuse(writer, now, "code", "totp");
      case Factor::Verdict::right: break;
    }
    TRY(auto session, open_session(writer, state_.options, now.account,
                                   {"password", attempt_.peer, factor.step}));
    return Outcome(std::move(session));
  }

  Result<Outcome> refuse(ledger::Writer& writer, const Stored& now, std::string_view why,
                         std::string where) {
    TRY_VOID(count_failure(writer, state_.options, now, why, attempt_.peer));
    return Outcome(wrong(std::move(where)));
  }

  AccountState& state_;
  const Accounts::Attempt& attempt_;
};

bool wants_totp(const AccountState& state, const Stored& stored) {
  if (!state.options.require_totp || !stored.totp.empty()) return false;
  for (const auto& name : stored.account.roles)
    if (const auto* role = state.policy.find(name); role && role->totp_required) return true;
  return false;
}

// Another provider has asked for the factors of a vouched session.
std::shared_ptr<const Live::Facts> facts_of(const AccountState& state, const Stored& stored,
                                            const StoredSession& session, std::string_view token) {
  const auto& account = stored.account;
  Known known{.who = {.kind = Principal::Kind::person,
                      .account = account.id,
                      .name = account.name,
                      .unit = account.unit,
                      .roles = account.roles},
              .csrf = csrf_of(token)};
  known.must_change_password = account.must_change_password && !session.vouched;
  known.must_set_totp = !session.vouched && wants_totp(state, stored);
  return std::make_shared<const Live::Facts>(Live::Facts{std::move(known), session.expires});
}

std::shared_ptr<const Live::Facts> facts_of(const Accounts::Token& token) {
  Known known{.who = {.kind = Principal::Kind::machine,
                      .account = "token:" + token.id,
                      .name = token.label,
                      .unit = token.unit,
                      .roles = token.roles}};
  known.by_token = true;
  return std::make_shared<const Live::Facts>(
      Live::Facts{std::move(known), token.expires.value_or(Time::max()), false});
}

struct Loaded {
  std::shared_ptr<const Live::Facts> facts;
  Time used{};
};

// Asks the cache, else `load`; what is not good is denied. `kind` keeps a bearer token from being
// taken for a session, which it is not: it carries no CSRF value.
template <class Load>
Result<Known> known_by(AccountState& state, std::string_view kind, std::string_view token,
                       Load&& load) {
  if (token.empty() || token.size() > longest_token) return log_in_first();
  const auto hash = hash_of_token(token);
  const auto key = std::string(kind) + hash;
  const auto now = state.ledger.time();
  auto found = state.live.use(key, now);
  if (found.state == Live::State::unknown) {
    const auto generation = state.live.generation();
    TRY(auto loaded,
        state.ledger.read([&](ledger::Sql& sql) -> Result<Loaded> { return load(sql, hash); }));
    if (!loaded.facts) return log_in_first();
    found = state.live.take(key, std::move(loaded.facts), loaded.used, now, generation);
  }
  if (found.state != Live::State::good) return log_in_first();
  return found.facts->known;
}

}  // namespace

Result<Session> Accounts::log_in(const Attempt& attempt) { return Login(*state_, attempt).run(); }

Result<Session> Accounts::log_in_vouched(std::string_view oidc_subject, std::string_view peer) {
  TRY(const auto stored,
      state_->ledger.read([&](ledger::Sql& sql) -> Result<std::optional<Stored>> {
        if (!check_text("oidc_subject", oidc_subject)) return std::nullopt;
        return find_subject(sql, oidc_subject);
      }));
  if (!stored || !stored->account.active) {
    TRY_VOID(record_refusal({}, "login: no account for this sign-on", peer));
    return fail(Error::Kind::denied, "no account is linked to this sign-on: ask the administrator");
  }
  return state_->write([&](ledger::Writer& writer) -> Result<Session> {
    TRY(const auto now, get_account(writer.sql(), stored->account.id));
    if (!now.account.active || now.account.oidc_subject != oidc_subject) return log_in_first();
    return open_session(writer, state_->options, now.account, {"oidc", peer});
  });
}

Result<Known> Accounts::known_by_session(std::string_view token) {
  return known_by(*state_, "", token,
                  [&](ledger::Sql& sql, const std::string& hash) -> Result<Loaded> {
                    TRY(const auto session, find_session(sql, hash));
                    if (!session) return Loaded{};
                    TRY(const auto stored, find_account(sql, session->account));
                    if (!stored || !stored->account.active) return Loaded{};
                    return Loaded{facts_of(*state_, *stored, *session, token), session->used};
                  });
}

Result<Known> Accounts::known_by_bearer(std::string_view token) {
  return known_by(*state_, "token:", token,
                  [&](ledger::Sql& sql, const std::string& hash) -> Result<Loaded> {
                    TRY(const auto found, find_token(sql, hash));
                    if (!found || found->revoked) return Loaded{};
                    return Loaded{facts_of(*found), state_->ledger.time()};
                  });
}

Result<> Accounts::log_out(std::string_view token) {
  const auto hash = hash_of_token(token);
  return state_->write([&](ledger::Writer& writer) -> Result<> {
    TRY(const auto session, find_session(writer.sql(), hash));
    if (!session) return {};  // over already: what was wanted
    TRY(const auto stored, get_account(writer.sql(), session->account));
    json::object body{{"account", session->account}, {"session", hash}};
    TRY_VOID(writer.append(
        {session->account, stored.account.unit, {}, "access.logout", std::move(body)}));
    return {};
  });
}

Result<> Accounts::log_out_everywhere(std::string_view by, std::string_view account) {
  return state_->write([&](ledger::Writer& writer) -> Result<> {
    TRY(const auto stored, get_account(writer.sql(), account));
    json::object body{{"account", account}};
    TRY_VOID(writer.append(
        {std::string(by), stored.account.unit, {}, "access.logout", std::move(body)}));
    return {};
  });
}

}  // namespace haidang::access
