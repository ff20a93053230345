#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "record/access/accounts.hpp"
#include "record/access/accounts_trial.hpp"

namespace haidang::access {
namespace {

using testing::HasSubstr;

class LoggingIn : public OnBothDatabases {};
INSTANTIATE_TEST_SUITE_P(Both, LoggingIn, testing::ValuesIn(ledger::both), ledger::shown_dialect);

TEST_P(LoggingIn, WhoLogsInIsKnownByTheSessionUntilTheyLogOut) {
  create();
  const auto session = must(log_in());
  const auto known = must(accounts_->known_by_session(session.token));
  EXPECT_EQ(known.who.kind, Principal::Kind::person);
  EXPECT_EQ(known.who.account, "an.nguyen");
  EXPECT_EQ(known.who.name, "Nguyễn Văn An");
  EXPECT_EQ(known.who.unit, "so-xd");
  EXPECT_TRUE(known.who.has_role("officer"));
  EXPECT_EQ(known.csrf, session.csrf);
  EXPECT_FALSE(known.by_token);
  must(accounts_->log_out(session.token));
  EXPECT_EQ(accounts_->known_by_session(session.token).error().kind, Kind::denied);
  EXPECT_TRUE(accounts_->log_out(session.token)) << "once more is no fault";
  EXPECT_EQ(count("access.login"), 1U);
  EXPECT_EQ(count("access.logout"), 1U);
}

TEST_P(LoggingIn, AFalseTokenIsNobodys) {
  create();
  const auto session = must(log_in());
  for (const auto& token :
       {std::string(), std::string("x"), session.token + "x", sha256_hex(session.token),
        std::string(100'000, 'a'), std::string("' OR 1=1 --"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(accounts_->known_by_session(token));
    EXPECT_FALSE(accounts_->known_by_bearer(token));
  }
}

TEST_P(LoggingIn, TheCsrfValueDiffersBySession) {
  create();
  const auto one = must(log_in());
  const auto two = must(log_in());
  EXPECT_NE(one.token, two.token);
  EXPECT_NE(one.csrf, two.csrf);
  EXPECT_EQ(must(accounts_->known_by_session(two.token)).csrf, two.csrf);
}

TEST_P(LoggingIn, WrongUnknownLockedAndInactiveAreToldInTheSameWords) {
  create();
  auto gone = an();
  gone.id = "binh";
  gone.active = false;
  create(gone);
  const auto wrong = log_in("sai mật khẩu rồi").error();
  const auto unknown = log_in(good, {}, "khong.co").error();
  const auto inactive = log_in(good, {}, "binh").error();
  fail_times(4);
  const auto locked = log_in(good).error();
  for (const auto& error : {wrong, unknown, inactive, locked}) {
    EXPECT_EQ(error.kind, Kind::denied);
    EXPECT_EQ(error.what, wrong.what);
    EXPECT_EQ(error.where, "");
  }
}

TEST_P(LoggingIn, AnUnknownAccountTakesAsLongAsAKnownOne) {
  with_.effort = Effort::usual;
  start();
  create();
  const auto took = [&](std::string_view account) {
    auto least = std::chrono::nanoseconds::max();
    for (int i = 0; i < 2; ++i) {
      const auto from = std::chrono::steady_clock::now();
      EXPECT_FALSE(log_in("sai mật khẩu rồi", {}, account));
      least = std::min<std::chrono::nanoseconds>(least, std::chrono::steady_clock::now() - from);
    }
    return std::chrono::duration<double>(least).count();
  };
  const double known = took("an.nguyen");
  const double unknown = took("khong.co");
  EXPECT_GT(unknown, known * 0.6);
  EXPECT_LT(unknown, known * 1.6);
}

TEST_P(LoggingIn, WhatWasTypedAsAnUnknownNameIsNotKept) {
  const std::string typed = "matkhaubimatcuatoi";
  EXPECT_FALSE(log_in("x", {}, typed));
  for (const auto& act : acts()) EXPECT_THAT(act.canonical, testing::Not(HasSubstr(typed)));
  EXPECT_EQ(count("access.refused"), 1U);
}

TEST_P(LoggingIn, FiveFailuresLockForAQuarterOfAnHourThenTwiceThat) {
  create();
  fail_times(4);
  EXPECT_TRUE(log_in()) << "four are forgiven";
  fail_times(5);
  EXPECT_FALSE(log_in()) << "locked";
  trial_->advance(15min - 1s);
  EXPECT_FALSE(log_in());
  trial_->advance(1s);
  fail_times(5);
  trial_->advance(15min);
  EXPECT_FALSE(log_in()) << "the second lock is longer";
  trial_->advance(15min);
  EXPECT_TRUE(log_in());
  fail_times(5);
  trial_->advance(15min);
  EXPECT_TRUE(log_in()) << "a right password ends the doubling";
  EXPECT_EQ(count("access.locked"), 3U);
}

TEST_P(LoggingIn, DoublingEndsAtTheMost) {
  create();
  for (int i = 0; i < 8; ++i) {
    fail_times(5);
    trial_->advance(4h);
  }
  EXPECT_TRUE(log_in());
}

TEST_P(LoggingIn, AttemptsAtALockedAccountDoNotProlongTheLock) {
  create();
  fail_times(5);
  trial_->advance(14min);
  fail_times(20);
  trial_->advance(1min);
  EXPECT_TRUE(log_in());
}

TEST_P(LoggingIn, ALockSurvivesARestartAndAnAdministratorOpensIt) {
  create();
  fail_times(3);
  restart();
  fail_times(2);
  restart();
  EXPECT_FALSE(log_in());
  must(accounts_->unlock("quan.tri", "an.nguyen"));
  EXPECT_TRUE(log_in());
}

TEST_P(LoggingIn, ALockLeavesOpenSessionsAlone) {
  create();
  const auto session = must(log_in());
  fail_times(5);
  EXPECT_TRUE(accounts_->known_by_session(session.token));
}

TEST_P(LoggingIn, ASessionEndsWhenIdleAndAtTheLatestAfterItsTime) {
  create();
  const auto idle = must(log_in());
  trial_->advance(30min);
  EXPECT_FALSE(accounts_->known_by_session(idle.token));
  const auto busy = must(log_in());
  for (auto spent = 0min; spent < 12h - 20min; spent += 20min) {
    trial_->advance(20min);
    ASSERT_TRUE(accounts_->known_by_session(busy.token));
  }
  trial_->advance(20min);
  EXPECT_FALSE(accounts_->known_by_session(busy.token));
}

TEST_P(LoggingIn, ARestartKeepsSessionsAndTheirLastRecordedUse) {
  create();
  const auto session = must(log_in());
  const auto out = must(log_in());
  must(accounts_->log_out(out.token));
  trial_->advance(20min);
  must(accounts_->known_by_session(session.token));
  must(accounts_->settle());
  EXPECT_EQ(count("access.sessions_used"), 1U);
  must(accounts_->settle());
  EXPECT_EQ(count("access.sessions_used"), 1U) << "once for a use";
  restart();
  trial_->advance(20min);
  const auto known = must(accounts_->known_by_session(session.token));
  EXPECT_EQ(known.csrf, session.csrf);
  EXPECT_FALSE(accounts_->known_by_session(out.token));
  restart();
  trial_->advance(10min);
  EXPECT_FALSE(accounts_->known_by_session(session.token)) << "idle since the recorded use";
}

TEST_P(LoggingIn, AChangeOfRolesHoldsAtOnceForOpenSessions) {
  create();
  const auto session = must(log_in());
  ASSERT_TRUE(must(accounts_->known_by_session(session.token)).who.has_role("officer"));
  auto changed = an({"employee"});
  changed.unit = "so-tc";
  must(accounts_->change("quan.tri", changed));
  const auto known = must(accounts_->known_by_session(session.token));
  EXPECT_THAT(known.who.roles, testing::ElementsAre("employee"));
  EXPECT_EQ(known.who.unit, "so-tc");
  changed.active = false;
  must(accounts_->change("quan.tri", changed));
  EXPECT_FALSE(accounts_->known_by_session(session.token));
  changed.active = true;
  must(accounts_->change("quan.tri", changed));
  EXPECT_FALSE(accounts_->known_by_session(session.token)) << "what was ended stays so";
}

TEST_P(LoggingIn, LoggingOutEverywhereEndsEverySession) {
  create();
  const auto one = must(log_in());
  const auto two = must(log_in());
  must(accounts_->known_by_session(one.token));
  must(accounts_->log_out_everywhere("quan.tri", "an.nguyen"));
  EXPECT_FALSE(accounts_->known_by_session(one.token));
  EXPECT_FALSE(accounts_->known_by_session(two.token));
}

TEST_P(LoggingIn, ASecondFactorIsAskedForAndEachCodeTakenOnce) {
  create();
  const auto secret = set_totp();
  EXPECT_TRUE(must(accounts_->get("an.nguyen")).has_totp);
  trial_->advance(60s);
  const auto wanted = log_in().error();
  EXPECT_EQ(wanted.kind, Kind::denied);
  EXPECT_EQ(wanted.where, "totp");
  EXPECT_EQ(log_in("sai mật khẩu rồi").error().where, "") << "only with the right password";
  EXPECT_FALSE(log_in(good, "000000"));
  const auto code = totp_code(secret, trial_->time());
  EXPECT_TRUE(log_in(good, code));
  EXPECT_FALSE(log_in(good, code)) << "taken";
  EXPECT_FALSE(log_in(good, totp_code(secret, trial_->time() - 30s))) << "older than the taken one";
  EXPECT_TRUE(log_in(good, totp_code(secret, trial_->time() + 30s)));
  trial_->advance(10min);
  EXPECT_FALSE(log_in(good, totp_code(secret, trial_->time() - 60s))) << "two steps late";
  restart();
  EXPECT_TRUE(log_in(good, totp_code(secret, trial_->time())));
}

TEST_P(LoggingIn, WrongCodesLockToo) {
  create();
  const auto secret = set_totp();
  trial_->advance(60s);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(log_in(good, "12345x"));
  EXPECT_FALSE(log_in(good, totp_code(secret, trial_->time())));
}

TEST_P(LoggingIn, ASecondFactorHoldsOnlyOnceConfirmedAndIsNotReplacedSilently) {
  create();
  EXPECT_EQ(accounts_->confirm_totp("an.nguyen", "123456").error().kind, Kind::conflict);
  const auto link = must(accounts_->begin_totp("an.nguyen"));
  EXPECT_THAT(link, testing::StartsWith("otpauth://totp/Hai%20Dang:an.nguyen?secret="));
  EXPECT_FALSE(accounts_->confirm_totp("an.nguyen", "000000"));
  EXPECT_TRUE(log_in()) << "not confirmed yet";
  set_totp();
  EXPECT_EQ(accounts_->begin_totp("an.nguyen").error().kind, Kind::conflict);
  must(accounts_->remove_totp("quan.tri", "an.nguyen"));
  EXPECT_TRUE(log_in());
}

TEST_P(LoggingIn, WithoutTheServersKeyThereIsNoSecondFactorAndNoWayAroundOne) {
  create();
  const auto secret = set_totp();
  trial_->advance(60s);
  with_.secret_key = std::string(32, 'x');
  start();
  EXPECT_EQ(log_in(good, totp_code(secret, trial_->time())).error().kind, Kind::corrupt);
  with_.secret_key.clear();
  start();
  EXPECT_EQ(log_in(good, totp_code(secret, trial_->time())).error().kind, Kind::unavailable);
  must(accounts_->remove_totp("quan.tri", "an.nguyen"));
  EXPECT_EQ(accounts_->begin_totp("an.nguyen").error().kind, Kind::unavailable);
}

TEST_P(LoggingIn, ARoleThatWantsASecondFactorSaysSoUntilItIsSet) {
  create(an({"analyst"}));
  const auto session = must(log_in());
  EXPECT_TRUE(must(accounts_->known_by_session(session.token)).must_set_totp);
  set_totp();
  EXPECT_FALSE(must(accounts_->known_by_session(session.token)).must_set_totp);
}

TEST_P(LoggingIn, AVouchedSignOnLogsInTheLinkedAccountOnly) {
  auto linked = an({"analyst"});
  linked.oidc_subject = "https://idp.example.vn 4711";
  must(accounts_->create("quan.tri", linked, ""));
  EXPECT_FALSE(log_in("")) << "it has no password";
  const auto session = must(accounts_->log_in_vouched("https://idp.example.vn 4711", "::1"));
  const auto known = must(accounts_->known_by_session(session.token));
  EXPECT_EQ(known.who.account, "an.nguyen");
  EXPECT_FALSE(known.must_change_password);
  EXPECT_FALSE(known.must_set_totp);
  EXPECT_EQ(accounts_->log_in_vouched("https://idp.example.vn 1", "::1").error().kind,
            Kind::denied);
  EXPECT_EQ(accounts_->log_in_vouched("", "::1").error().kind, Kind::denied);
  auto second = linked;
  second.id = "binh";
  EXPECT_EQ(accounts_->create("quan.tri", second, good).error().kind, Kind::conflict);
  linked.active = false;
  must(accounts_->change("quan.tri", linked));
  EXPECT_FALSE(accounts_->log_in_vouched("https://idp.example.vn 4711", "::1"));
}

TEST_P(LoggingIn, MoreLoginsAtOnceThanTheServerBearsWaitOrAreToldSo) {
  with_.effort = Effort::usual;
  with_.argon_at_once = 1;
  with_.argon_wait = 1ms;
  start();
  create();
  std::atomic<int> in = 0;
  std::atomic<int> told = 0;
  std::vector<std::jthread> people;
  for (int i = 0; i < 6; ++i)
    people.emplace_back([&] {
      const auto answer = log_in();
      if (answer)
        ++in;
      else if (answer.error().kind == Kind::unavailable)
        ++told;
    });
  people.clear();
  EXPECT_GE(in, 1);
  EXPECT_GE(told, 1);
  EXPECT_EQ(in + told, 6);
}

TEST_P(LoggingIn, ManyAtOnceNeverSeeASessionThatWasEnded) {
  create();
  for (int round = 0; round < 20; ++round) {
    const auto session = must(log_in());
    std::atomic<bool> ended = false;
    std::atomic<int> late = 0;
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i)
      readers.emplace_back([&] {
        for (int n = 0; n < 300; ++n) {
          const bool was_ended = ended;
          if (accounts_->known_by_session(session.token) && was_ended) ++late;
        }
      });
    must(accounts_->log_out(session.token));
    ended = true;
    readers.clear();
    EXPECT_EQ(late, 0);
    EXPECT_FALSE(accounts_->known_by_session(session.token));
  }
}

}  // namespace
}  // namespace haidang::access
