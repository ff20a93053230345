#include "record/notify/outbox.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/ledger/trial.hpp"
#include "record/ledger/verify.hpp"

namespace haidang::notify {
namespace {

namespace json = boost::json;
using ledger::must;
using ledger::Writer;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class Outbox : public testing::TestWithParam<ledger::Dialect> {
 protected:
  void SetUp() override {
    if (!ledger::available(GetParam())) GTEST_SKIP() << ledger::no_postgresql;
    trial_ = std::make_unique<ledger::TrialLedger>(std::vector{projection()}, GetParam());
  }

  static Notice notice(std::string case_id = "SC-2026-1") {
    return {.template_name = "case.opened",
            .case_id = std::move(case_id),
            .reason = "opened",
            .to = {.name = "Trực ban", .unit = "ca", .account = "ca.truc", .address = "truc@ca.vn"},
            .values = {{"number", "SC-2026-1"}, {"title", "Tấn công"}}};
  }
  Result<std::string> queued(const Notice& what) {
    return ledger()->write([&](Writer& writer) { return queue(writer, "system", what); });
  }
  Delivered row(const std::string& id) {
    return must(ledger()->read([&](ledger::Sql& sql) { return get(sql, id); }));
  }
  std::vector<std::string> listed(const Filter& filter) {
    std::vector<std::string> ids;
    for (const auto& one :
         must(ledger()->read([&](ledger::Sql& sql) { return list(sql, filter); })))
      ids.push_back(one.notice.id);
    return ids;
  }
  std::size_t count_due(Channel channel = Channel::mail) {
    return must(ledger()->read(
                    [&](ledger::Sql& sql) { return due(sql, channel, trial_->time(), 100); }))
        .size();
  }
  template <class Change>
  Result<> change(Change&& what) {
    return ledger()->write([&](Writer& writer) -> Result<> { return what(writer); });
  }
  Result<> recorded(Outcome outcome) {
    return change([&](Writer& writer) { return record(writer, outcome); });
  }
  ledger::TrialLedger& ledger() { return *trial_; }

  std::unique_ptr<ledger::TrialLedger> trial_;
};

INSTANTIATE_TEST_SUITE_P(Both, Outbox, testing::ValuesIn(ledger::both), ledger::shown_dialect);

TEST_P(Outbox, KeepsAllThatANoticeSays) {
  const std::string id = must(queued(notice()));
  EXPECT_THAT(id, testing::MatchesRegex("[0-9a-f]{32}"));
  const Delivered kept = row(id);
  EXPECT_EQ(kept.notice.template_name, "case.opened");
  EXPECT_EQ(kept.notice.case_id, "SC-2026-1");
  EXPECT_EQ(kept.notice.reason, "opened");
  EXPECT_EQ(kept.notice.to.name, "Trực ban");
  EXPECT_EQ(kept.notice.to.unit, "ca");
  EXPECT_EQ(kept.notice.to.account, "ca.truc");
  EXPECT_EQ(kept.notice.to.address, "truc@ca.vn");
  EXPECT_EQ(kept.notice.values, notice().values);
  EXPECT_EQ(kept.state, "queued");
  EXPECT_EQ(kept.queued, ledger().time());
  EXPECT_EQ(kept.next_attempt, ledger().time());
  EXPECT_FALSE(kept.sent || kept.read || kept.acknowledged);
}

TEST_P(Outbox, QueuesNothingForACauseThatFails) {
  const Result<> failed = change([&](Writer& writer) -> Result<> {
    must(queue(writer, "system", notice()));
    return invalid("the cause was refused");
  });
  EXPECT_FALSE(failed);
  EXPECT_THAT(listed({}), testing::IsEmpty());
  EXPECT_EQ(ledger()->head(), 0U);
}

TEST_P(Outbox, RefusesSecretsBeforeTheyReachTheLedger) {
  Notice secret = notice();
  secret.values["plan"] = {{"vi", "mật"}, {"en", "secret"}, {"secret", true}};
  const auto refused = queued(secret);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::denied);
  EXPECT_EQ(ledger()->head(), 0U);
}

TEST_P(Outbox, RefusesWhatIsNoNotice) {
  Notice unnamed = notice();
  unnamed.template_name = "Case Opened";
  EXPECT_THAT(queued(unnamed).error().what, HasSubstr("no name of a template"));
  Notice french = notice();
  french.to.language = "fr";
  EXPECT_THAT(queued(french).error().what, HasSubstr("vi or en"));
  Notice huge = notice();
  json::array many;
  for (int i = 0; i < 100; ++i) many.emplace_back(std::string(1900, 'x'));
  huge.values["list"] = std::move(many);
  EXPECT_THAT(queued(huge).error().what, HasSubstr("128 KiB"));
}

TEST_P(Outbox, MendsWhatPeopleTypedInsteadOfHoldingUpTheCause) {
  Notice odd = notice();
  odd.to.name = "Trực\r\nban \xFF";
  odd.to.address = std::string(1000, 'a');
  odd.values["title"] = std::string(5000, 'x') + "\xC3";
  const Delivered kept = row(must(queued(odd)));
  EXPECT_EQ(kept.notice.to.name, "Trực ban \uFFFD");
  EXPECT_EQ(kept.notice.to.address.size(), 400U);
  EXPECT_LT(kept.notice.values.at("title").get_string().size(), 2010U);
}

TEST_P(Outbox, ListsWhatIsForOneAccount) {
  Notice other = notice();
  other.to.account = "ca.khac";
  must(queued(other));
  const std::string mine = must(queued(notice()));
  EXPECT_THAT(listed({.account = "ca.truc"}), testing::ElementsAre(mine));
  EXPECT_THAT(listed({.unit = "sct", .account = "ca.truc"}), testing::IsEmpty());
}

TEST_P(Outbox, IsDueOldestFirstByChannel) {
  Notice text = notice();
  text.to.channel = Channel::sms;
  must(queued(text));
  const std::string first = must(queued(notice()));
  ledger().advance(seconds(1));
  const std::string second = must(queued(notice()));
  EXPECT_EQ(count_due(Channel::sms), 1U);
  EXPECT_EQ(count_due(Channel::webhook), 0U);
  const auto found = must(ledger()->read(
      [&](ledger::Sql& sql) { return due(sql, Channel::mail, ledger().time(), 100); }));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].what.notice.id, first);
  EXPECT_EQ(found[1].what.notice.id, second);
}

TEST_P(Outbox, FollowsEveryOutcome) {
  const std::string id = must(queued(notice()));
  const Time later = ledger().time() + seconds(60);
  must(recorded({.kind = Outcome::Kind::failed,
                 .notice = row(id).notice,
                 .attempt = 1,
                 .error = "refused\r\nby the server",
                 .next_attempt = later}));
  EXPECT_EQ(row(id).state, "failed");
  EXPECT_EQ(row(id).attempts, 1U);
  EXPECT_EQ(row(id).next_attempt, later);
  EXPECT_EQ(row(id).last_error.find('\n'), std::string::npos);
  EXPECT_EQ(count_due(), 0U);
  ledger().advance(seconds(60));
  EXPECT_EQ(count_due(), 1U);
  must(recorded({.kind = Outcome::Kind::sent, .notice = row(id).notice, .attempt = 2}));
  EXPECT_EQ(row(id).state, "sent");
  EXPECT_EQ(row(id).sent, ledger().time());
  EXPECT_EQ(row(id).last_error, "");
  EXPECT_EQ(count_due(), 0U);
}

TEST_P(Outbox, LetsADeadNoticeLiveAgainByHandOnly) {
  const std::string id = must(queued(notice()));
  const auto again = [&](Writer& writer) { return retry(writer, id, "admin"); };
  EXPECT_EQ(change(again).error().kind, Error::Kind::conflict);
  must(recorded({.kind = Outcome::Kind::dead,
                 .notice = row(id).notice,
                 .attempt = 9,
                 .error = "no such mailbox"}));
  EXPECT_EQ(row(id).state, "dead");
  EXPECT_EQ(row(id).last_error, "no such mailbox");
  ledger().advance(std::chrono::hours(48));
  EXPECT_EQ(count_due(), 0U);
  must(change(again));
  EXPECT_EQ(row(id).state, "queued");
  EXPECT_EQ(row(id).attempts, 0U);
  EXPECT_EQ(count_due(), 1U);
  const auto found = must(ledger()->read(
      [&](ledger::Sql& sql) { return due(sql, Channel::mail, ledger().time(), 1); }));
  EXPECT_EQ(found[0].since, ledger().time()) << "giving up counts from the retry";
}

TEST_P(Outbox, ReadsAndAcknowledgesOnce) {
  const std::string id = must(queued(notice()));
  const auto read = [&](Writer& writer) { return mark_read(writer, id, "public"); };
  const auto acknowledged = [&](Writer& writer) { return acknowledge(writer, id, "ca.truc"); };
  must(change(read));
  const Time at = ledger().time();
  ledger().advance(seconds(5));
  must(change(acknowledged));
  const auto head = ledger()->head();
  must(change(read));
  must(change(acknowledged));
  EXPECT_EQ(ledger()->head(), head) << "doing it again writes nothing";
  EXPECT_EQ(row(id).read, at);
  EXPECT_EQ(row(id).acknowledged, at + seconds(5));
  const auto unknown = change([](Writer& writer) { return mark_read(writer, "0", "public"); });
  EXPECT_EQ(unknown.error().kind, Error::Kind::not_found);
}

TEST_P(Outbox, AcknowledgingIsReading) {
  const std::string id = must(queued(notice()));
  must(change([&](Writer& writer) { return acknowledge(writer, id, "ca.truc"); }));
  EXPECT_EQ(row(id).read, row(id).acknowledged);
  EXPECT_TRUE(row(id).read.has_value());
}

TEST_P(Outbox, ListsNewestFirstByFilterAndPage) {
  const std::string a = must(queued(notice("SC-1")));
  const std::string b = must(queued(notice("SC-2")));
  const std::string c = must(queued(notice("SC-1")));
  must(recorded({.kind = Outcome::Kind::sent, .notice = row(c).notice, .attempt = 1}));
  EXPECT_THAT(listed({}), ElementsAre(c, b, a));
  EXPECT_THAT(listed({.limit = 2}), ElementsAre(c, b));
  EXPECT_THAT(listed({.after = b, .limit = 2}), ElementsAre(a));
  EXPECT_THAT(listed({.case_id = "SC-1"}), ElementsAre(c, a));
  EXPECT_THAT(listed({.case_id = "SC-1", .unit = "ca", .state = "queued"}), ElementsAre(a));
  EXPECT_THAT(listed({.unit = "x"}), ElementsAre());
  const auto refused =
      ledger()->read([](ledger::Sql& sql) { return list(sql, {.state = "lost"}); });
  EXPECT_THAT(refused.error().what, HasSubstr("queued, sent, failed or dead"));
}

// A life of every kind: what rebuild() makes of the acts is what was there.
TEST_P(Outbox, IsTheSameWhenMadeAgain) {
  std::set<std::string> ids;
  for (int i = 0; i < 30; ++i) {
    const std::string id = must(queued(notice()));
    ids.insert(id);
    const Notice what = row(id).notice;
    const auto kind = static_cast<Outcome::Kind>(i % 3);
    must(recorded({.kind = kind,
                   .notice = what,
                   .attempt = 1,
                   .error = "lỗi",
                   .next_attempt = ledger().time() + seconds(i)}));
    if (i % 2 == 0) must(change([&](Writer& writer) { return mark_read(writer, id, "public"); }));
    if (i % 5 == 0) must(change([&](Writer& writer) { return acknowledge(writer, id, "x"); }));
    if (i % 3 == 2 && i % 4 == 0)
      must(change([&](Writer& writer) { return retry(writer, id, "x"); }));
    ledger().advance(std::chrono::milliseconds(1500));
  }
  EXPECT_EQ(ids.size(), 30U) << "no id twice";
  const auto table = [&] {
    const auto rows = must(ledger()->read([](ledger::Sql& sql) {
      return sql.rows(
          "SELECT id, state, attempts, queued, since, sent, read_at, acknowledged, "
          "next_attempt, last_error, filled_with, seq FROM notify_outbox ORDER BY id");
    }));
    std::string all;
    for (const auto& row : rows) {
      all += row.text(0) + row.text(1) + row.text(9) + row.text(10);
      for (const std::size_t column : {2, 3, 4, 5, 6, 7, 8, 11})
        all += row.is_null(column) ? " -" : " " + std::to_string(row.integer(column));
    }
    return all;
  };
  const std::string before = table();
  must(ledger()->rebuild());
  EXPECT_EQ(table(), before);
}

TEST_P(Outbox, RefusesActsThatNameNoNotice) {
  const auto stray = change([](Writer& writer) -> Result<> {
    TRY([[maybe_unused]] const auto act,
        writer.append({.actor = "system",
                       .unit = "",
                       .case_id = "",
                       .kind = "notice.sent",
                       .body = {{"id", "nobody"}, {"attempt", 1}}}));
    return {};
  });
  EXPECT_THAT(stray.error().what, HasSubstr("names no notice"));
}

}  // namespace
}  // namespace haidang::notify
