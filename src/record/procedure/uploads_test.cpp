#include "record/procedure/uploads.hpp"

#include <gtest/gtest.h>

#include "record/procedure/trial_engine.hpp"

namespace haidang::procedure {
namespace {

using Kind = Error::Kind;

class UploadsOnBoth : public testing::TestWithParam<ledger::Dialect> {
 protected:
  void SetUp() override {
    if (!ledger::available(GetParam())) GTEST_SKIP() << ledger::no_postgresql;
    trial_ = std::make_unique<TrialEngine>(GetParam());
  }
  TrialEngine& trial() { return *trial_; }
  std::string case_of_a() { return ledger::must(trial_->open(an)).case_id; }
  Result<std::uint64_t> attach(const Principal& who, const std::string& id,
                               const std::string& sha256, std::string kind = "minutes") {
    return trial()->attach(who, id, {std::move(kind), sha256, "m.txt"});
  }
  Result<Opened> report(const std::string& sha256) {
    return trial()->open(anyone, {.procedure = "lesson",
                                  .subject = {},
                                  .fields = {{"about", "Lừa đảo"}},
                                  .documents = {{"paper", sha256, "giay.txt"}}});
  }

 private:
  std::unique_ptr<TrialEngine> trial_;
};
INSTANTIATE_TEST_SUITE_P(Both, UploadsOnBoth, testing::ValuesIn(ledger::both),
                         ledger::shown_dialect);

template <class T>
void expect_not_sent(const Result<T>& refused) {
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::invalid);
  EXPECT_EQ(refused.error().where, "/documents/0/sha256");
  EXPECT_EQ(refused.error().what, "was not uploaded by you or your unit: upload it first");
}

TEST_P(UploadsOnBoth, ServeTheAccountThatSentThemAndItsUnit) {
  const auto id = case_of_a();
  const auto sent = trial().upload(an, "Biên bản");
  ASSERT_TRUE(attach(an, id, sent));
  ASSERT_TRUE(attach(head_of_a, id, sent, "photo"));
}

TEST_P(UploadsOnBoth, OfOthersAreNotAttachedByWhoKnowsTheirHash) {
  const auto id = case_of_a();
  const auto of_police = trial().upload(police, "Hồ sơ của Công an");
  expect_not_sent(attach(an, id, of_police));
  const OpenRequest opening{.procedure = "signal",
                            .subject = "so-a",
                            .fields = {{"what", "x"}, {"seen_at", "2026-03-02T01:00:00Z"}},
                            .documents = {{"minutes", of_police, "m.txt"}}};
  expect_not_sent(trial()->open(an, opening));
  ASSERT_TRUE(trial().act(police, id, "acknowledge"));
  expect_not_sent(trial()->act(
      an, {.case_id = id, .action = "take_up", .documents = {{"minutes", of_police, "m.txt"}}}));
  EXPECT_TRUE(trial().view(an, id).at("documents").as_array().empty());
}

TEST_P(UploadsOnBoth, AreNotToldApartFromWhatNobodyHasSent) {
  const auto id = case_of_a();
  expect_not_sent(attach(an, id, std::string(64, 'a')));
  expect_not_sent(attach(an, id, trial().upload(of_b, "Của Sở B")));
  expect_not_sent(attach(an, id, ledger::must(trial().documents().put("Không ai gửi")).sha256));
}

TEST_P(UploadsOnBoth, ServeEachOfTwoWhoSentTheSame) {
  const auto id = case_of_a();
  (void)trial().upload(of_b, "Mẫu chung");
  ASSERT_TRUE(attach(an, id, trial().upload(an, "Mẫu chung")));
}

TEST_P(UploadsOnBoth, WithoutAnAccountServeOneReportForEachSending) {
  const auto sent = trial().upload(anyone, "Ảnh chụp tin nhắn");
  ASSERT_TRUE(report(sent));
  expect_not_sent(report(sent));
  ASSERT_EQ(trial().upload(anyone, "Ảnh chụp tin nhắn"), sent);
  ASSERT_TRUE(report(sent));
  expect_not_sent(report(sent));
}

TEST_P(UploadsOnBoth, OfOfficialsAndOfReportersAreNotMixed) {
  expect_not_sent(report(trial().upload(police, "Của Công an")));
  expect_not_sent(attach(an, case_of_a(), trial().upload(anyone, "Của người dân")));
}

TEST_P(UploadsOnBoth, AreInTheTablesThatARebuildMakes) {
  (void)trial().upload(an, "Một");
  (void)trial().upload(an, "Một");
  ASSERT_TRUE(report(trial().upload(anyone, "Hai")));
  EXPECT_EQ(trial().rebuilt_difference(), "");
}

}  // namespace
}  // namespace haidang::procedure
