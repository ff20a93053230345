#include "record/registry/profile.hpp"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "record/registry/trial_registry.hpp"

namespace haidang::registry {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class Profiles : public testing::TestWithParam<ledger::Dialect> {
 protected:
  void SetUp() override {
    if (!ledger::available(GetParam())) GTEST_SKIP() << ledger::no_postgresql;
    trial_ = std::make_unique<TrialRegistry>(GetParam());
  }
  std::string holder(std::string_view role, std::string_view at) {
    const auto found = trial_->read([&](const Registry& registry, ledger::Sql& sql) {
      return registry.holder(sql, role, day(at));
    });
    return found ? *found : found.error().what;
  }
  std::vector<std::string> successors(std::string_view unit) {
    std::vector<std::string> ids;
    for (const auto& one : ledger::must(trial_->read([&](const Registry& r, ledger::Sql& sql) {
           return r.successors(sql, "unit", unit);
         }))) {
      ids.push_back(one.id);
    }
    return ids;
  }
  std::vector<std::string> units(std::string_view kind, std::string_view at) {
    std::vector<std::string> ids;
    trial_
        ->read([&](const Registry& registry, ledger::Sql& sql) {
          return registry.each(sql, {.kind = "unit", .at = day(at)},
                               [&](const Entry& entry) -> Result<> {
                                 if (entry.fields.at("kind").as_string() == kind)
                                   ids.push_back(entry.id);
                                 return {};
                               });
        })
        .value();
    return ids;
  }

  std::unique_ptr<TrialRegistry> trial_;
};
INSTANTIATE_TEST_SUITE_P(Both, Profiles, testing::ValuesIn(ledger::both), ledger::shown_dialect);

TEST_P(Profiles, FromOneToTheOtherHistoryIsKept) {
  const auto first = trial_->apply("haiphong-2014");
  ASSERT_TRUE(first) << first.error().message();
  const auto second = trial_->apply("haiphong-2025");
  ASSERT_TRUE(second) << second.error().message();

  EXPECT_EQ(holder("ict", "2016-01-01"), "so-tttt");
  EXPECT_EQ(holder("ict", "2025-06-30"), "so-tttt");
  EXPECT_EQ(holder("ict", "2026-01-01"), "so-khcn");
  EXPECT_EQ(holder("police", "2016-01-01"), "ca-tp");
  EXPECT_EQ(holder("police", "2026-01-01"), "ca-tp");
  EXPECT_EQ(holder("planning", "2016-01-01"), "so-khdt");
  EXPECT_EQ(holder("planning", "2026-01-01"), "so-tai-chinh");
  EXPECT_EQ(holder("border_guard", "2026-01-01"), "bchqs");

  EXPECT_TRUE(trial_->get("unit", "ubnd-quan-hong-bang", "2020-01-01"));
  EXPECT_TRUE(trial_->get("unit", "ubnd-quan-hong-bang", "2025-06-30"));
  EXPECT_FALSE(trial_->get("unit", "ubnd-quan-hong-bang", "2026-01-01"));
  EXPECT_FALSE(trial_->get("unit", "ubnd-phuong-hong-bang", "2025-06-30"));
  EXPECT_EQ(trial_->get("unit", "ubnd-phuong-hong-bang", "2026-01-01")->fields.at("place_code"),
            "11311");
  EXPECT_EQ(trial_->get("unit", "so-khcn", "2026-01-01")->valid_from, day("2014-10-31"));
  EXPECT_EQ(trial_->get("unit", "ttdl", "2016-01-01")->fields.at("parent"), "so-tttt");
  EXPECT_EQ(trial_->get("unit", "ttdl", "2026-01-01")->fields.at("parent"), "so-khcn");
  EXPECT_THAT(successors("so-tttt"), ElementsAre("so-khcn"));
  EXPECT_THAT(successors("so-khdt"), ElementsAre("so-tai-chinh"));
  EXPECT_THAT(successors("ubnd-huyen-cat-hai"), ElementsAre("ubnd-dac-khu-cat-hai"));
}

TEST_P(Profiles, AppliedAgainNothingChanges) {
  ASSERT_TRUE(trial_->apply("haiphong-2014"));
  ASSERT_TRUE(trial_->apply("haiphong-2025"));
  ASSERT_TRUE(trial_->apply("demo-people"));
  const auto head = trial_->ledger()->head();
  for (const auto* const name : {"demo-people", "haiphong-2025", "haiphong-2014"}) {
    const auto again = trial_->apply(name);
    ASSERT_TRUE(again) << name << ": " << again.error().message();
    EXPECT_EQ(again->put, 0U) << name;
    EXPECT_EQ(again->ended, 0U) << name;
    EXPECT_GT(again->same, 40U) << name;
  }
  EXPECT_EQ(trial_->ledger()->head(), head);
}

TEST_P(Profiles, WhatPeopleChangedAndAddedStays) {
  ASSERT_TRUE(trial_->apply("haiphong-2014"));
  ASSERT_TRUE(trial_->put("unit", "own", "2015-01-01", R"({"name":"Của riêng","kind":"ban"})"));
  ASSERT_TRUE(trial_->put("unit", "so-tttt", "2016-01-01",
                          R"({"name":"Sở TT và TT","kind":"so","parent":"ubnd-tp"})"));
  ASSERT_TRUE(trial_->put("unit", "ca-tp", "2014-10-31",
                          R"({"name":"Công an TP","kind":"luc_luong","parent":"ubnd-tp"})"));
  EXPECT_EQ(ledger::must(trial_->apply("haiphong-2014")).put, 0U);
  EXPECT_EQ(trial_->get("unit", "ca-tp", "2016-01-01")->name, "Công an TP");
  ASSERT_TRUE(trial_->apply("haiphong-2025"));
  EXPECT_TRUE(trial_->get("unit", "own", "2026-01-01")) << "not of a profile, not ended by one";
  EXPECT_FALSE(trial_->get("unit", "so-tttt", "2026-01-01")) << "of one, though changed since";
}

TEST_P(Profiles, AnOlderOneAfterANewerIsRefusedAndChangesNothing) {
  ASSERT_TRUE(trial_->apply("haiphong-2025"));
  const auto head = trial_->ledger()->head();
  const auto older = trial_->apply("haiphong-2014");
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().kind, Error::Kind::conflict);
  EXPECT_THAT(older.error().what, HasSubstr("apply them in the order of their days"));
  EXPECT_EQ(trial_->ledger()->head(), head);
}

TEST_P(Profiles, CarryTheCitysUnitsOfTheirDay) {
  ASSERT_TRUE(trial_->apply("haiphong-2014"));
  EXPECT_EQ(units("quan", "2015-01-01").size(), 7U);
  EXPECT_EQ(units("huyen", "2015-01-01").size(), 8U);
  EXPECT_EQ(units("so", "2015-01-01").size(), 16U);
  EXPECT_EQ(units("doanh_nghiep_vien_thong", "2015-01-01").size(), 7U);
  ASSERT_TRUE(trial_->apply("haiphong-2025"));
  EXPECT_EQ(units("phuong", "2026-01-01").size(), 45U);
  EXPECT_EQ(units("xa", "2026-01-01").size(), 67U);
  EXPECT_EQ(units("dac_khu", "2026-01-01").size(), 2U);
  EXPECT_TRUE(units("quan", "2026-01-01").empty());
  EXPECT_TRUE(units("huyen", "2026-01-01").empty());
  trial_
      ->read([](const Registry& registry, ledger::Sql& sql) -> Result<> {
        std::set<std::string> held;
        for (const auto& role : registry.kinds().roles()) {
          for (const auto* const at : {"2014-10-31", "2026-01-01"}) {
            EXPECT_FALSE(registry.holders(sql, role.name, day(at))->empty()) << role.name << at;
          }
        }
        // The eight groups of clause 3.b.
        for (const auto* const unit : {"vp-thanh-uy", "vp-doan-dbqh-hdnd", "vp-ubnd", "dai-ptth",
                                       "ttdl", "ubnd-quan-le-chan", "bchqs", "bch-bdbp"}) {
          EXPECT_TRUE(*registry.critical(sql, unit, day("2014-10-31"))) << unit;
        }
        return {};
      })
      .value();
}

TEST_P(Profiles, TheDemonstrationHasRotasOfThreeStepsAndAReadyProvider) {
  ASSERT_TRUE(trial_->apply("haiphong-2025"));
  const auto applied = trial_->apply("demo-people");
  ASSERT_TRUE(applied) << applied.error().message();
  trial_
      ->read([](const Registry& registry, ledger::Sql& sql) -> Result<> {
        const auto at = ledger::must(parse_time("2026-03-01T03:00:00Z"));
        for (const auto* const unit : {"ca-tp", "so-khcn"}) {
          const auto chain = ledger::must(registry.on_call(sql, unit, at));
          EXPECT_EQ(chain.size(), 3U) << unit;
          EXPECT_EQ(chain.front().size(), 2U) << unit;
          EXPECT_THAT(chain.front().front().email, HasSubstr("@haidang.example"));
        }
        const auto day_at = day("2026-03-01");
        EXPECT_TRUE(*registry.certified(sql, "demo-sua-chua-a", "hardware", day_at));
        EXPECT_FALSE(*registry.certified(sql, "demo-sua-chua-b", "hardware", day_at));
        EXPECT_TRUE(*registry.may_repair(sql, "demo-ung-cuu", "hardware", day_at));
        return {};
      })
      .value();
}

TEST(ProfileFile, AFaultIsRefusedWithFileAndLine) {
  TrialRegistry trial;
  const auto dir = trial.ledger().dir() / "city";
  std::filesystem::create_directories(dir);
  const auto refusal = [&](std::string_view head, std::string_view units) {
    ledger::must(write_file(dir / "profile.yml", head));
    ledger::must(write_file(dir / "units.yml", units));
    const auto applied = trial.write([&](const Registry& registry, ledger::Writer& writer) {
      return apply_profile(registry, writer, somebody, dir);
    });
    return applied ? std::string("applied") : applied.error().message();
  };
  const std::string head = "name: x\nseries: x\nlabel: {vi: X, en: X}\nvalid_from: 2026-01-01\n";
  EXPECT_THAT(refusal("name: x\n", "unit: {}\n"), HasSubstr("has no label"));
  EXPECT_THAT(refusal("label: {vi: X, en: X}\n", "unit: {}\n"), HasSubstr("name, series"));
  EXPECT_THAT(refusal(head, "unti: {}\n"), HasSubstr("units.yml:1: 'unti' is neither a kind"));
  EXPECT_THAT(refusal(head, "unit: {}\n"), HasSubstr("has no entries"));
  EXPECT_THAT(refusal(head, "unit:\n  a: {name: Sở A, kind: so}\n  b: {name: Sở B}\n"),
              HasSubstr("units.yml:3: /kind: is required"));
  EXPECT_EQ(trial.ledger()->head(), 0U) << "nothing of a profile that is not sound";
  EXPECT_THAT(refusal(head, "unit:\n  a: {name: Sở A, kind: so, valid_from: soon}\n"),
              HasSubstr("units.yml:2: 'soon' is no day"));
  EXPECT_EQ(refusal(head, "unit:\n  a: {name: Sở A, kind: so}\n"), "applied");
}

}  // namespace
}  // namespace haidang::registry
