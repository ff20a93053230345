#include "record/access/accounts.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/access/accounts_trial.hpp"
#include "record/access/secrets.hpp"
#include "record/access/totp.hpp"

namespace haidang::access {
namespace {

class KeepingAccounts : public OnBothDatabases {};
INSTANTIATE_TEST_SUITE_P(Both, KeepingAccounts, testing::ValuesIn(ledger::both),
                         ledger::shown_dialect);

TEST_P(KeepingAccounts, AnotherPasswordEndsTheOtherSessions) {
  create();
  const auto here = must(log_in());
  const auto there = must(log_in());
  EXPECT_EQ(accounts_->change_password("an.nguyen", "sai mật khẩu rồi", other).error().kind,
            Kind::denied);
  EXPECT_EQ(accounts_->change_password("an.nguyen", good, good).error().kind, Kind::invalid);
  must(accounts_->change_password("an.nguyen", good, other, here.token));
  EXPECT_TRUE(accounts_->known_by_session(here.token));
  EXPECT_FALSE(accounts_->known_by_session(there.token));
  EXPECT_FALSE(log_in());
  EXPECT_TRUE(log_in(other));
  must(accounts_->change_password("an.nguyen", other, good));
  EXPECT_FALSE(accounts_->known_by_session(here.token));
}

TEST_P(KeepingAccounts, TheOldPasswordCannotBeGuessedFromASession) {
  create();
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(accounts_->change_password("an.nguyen", "sai mật khẩu rồi", other));
  EXPECT_FALSE(accounts_->change_password("an.nguyen", good, other)) << "locked";
  EXPECT_FALSE(log_in());
}

TEST_P(KeepingAccounts, AResetPasswordMustBeChangedAndOnesOwnIsNotReset) {
  create();
  const auto session = must(log_in());
  EXPECT_EQ(accounts_->reset_password("an.nguyen", "an.nguyen", other).error().kind, Kind::denied);
  must(accounts_->reset_password("quan.tri", "an.nguyen", other));
  EXPECT_FALSE(accounts_->known_by_session(session.token));
  const auto fresh = must(log_in(other));
  EXPECT_TRUE(must(accounts_->known_by_session(fresh.token)).must_change_password);
  must(accounts_->change_password("an.nguyen", other, good, fresh.token));
  EXPECT_FALSE(must(accounts_->known_by_session(fresh.token)).must_change_password);
}

TEST_P(KeepingAccounts, APasswordIsTheSameInEveryNormalForm) {
  auto account = an();
  must(accounts_->create("system", account, "s\u00f3ng bi\u1ec3n r\u00ec r\u00e0o"));
  EXPECT_TRUE(log_in("so\u0301ng bie\u0302\u0309n ri\u0300 ra\u0300o"));
}

TEST_P(KeepingAccounts, ATokenIsAMachineOfItsUnitUntilItExpiresOrIsRevoked) {
  const auto issued = must(accounts_->issue_token(
      "quan.tri",
      {.label = "rsyslog", .unit = "so-xd", .roles = {"ingest"}, .expires = trial_->time() + 24h}));
  const auto lasting = must(
      accounts_->issue_token("quan.tri", {.label = "đọc", .unit = "so-tc", .roles = {"reader"}}));
  const auto known = must(accounts_->known_by_bearer(issued.secret));
  EXPECT_EQ(known.who.kind, Principal::Kind::machine);
  EXPECT_EQ(known.who.account, "token:" + issued.token.id);
  EXPECT_EQ(known.who.unit, "so-xd");
  EXPECT_TRUE(known.by_token);
  EXPECT_EQ(known.csrf, "");
  EXPECT_EQ(policy().allows(known.who, "event.ingest"), Scope::unit);
  trial_->advance(23h);
  EXPECT_TRUE(accounts_->known_by_bearer(issued.secret)) << "tokens do not idle";
  trial_->advance(1h);
  EXPECT_FALSE(accounts_->known_by_bearer(issued.secret));
  EXPECT_TRUE(accounts_->known_by_bearer(lasting.secret));
  must(accounts_->revoke_token("quan.tri", lasting.token.id));
  EXPECT_FALSE(accounts_->known_by_bearer(lasting.secret));
  restart();
  EXPECT_FALSE(accounts_->known_by_bearer(lasting.secret));
  EXPECT_EQ(must(accounts_->tokens("so-tc")).size(), 1U);
  EXPECT_EQ(must(accounts_->tokens("")).size(), 2U);
  EXPECT_TRUE(must(accounts_->tokens("so-tc")).front().revoked);
  EXPECT_EQ(accounts_->revoke_token("quan.tri", "none").error().kind, Kind::not_found);
}

TEST_P(KeepingAccounts, ATokenIsNoSessionAndASessionNoToken) {
  create();
  const auto session = must(log_in());
  const auto issued = must(
      accounts_->issue_token("quan.tri", {.label = "đọc", .unit = "so-tc", .roles = {"reader"}}));
  must(accounts_->known_by_session(session.token));
  must(accounts_->known_by_bearer(issued.secret));
  EXPECT_FALSE(accounts_->known_by_session(issued.secret)) << "it has no CSRF value";
  EXPECT_FALSE(accounts_->known_by_bearer(session.token));
}

TEST_P(KeepingAccounts, TokensThatWouldBePeopleAreRefused) {
  for (const auto& wanted :
       {Accounts::Token{.label = "x", .unit = "so-xd", .roles = {"administrator"}},
        Accounts::Token{.label = "x", .unit = "so-xd", .roles = {"nobody"}},
        Accounts::Token{.label = "x", .unit = "so-xd", .roles = {}},
        Accounts::Token{.label = "", .unit = "so-xd", .roles = {"ingest"}},
        Accounts::Token{.label = "x", .unit = "", .roles = {"ingest"}},
        Accounts::Token{
            .label = "x", .unit = "so-xd", .roles = {"ingest"}, .expires = trial_->time()}})
    EXPECT_EQ(accounts_->issue_token("quan.tri", wanted).error().kind, Kind::invalid);
}

TEST_P(KeepingAccounts, AccountsThatAreNotSoundAreRefusedWithTheField) {
  struct Row {
    std::function<void(Account&)> spoil;
    std::string field;
  };
  const std::vector<Row> rows{
      {[](Account& a) { a.id = "An"; }, "id"},
      {[](Account& a) { a.id = "system"; }, "id"},
      {[](Account& a) { a.id = "token:1"; }, "id"},
      {[](Account& a) { a.name = ""; }, "name"},
      {[](Account& a) { a.name = "a\nb"; }, "name"},
      {[](Account& a) { a.name = "\xff"; }, "name"},
      {[](Account& a) { a.unit = ""; }, "unit"},
      {[](Account& a) { a.email = std::string(201, 'e'); }, "email"},
      {[](Account& a) { a.roles = {}; }, "roles"},
      {[](Account& a) { a.roles = {"god"}; }, "roles"},
      {[](Account& a) { a.roles = {"ingest"}; }, "roles"},
      {[](Account& a) { a.roles = {"officer", "officer"}; }, "roles"},
      {[](Account& a) { a.roles = {"administrator", "analyst"}; }, "roles"},
  };
  for (const auto& row : rows) {
    auto account = an();
    row.spoil(account);
    const auto refused = accounts_->create("system", account, good);
    ASSERT_FALSE(refused) << row.field;
    EXPECT_EQ(refused.error().kind, Kind::invalid);
    EXPECT_EQ(refused.error().where, row.field);
  }
  EXPECT_TRUE(acts().empty());
}

TEST_P(KeepingAccounts, WeakPasswordsAreRefused) {
  for (const auto* password :
       {"ngan", "Matkhau@123456", "matkhaumatkhau", "mật khẩu 2026!!", "123456789012",
        "aaaaaaaaaaaa", "Haiphong#2026#", "admin.admin.2026", "xx an.nguyen xx", "qwertyuiop12",
        "P@ssw0rd2026", "\xff\xfe\xfd bad utf8 text"})
    EXPECT_EQ(accounts_->create("system", an(), password).error().kind, Kind::invalid) << password;
  EXPECT_TRUE(accounts_->create("system", an(), "bốn chữ rất dài này"));
}

TEST_P(KeepingAccounts, AnAccountIsMadeOnceAndNobodyRaisesThemselves) {
  create();
  EXPECT_EQ(accounts_->create("system", an(), good).error().kind, Kind::conflict);
  auto wanted = an({"analyst"});
  EXPECT_EQ(accounts_->change("an.nguyen", wanted).error().kind, Kind::denied);
  wanted = an();
  wanted.name = "An Nguyễn";
  EXPECT_TRUE(accounts_->change("an.nguyen", wanted));
  wanted.id = "khong.co";
  EXPECT_EQ(accounts_->change("quan.tri", wanted).error().kind, Kind::not_found);
}

TEST_P(KeepingAccounts, AUnitIsCheckedWhereTheApplicationKnowsUnits) {
  with_.check_unit = [](ledger::Sql&, std::string_view unit) -> Result<> {
    if (unit == "so-xd") return {};
    return fail(Kind::not_found, "no such unit", "unit");
  };
  start();
  create();
  auto lost = an();
  lost.id = "binh";
  lost.unit = "so-khong-co";
  EXPECT_EQ(accounts_->create("system", lost, good).error().kind, Kind::not_found);
}

TEST_P(KeepingAccounts, AccountsAreFoundWithoutMarksAndPageByPage) {
  for (const auto* id : {"a1", "a2", "a3"}) {
    auto account = an();
    account.id = id;
    account.name = std::string("Trần Thị Bình ") + id;
    create(account);
  }
  create();
  const auto names = [&](std::string_view text, std::string_view after, std::size_t limit) {
    std::vector<std::string> ids;
    for (const auto& account : must(accounts_->list(text, after, limit))) ids.push_back(account.id);
    return ids;
  };
  EXPECT_THAT(names("", "", 2), testing::ElementsAre("a1", "a2"));
  EXPECT_THAT(names("", "a2", 10), testing::ElementsAre("a3", "an.nguyen"));
  EXPECT_THAT(names("binh tran", "", 10), testing::ElementsAre("a1", "a2", "a3"));
  EXPECT_THAT(names("nguyen van", "", 10), testing::ElementsAre("an.nguyen"));
  EXPECT_THAT(names("%", "", 10), testing::IsEmpty());
  EXPECT_THAT(names("_", "", 10), testing::IsEmpty());
}

TEST_P(KeepingAccounts, AStormOfRefusalsIsWrittenOnceAMinuteWithItsCount) {
  const Principal who{.kind = Principal::Kind::person, .account = "an.nguyen", .unit = "so-xd"};
  for (int i = 0; i < 1000; ++i) must(accounts_->record_refusal(who, "GET /cases", "::1"));
  EXPECT_EQ(count("access.refused"), 1U);
  must(accounts_->record_refusal(who, "GET /accounts", "::1"));
  EXPECT_EQ(count("access.refused"), 2U);
  trial_->advance(1min);
  must(accounts_->settle());
  const auto all = acts();
  EXPECT_EQ(all.size(), 3U);
  EXPECT_EQ(all.back().body.at("count").as_int64(), 999);
  EXPECT_EQ(all.back().actor, "an.nguyen");
}

TEST_P(KeepingAccounts, RefusalsOfManyKindsAreCountedAsOne) {
  for (int i = 0; i < 2000; ++i)
    must(accounts_->record_refusal({}, "GET /" + std::to_string(i), "::1"));
  EXPECT_LE(count("access.refused"), 201U);
  trial_->advance(1min);
  must(accounts_->settle());
  std::int64_t told = 0;
  for (const auto& act : acts()) told += act.body.at("count").as_int64();
  EXPECT_EQ(told, 2000) << "none is lost";
}

TEST_P(KeepingAccounts, AnExportIsAnAct) {
  must(accounts_->record_export({.account = "an.nguyen", .unit = "so-xd"}, "cases.csv", 12));
  EXPECT_EQ(acts().back().kind, "access.exported");
  EXPECT_EQ(acts().back().body.at("rows").as_int64(), 12);
}

TEST_P(KeepingAccounts, NoSecretIsInAnyActAndARebuildMakesTheTablesEqual) {
  create();
  const auto secret = set_totp();
  trial_->advance(60s);
  const auto session = must(log_in(good, totp_code(secret, trial_->time())));
  const auto issued = must(
      accounts_->issue_token("quan.tri", {.label = "đọc", .unit = "so-tc", .roles = {"reader"}}));
  must(accounts_->change_password("an.nguyen", good, other, session.token));
  fail_times(5);
  trial_->advance(20min);
  must(accounts_->known_by_session(session.token));
  must(accounts_->settle());
  const std::vector<std::string> secrets{
      std::string(good), std::string(other),  "sai mật khẩu rồi", session.token,
      session.csrf,      issued.secret,       base64url(secret),  secret,
      base32(secret),    std::string(32, 'k')};
  for (const auto& act : acts())
    for (const auto& hidden : secrets)
      EXPECT_EQ(act.canonical.find(hidden), std::string::npos) << act.kind;
  const auto before = tables();
  EXPECT_EQ(before.size(), 3U);
  must((*trial_)->rebuild());
  EXPECT_EQ(tables(), before);
}

}  // namespace
}  // namespace haidang::access
