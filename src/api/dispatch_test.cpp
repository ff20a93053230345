#include "api/dispatch.hpp"

#include <gtest/gtest.h>

#include "api/kept.hpp"
#include "api/problem.hpp"
#include "api/rate.hpp"

namespace haidang::api {
namespace {

std::string operation_of(std::string_view method, std::string_view path) {
  static const Dispatch dispatch(routes());
  const Found found = dispatch.find(method, path);
  return found.route == nullptr ? "-" : std::string(found.route->operation);
}

TEST(Dispatch, FindsTheRouteOfAMethodAndPath) {
  struct Row {
    std::string_view method, path, operation;
  };
  constexpr Row rows[] = {
      {"GET", "/api/v1/cases", "list_cases"},
      {"POST", "/api/v1/cases", "open_case"},
      {"GET", "/api/v1/cases/SC-2026-1", "show_case"},
      {"HEAD", "/api/v1/cases", "list_cases"},
      {"POST", "/api/v1/cases/SC-2026-1/actions/acknowledge", "act_on_case"},
      {"GET", "/api/v1/registry/unit/export", "export_entries"},
      {"GET", "/api/v1/registry/unit/entries/export", "show_entry"},
      {"GET", "/healthz", "show_health"},
      {"GET", "/api/v1/cases/", "-"},
      {"GET", "/api/v1//cases", "-"},
      {"GET", "/", "-"},
      {"GET", "", "-"},
      {"DELETE", "/api/v1/cases", "-"},
      {"GET", "/api/v2/cases", "-"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::Message() << row.method << ' ' << row.path);
    EXPECT_EQ(operation_of(row.method, row.path), row.operation);
  }
}

TEST(Dispatch, GivesThePartsOfThePathAndTheMethodsThereAre) {
  const Dispatch dispatch(routes());
  const auto found = dispatch.find("GET", "/api/v1/cases/SC-2026-1/documents/ab");
  ASSERT_EQ(found.parts.size(), 2U);
  EXPECT_EQ(found.parts[0].second, "SC-2026-1");
  EXPECT_EQ(found.parts[1].first, "sha256");
  EXPECT_EQ(dispatch.find("PATCH", "/api/v1/cases").allowed, "GET, POST");
}

TEST(Rate, AllowsABurstAndThenWhatIsRefilled) {
  Rate rate(3, std::chrono::seconds(30));
  const Time start{std::chrono::hours(1)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rate.take("a", start));
  EXPECT_FALSE(rate.take("a", start));
  EXPECT_TRUE(rate.take("b", start));
  EXPECT_FALSE(rate.take("a", start + std::chrono::seconds(9)));
  EXPECT_TRUE(rate.take("a", start + std::chrono::seconds(20)));
}

TEST(Rate, ForgetsTheInnocentFirstWhenItIsFull) {
  Rate rate(2, std::chrono::hours(1), 10);
  const Time start{std::chrono::hours(1)};
  EXPECT_TRUE(rate.take("guilty", start));
  EXPECT_TRUE(rate.take("guilty", start));
  for (int i = 0; i < 50; ++i) rate.take(std::to_string(i), start);
  EXPECT_FALSE(rate.take("guilty", start));
}

TEST(KeptAnswers, HoldUntilTheNextAct) {
  KeptAnswers kept(100);
  kept.keep("q", 7, {.status = 200, .body = "seven"});
  ASSERT_TRUE(kept.find("q", 7));
  EXPECT_EQ(kept.find("q", 7)->body, "seven");
  EXPECT_FALSE(kept.find("q", 8));
  EXPECT_FALSE(kept.find("other", 7));
  kept.keep("late", 6, {.status = 200, .body = "six"});
  EXPECT_FALSE(kept.find("late", 7));
}

TEST(KeptAnswers, StayWithinTheirMemory) {
  KeptAnswers kept(100);
  kept.keep("a", 1, {.status = 200, .body = std::string(80, 'a')});
  kept.keep("b", 1, {.status = 200, .body = std::string(80, 'b')});
  EXPECT_FALSE(kept.find("a", 1));
  EXPECT_TRUE(kept.find("b", 1));
}

TEST(Problem, SpeaksTheLanguageThatWasAskedFor) {
  const auto error = invalid(both("Thiếu tên", "The name is missing"), "/name").error();
  const auto vi = problem(error, Language::vi);
  const auto en = problem(error, Language::en);
  EXPECT_EQ(vi.status, 422);
  EXPECT_NE(vi.body.find("Thiếu tên"), std::string::npos);
  EXPECT_EQ(vi.body.find("missing"), std::string::npos);
  EXPECT_NE(en.body.find(R"("pointer":"/name")"), std::string::npos);
  EXPECT_EQ(en.headers.find("Content-Type"), "application/problem+json");
}

TEST(Problem, DoesNotTellWhatIsDamagedInside) {
  const auto error = fail(Error::Kind::corrupt, "act 7 has another hash", "ledger.db").error();
  const auto answer = problem(error, Language::en);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("ledger.db"), std::string::npos);
  EXPECT_EQ(answer.body.find("hash"), std::string::npos);
}

}  // namespace
}  // namespace haidang::api
