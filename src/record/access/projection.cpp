// The tables of this module, made from its acts.
#include <array>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "record/access/accounts.hpp"
#include "record/access/rows.hpp"

namespace haidang::access {

namespace {

namespace json = boost::json;
using ledger::Act;
using ledger::Cell;
using ledger::Cells;
using ledger::Sql;

// Reads an act's body; what is absent or of another type becomes a fault told by done().
class Body {
 public:
  explicit Body(const Act& act) : act_(act) {}

  std::string text(std::string_view key) {
    const auto* value = act_.body.if_contains(key);
    if (value && value->is_string()) return std::string(value->get_string());
    return fault<std::string>(key);
  }
  std::int64_t integer(std::string_view key) {
    const auto* value = act_.body.if_contains(key);
    if (value && value->is_int64()) return value->get_int64();
    return fault<std::int64_t>(key);
  }
  std::int64_t flag(std::string_view key) {
    const auto* value = act_.body.if_contains(key);
    if (value && value->is_bool()) return value->get_bool() ? 1 : 0;
    return fault<std::int64_t>(key);
  }
  std::string list(std::string_view key) {
    const auto* value = act_.body.if_contains(key);
    if (value && value->is_array()) return json::serialize(*value);
    return fault<std::string>(key);
  }
  [[nodiscard]] bool has(std::string_view key) const { return act_.body.contains(key); }
  // Text or null where it is empty: what must be unique only where it is set.
  Cell text_or_null(std::string_view key) {
    auto value = text(key);
    return value.empty() ? Cell{} : Cell{std::move(value)};
  }
  [[nodiscard]] Result<> done() const {
    if (wrong_.empty()) return {};
    return fail(Error::Kind::corrupt,
                fmt::format("act {} ({}) has no sound '{}'", act_.seq, act_.kind, wrong_));
  }

 private:
  template <class Value>
  Value fault(std::string_view key) {
    if (wrong_.empty()) wrong_ = key;
    return Value{};
  }
  const Act& act_;
  std::string wrong_;
};

Result<> run(Sql& sql, const Body& body, std::string_view statement, const Cells& values) {
  TRY_VOID(body.done());
  TRY_VOID(sql.run(statement, values));
  return {};
}

std::string search_text(Body& body) {
  return text::search_key(body.text("account") + ' ' + body.text("name"));
}

Result<> created(Sql& sql, const Act& act) {
  Body body(act);
  return run(sql, body,
             "INSERT INTO access_account (id, name, unit, email, roles, active, must_change, "
             "oidc_subject, password, totp, totp_pending, totp_step, failures, locks, "
             "locked_until, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, 0, 0, 0, ?)",
             {body.text("account"), body.text("name"), body.text("unit"), body.text("email"),
              body.list("roles"), body.flag("active"), body.flag("must_change_password"),
              body.text_or_null("oidc_subject"), body.text("password"), search_text(body)});
}

Result<> end_sessions(Sql& sql, const Body& body, std::string account, std::string keep = {}) {
  return run(sql, body, "DELETE FROM access_session WHERE account = ? AND hash <> ?",
             {std::move(account), std::move(keep)});
}

Result<> changed(Sql& sql, const Act& act) {
  Body body(act);
  TRY_VOID(run(sql, body,
               "UPDATE access_account SET name = ?, unit = ?, email = ?, roles = ?, active = ?, "
               "oidc_subject = ?, search = ? WHERE id = ?",
               {body.text("name"), body.text("unit"), body.text("email"), body.list("roles"),
                body.flag("active"), body.text_or_null("oidc_subject"), search_text(body),
                body.text("account")}));
  if (body.flag("active") != 0) return {};
  return end_sessions(sql, body, body.text("account"));
}

Result<> password_set(Sql& sql, const Act& act) {
  Body body(act);
  TRY_VOID(run(sql, body,
               "UPDATE access_account SET password = ?, must_change = ?, failures = 0, locks = 0, "
               "locked_until = 0 WHERE id = ?",
               {body.text("password"), body.flag("must_change_password"), body.text("account")}));
  return end_sessions(sql, body, body.text("account"), body.text("keep"));
}

Result<> logged_in(Sql& sql, const Act& act) {
  Body body(act);
  const auto at = micros(act.at);
  TRY_VOID(run(sql, body,
               "INSERT INTO access_session (hash, account, used, expires, vouched) "
               "VALUES (?, ?, ?, ?, ?)",
               {body.text("session"), body.text("account"), at, body.integer("expires"),
                Cell{std::int64_t{body.text("how") == "oidc"}}}));
  TRY_VOID(run(sql, body, "DELETE FROM access_session WHERE expires <= ?", {at}));
  if (body.text("how") == "oidc") return {};
  const auto step = body.has("totp_step") ? body.integer("totp_step") : 0;
  return run(sql, body,
             "UPDATE access_account SET failures = 0, locks = 0, locked_until = 0, totp_step = "
             "CASE WHEN totp_step > ? THEN totp_step ELSE ? END WHERE id = ?",
             {step, step, body.text("account")});
}

Result<> used(Sql& sql, const Act& act) {
  const auto* sessions = act.body.if_contains("sessions");
  if (!sessions || !sessions->is_object()) return {};
  for (const auto& [hash, at] : sessions->get_object()) {
    if (!at.is_int64()) continue;
    TRY_VOID(sql.run("UPDATE access_session SET used = ? WHERE hash = ? AND used < ?",
                     {at.get_int64(), std::string(hash), at.get_int64()}));
  }
  return {};
}

Result<> logged_out(Sql& sql, const Act& act) {
  Body body(act);
  if (!body.has("session")) return end_sessions(sql, body, body.text("account"));
  return run(sql, body, "DELETE FROM access_session WHERE hash = ?", {body.text("session")});
}

// Refusals of routes, which count towards no lock, have no "failures".
Result<> refused(Sql& sql, const Act& act) {
  Body body(act);
  if (!body.has("failures")) return {};
  return run(sql, body, "UPDATE access_account SET failures = ? WHERE id = ?",
             {body.integer("failures"), body.text("account")});
}

Result<> locked(Sql& sql, const Act& act) {
  Body body(act);
  return run(sql, body,
             "UPDATE access_account SET failures = 0, locks = ?, locked_until = ? WHERE id = ?",
             {body.integer("locks"), body.integer("until"), body.text("account")});
}

Result<> unlocked(Sql& sql, const Act& act) {
  Body body(act);
  return run(sql, body,
             "UPDATE access_account SET failures = 0, locks = 0, locked_until = 0 WHERE id = ?",
             {body.text("account")});
}

Result<> totp_begun(Sql& sql, const Act& act) {
  Body body(act);
  return run(sql, body, "UPDATE access_account SET totp_pending = ? WHERE id = ?",
             {body.text("sealed"), body.text("account")});
}

Result<> totp_confirmed(Sql& sql, const Act& act) {
  Body body(act);
  return run(sql, body,
             "UPDATE access_account SET totp = totp_pending, totp_pending = '', totp_step = ? "
             "WHERE id = ?",
             {body.integer("totp_step"), body.text("account")});
}

Result<> totp_removed(Sql& sql, const Act& act) {
  Body body(act);
  return run(sql, body,
             "UPDATE access_account SET totp = '', totp_pending = '', totp_step = 0 WHERE id = ?",
             {body.text("account")});
}

Result<> token_issued(Sql& sql, const Act& act) {
  Body body(act);
  const Cell expires = body.has("expires") ? Cell{body.integer("expires")} : Cell{};
  return run(sql, body,
             "INSERT INTO access_token (id, hash, label, unit, roles, expires, revoked) "
             "VALUES (?, ?, ?, ?, ?, ?, 0)",
             {body.text("token"), body.text("hash"), body.text("label"), body.text("unit"),
              body.list("roles"), expires});
}

Result<> token_revoked(Sql& sql, const Act& act) {
  Body body(act);
  return run(sql, body, "UPDATE access_token SET revoked = 1 WHERE id = ?", {body.text("token")});
}

struct Taker {
  std::string_view kind;
  Result<> (*take)(Sql&, const Act&);
};
constexpr std::array takers{
    Taker{"access.account_created", created},
    Taker{"access.account_changed", changed},
    Taker{"access.password_set", password_set},
    Taker{"access.login", logged_in},
    Taker{"access.sessions_used", used},
    Taker{"access.logout", logged_out},
    Taker{"access.refused", refused},
    Taker{"access.locked", locked},
    Taker{"access.unlocked", unlocked},
    Taker{"access.totp_begun", totp_begun},
    Taker{"access.totp_confirmed", totp_confirmed},
    Taker{"access.totp_removed", totp_removed},
    Taker{"access.token_issued", token_issued},
    Taker{"access.token_revoked", token_revoked},
};

Result<> apply(Sql& sql, const Act& act) {
  for (const auto& taker : takers)
    if (taker.kind == act.kind) return taker.take(sql, act);
  return {};  // another module's, or one that changes no table (access.exported)
}

}  // namespace

ledger::Projection projection() {
  return {
      .name = "access",
      .version = 1,
      .tables = {"access_account", "access_session", "access_token"},
      .schema = {"CREATE TABLE access_account (id TEXT PRIMARY KEY, name TEXT NOT NULL, "
                 "unit TEXT NOT NULL, email TEXT NOT NULL, roles TEXT NOT NULL, "
                 "active BIGINT NOT NULL, must_change BIGINT NOT NULL, oidc_subject TEXT, "
                 "password TEXT NOT NULL, totp TEXT NOT NULL, totp_pending TEXT NOT NULL, "
                 "totp_step BIGINT NOT NULL, failures BIGINT NOT NULL, locks BIGINT NOT NULL, "
                 "locked_until BIGINT NOT NULL, search TEXT NOT NULL)",
                 "CREATE UNIQUE INDEX access_account_subject ON access_account (oidc_subject)",
                 "CREATE TABLE access_session (hash TEXT PRIMARY KEY, account TEXT NOT NULL, "
                 "used BIGINT NOT NULL, expires BIGINT NOT NULL, vouched BIGINT NOT NULL)",
                 "CREATE INDEX access_session_account ON access_session (account)",
                 "CREATE INDEX access_session_expires ON access_session (expires)",
                 "CREATE TABLE access_token (id TEXT PRIMARY KEY, hash TEXT NOT NULL, "
                 "label TEXT NOT NULL, unit TEXT NOT NULL, roles TEXT NOT NULL, expires BIGINT, "
                 "revoked BIGINT NOT NULL)",
                 "CREATE UNIQUE INDEX access_token_hash ON access_token (hash)"},
      .apply = apply};
}

}  // namespace haidang::access
