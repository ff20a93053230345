// A cannot see B: cases, fields, documents, remarks, links.
#include <gtest/gtest.h>

#include "record/procedure/trial_engine.hpp"

namespace haidang::procedure {
namespace {

using Kind = Error::Kind;

class Sight : public testing::Test {
 protected:
  TrialEngine t;
  std::string id = ledger::must(t.open(an, {{"place", "Phòng 12"}})).case_id;

  bool sees_place(const Principal& who) {
    return t.view(who, id).at("fields").as_object().contains("place");
  }
  std::size_t listed(const Principal& who, CaseFilter filter = {}) {
    return ledger::must(t->list(who, filter)).at("items").as_array().size();
  }
  std::string seen_history(const Principal& who) {
    return json::serialize(ledger::must(t->timeline(who, id)));
  }
};

TEST_F(Sight, OfAnotherUnitFindsNothingWhateverItTries) {
  EXPECT_EQ(t->view(of_b, id).error().kind, Kind::not_found);
  EXPECT_EQ(t->timeline(of_b, id).error().kind, Kind::not_found);
  EXPECT_EQ(t->printable(of_b, id, "vi").error().kind, Kind::not_found);
  EXPECT_EQ(t->comment(of_b, id, "x", {}).error().kind, Kind::not_found);
  EXPECT_EQ(t.act(of_b, id, "acknowledge").error().kind, Kind::not_found);
  EXPECT_EQ(t->watch(of_b, id, true).error().kind, Kind::not_found);
  EXPECT_EQ(listed(of_b), 0U);
  EXPECT_EQ(listed(of_b, {.text = "may la"}), 0U);
  // The words are those for a case that does not exist.
  EXPECT_EQ(t->view(of_b, id).error().what, t->view(an, "0").error().what);
}

TEST_F(Sight, OfStrangersAndAdministratorsReachesNoCase) {
  for (const auto& who : {administrator, anyone}) {
    EXPECT_EQ(t->view(who, id).error().kind, Kind::not_found);
    EXPECT_EQ(t->list(who, {}).error().kind, Kind::denied);
  }
}

TEST_F(Sight, OfAFieldIsForItsPartiesAlone) {
  EXPECT_TRUE(sees_place(an));
  EXPECT_TRUE(sees_place(police));
  EXPECT_FALSE(sees_place(analyst));  // a party, but not one of those named
  EXPECT_FALSE(sees_place(auditor));  // the whole city, but no party
  for (const auto& who : {analyst, auditor})
    EXPECT_EQ(seen_history(who).find("Phòng 12"), std::string::npos);
  EXPECT_NE(seen_history(police).find("Phòng 12"), std::string::npos);
}

TEST_F(Sight, OfAHelperBeginsWhenItJoinsAndEndsWhenItIsReplaced) {
  ASSERT_TRUE(t.act(an, id, "ask_help", {{"helper", "so-b"}}));
  EXPECT_TRUE(sees_place(of_b));  // told by the effect
  EXPECT_EQ(listed(of_b), 1U);
  ASSERT_TRUE(t.act(an, id, "ask_help", {{"helper", "so-c"}}));
  EXPECT_EQ(t->view(of_b, id).error().kind, Kind::not_found);
  EXPECT_EQ(listed(of_b), 0U);
}

TEST_F(Sight, OfADocumentFollowsItsKind) {
  const auto photo = t.upload(an, "ảnh");
  ASSERT_TRUE(t->attach(an, id, {"photo", photo, "anh.txt"}));
  const auto reads = [&](const Principal& who) {
    return ledger::must(t->may_read(who, id, photo));
  };
  EXPECT_TRUE(reads(an));
  EXPECT_TRUE(reads(police));
  for (const auto& who : {analyst, auditor, of_b, administrator, anyone}) EXPECT_FALSE(reads(who));
  EXPECT_TRUE(t.view(analyst, id).at("documents").as_array().empty());
  EXPECT_EQ(seen_history(analyst).find(photo), std::string::npos);
}

TEST_F(Sight, OfARemarkIsForThoseItNames) {
  ASSERT_TRUE(t->comment(an, id, "chỉ công an", {"police"}));
  ASSERT_TRUE(t->comment(an, id, "mọi bên", {}));
  for (const auto& who : {an, police})
    EXPECT_NE(seen_history(who).find("chỉ công an"), std::string::npos);
  EXPECT_EQ(seen_history(analyst).find("chỉ công an"), std::string::npos);
  EXPECT_NE(seen_history(analyst).find("mọi bên"), std::string::npos);
}

TEST_F(Sight, OfALinkNeedsSightOfTheOtherCase) {
  const auto hidden =
      ledger::must(
          t->open(analyst, {.procedure = "signal",
                            .subject = "so-b",
                            .fields = {{"what", "x"}, {"seen_at", "2026-03-02T01:00:00Z"}}}))
          .case_id;
  ASSERT_TRUE(t->link(analyst, id, hidden, "same_source"));
  EXPECT_EQ(t.view(analyst, id).at("links").as_array().size(), 1U);
  EXPECT_TRUE(t.view(an, id).at("links").as_array().empty());
  EXPECT_EQ(seen_history(an).find(hidden), std::string::npos);
}

TEST_F(Sight, OfNoticesHasNoSecretsAndNothingOfOtherParties) {
  ASSERT_EQ(t.told().size(), 2U);
  for (const auto& request : t.told()) {
    EXPECT_FALSE(request.values.contains("place"));
    EXPECT_EQ(request.values.at("what"), "Máy lạ trong mạng");
    EXPECT_EQ(request.values.at("number"), "TH-2026-1");
  }
}

TEST_F(Sight, OfTheReporterIsWhatTheyWroteAndWhatIsMeantForThem) {
  const auto report = ledger::must(
      t->open(anyone, {.procedure = "lesson", .subject = "", .fields = {{"about", "Trang giả"}}}));
  ASSERT_FALSE(report.secret.empty());
  ASSERT_TRUE(t->comment(analyst, report.case_id, "nội bộ", {}));
  ASSERT_TRUE(t->comment(analyst, report.case_id, "Cảm ơn", {"reporter"}));
  ASSERT_TRUE(t.act(analyst, report.case_id, "finish", {{"inner", "kín"}, {"answer", "Đã chặn"}}));

  const auto shown = ledger::must(t->view_by_secret(report.number, report.secret));
  EXPECT_EQ(shown.at("fields"), json::value({{"about", "Trang giả"}}));
  EXPECT_EQ(shown.at("outcome"), json::value({{"answer", "Đã chặn"}}));
  ASSERT_EQ(shown.at("messages").as_array().size(), 1U);
  EXPECT_EQ(shown.at("messages").at(0).at("text"), "Cảm ơn");
  EXPECT_EQ(shown.at("state").at("vi"), "Xong");
  for (const auto* wrong : {"", "0", "ffffffffffffffffffffffffffffffff"})
    EXPECT_EQ(t->view_by_secret(report.number, wrong).error().kind, Kind::not_found);
  EXPECT_EQ(t->view_by_secret("BH-2026-99", report.secret).error().kind, Kind::not_found);
  EXPECT_EQ(t->view_by_secret("TH-2026-1", "").error().kind, Kind::not_found);
}

TEST_F(Sight, OnPaperIsEscapedAndCarriesTheHashes) {
  const auto bad = ledger::must(t.open(an, {{"what", "<script>alert(1)</script>"}})).case_id;
  const auto page = ledger::must(t->printable(an, bad, "vi"));
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
  const auto acts = ledger::must(t->timeline(an, bad));
  EXPECT_NE(page.find(acts[0].at("hash").as_string()), std::string::npos);
  EXPECT_NE(page.find("Luật mới"), std::string::npos);
  EXPECT_NE(ledger::must(t->printable(an, bad, "en")).find("New law"), std::string::npos);
}

TEST_F(Sight, OfAListPagesFiltersAndSearchesWithoutMarks) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(t.open(an, {{"what", "Thư 100% giả"}}));
  EXPECT_EQ(listed(an), 5U);
  EXPECT_EQ(listed(an, {.text = "MAY LA"}), 1U);
  EXPECT_EQ(listed(an, {.text = "100%"}), 4U);
  EXPECT_EQ(listed(an, {.text = "th-2026-3"}), 1U);
  EXPECT_EQ(listed(analyst, {.procedure = "signal", .state = "reported", .unit = "so-a"}), 5U);
  EXPECT_EQ(listed(analyst, {.unit = "so-b"}), 0U);
  EXPECT_EQ(listed(analyst, {.open = false}), 0U);
  CaseFilter page{.limit = 2};
  std::size_t count = 0;
  while (true) {
    const auto got = ledger::must(t->list(an, page));
    count += got.at("items").as_array().size();
    if (got.at("next").is_null()) break;
    page.after = got.at("next").as_string();
  }
  EXPECT_EQ(count, 5U);
  EXPECT_EQ(t->list(an, {.after = "x"}).error().where, "/after");
}

}  // namespace
}  // namespace haidang::procedure
