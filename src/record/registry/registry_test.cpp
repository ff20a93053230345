#include "record/registry/registry.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/registry/trial_registry.hpp"

namespace haidang::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OnBoth : public testing::TestWithParam<ledger::Dialect> {
 protected:
  void SetUp() override {
    if (!ledger::available(GetParam())) GTEST_SKIP() << ledger::no_postgresql;
    trial_ = std::make_unique<TrialRegistry>(GetParam());
  }

  void put_units() {
    put("unit", "ubnd-tp", "2014-10-31", R"({"name":"Ủy ban nhân dân thành phố","kind":"uy_ban"})");
    put("unit", "so-tttt", "2014-10-31",
        R"({"name":"Sở Thông tin và Truyền thông","short_name":"Sở TT&TT","kind":"so","parent":"ubnd-tp"})");
    put("unit", "ca-tp", "2014-10-31", R"({"name":"Công an thành phố","kind":"luc_luong"})");
    put("unit", "ttdl", "2014-10-31",
        R"({"name":"Trung tâm dữ liệu","kind":"don_vi_truc_thuoc","parent":"so-tttt","critical":true})");
  }
  Entry put(std::string_view kind, std::string_view id, std::string_view from,
            std::string_view fields) {
    return ledger::must(trial_->put(kind, id, from, fields));
  }
  std::string name_on(std::string_view kind, std::string_view id, std::string_view at) {
    const auto entry = trial_->get(kind, id, at);
    return entry ? entry->name : entry.error().what;
  }
  std::vector<std::string> ids(const Query& query) {
    std::vector<std::string> found;
    for (const auto& entry : ledger::must(trial_->list(query)).entries) found.push_back(entry.id);
    return found;
  }
  std::string holder(std::string_view role, std::string_view at) {
    const auto found = trial_->read([&](const Registry& registry, ledger::Sql& sql) {
      return registry.holder(sql, role, day(at));
    });
    return found ? *found : found.error().what;
  }
  bool ask(auto member, std::string_view provider, std::string_view device, std::string_view at) {
    return ledger::must(trial_->read([&](const Registry& registry, ledger::Sql& sql) {
      return (registry.*member)(sql, provider, device, day(at));
    }));
  }
  // "An,Bình / Chi"
  std::string woken(std::string_view unit, std::string_view at) {
    std::string shown;
    const auto chain = ledger::must(trial_->read([&](const Registry& registry, ledger::Sql& sql) {
      return registry.on_call(sql, unit, ledger::must(parse_time(at)));
    }));
    for (const auto& step : chain) {
      if (!shown.empty()) shown += " / ";
      for (const auto& contact : step) shown += contact.name + " " + contact.phone + ",";
    }
    return shown;
  }

  std::unique_ptr<TrialRegistry> trial_;
};
INSTANTIATE_TEST_SUITE_P(Both, OnBoth, testing::ValuesIn(ledger::both), ledger::shown_dialect);

TEST_P(OnBoth, WhatWasPutIsReadAsOfItsDays) {
  put_units();
  const auto entry = ledger::must(trial_->get("unit", "so-tttt", "2020-01-01"));
  EXPECT_EQ(entry.name, "Sở Thông tin và Truyền thông");
  EXPECT_EQ(entry.unit, "so-tttt");
  EXPECT_EQ(entry.version, 2U);
  EXPECT_EQ(entry.fields.at("parent"), "ubnd-tp");
  EXPECT_FALSE(entry.valid_to);
  EXPECT_EQ(name_on("unit", "so-tttt", "2014-10-30"), "no unit 'so-tttt' on 2014-10-30");
}

TEST_P(OnBoth, ANewVersionLeavesTheOldOneReadable) {
  put_units();
  put("unit", "ca-tp", "2025-07-01", R"({"name":"Công an Hải Phòng","kind":"luc_luong"})");
  EXPECT_EQ(name_on("unit", "ca-tp", "2025-06-30"), "Công an thành phố");
  EXPECT_EQ(name_on("unit", "ca-tp", "2025-07-01"), "Công an Hải Phòng");
  EXPECT_EQ(trial_->get("unit", "ca-tp", "2020-01-01")->valid_to, day("2025-07-01"));

  // Put right for the same days: the wrong one stays in history, with no days.
  put("unit", "ca-tp", "2025-07-01", R"({"name":"Công an TP Hải Phòng","kind":"luc_luong"})");
  EXPECT_EQ(name_on("unit", "ca-tp", "2026-01-01"), "Công an TP Hải Phòng");
  const auto history = ledger::must(trial_->read([&](const Registry& registry, ledger::Sql& sql) {
    return registry.history(sql, "unit", "ca-tp");
  }));
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[1].name, "Công an Hải Phòng");
  EXPECT_EQ(history[1].valid_to, history[1].valid_from);
}

TEST_P(OnBoth, AVersionPutBeforeAKnownOneHoldsUntilThatBegins) {
  put("unit", "x", "2025-07-01", R"({"name":"Mới","kind":"so"})");
  const auto before = put("unit", "x", "2014-10-31", R"({"name":"Cũ","kind":"so"})");
  EXPECT_EQ(before.valid_to, day("2025-07-01"));
  EXPECT_EQ(name_on("unit", "x", "2025-07-01"), "Mới");
}

TEST_P(OnBoth, WhatEndedIsGoneFromThatDayAndRemembersItsSuccessor) {
  put_units();
  put("unit", "so-khcn", "2014-10-31", R"({"name":"Sở Khoa học và Công nghệ","kind":"so"})");
  ASSERT_TRUE(trial_->end("unit", "so-tttt", "2025-07-01", "so-khcn"));
  EXPECT_EQ(name_on("unit", "so-tttt", "2025-06-30"), "Sở Thông tin và Truyền thông");
  EXPECT_EQ(name_on("unit", "so-tttt", "2025-07-01"), "no unit 'so-tttt' on 2025-07-01");
  EXPECT_THAT(ids({.kind = "unit", .at = day("2026-01-01")}),
              ElementsAre("ca-tp", "so-khcn", "ttdl", "ubnd-tp"));
  EXPECT_THAT(ids({.kind = "unit"}), ElementsAre("ca-tp", "so-khcn", "so-tttt", "ttdl", "ubnd-tp"));

  const auto [after, before] = ledger::must(trial_->read(
      [&](const Registry& registry, ledger::Sql& sql)
          -> Result<std::pair<std::vector<Registry::Successor>, std::vector<Registry::Successor>>> {
        TRY(auto next, registry.successors(sql, "unit", "so-tttt"));
        TRY(auto past, registry.predecessors(sql, "unit", "so-khcn"));
        return std::pair(std::move(next), std::move(past));
      }));
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].id, "so-khcn");
  EXPECT_EQ(after[0].day, day("2025-07-01"));
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].id, "so-tttt");

  EXPECT_EQ(trial_->end("unit", "so-tttt", "2025-07-01").error().kind, Error::Kind::conflict);
  EXPECT_EQ(trial_->end("unit", "nobody", "2025-07-01").error().kind, Error::Kind::not_found);
  EXPECT_EQ(trial_->end("unit", "ca-tp", "2025-07-01", "nobody").error().kind,
            Error::Kind::not_found);
  EXPECT_EQ(name_on("unit", "ca-tp", "2026-01-01"), "Công an thành phố") << "all or nothing";
}

TEST_P(OnBoth, TheSecondOfTwoEditorsIsTold) {
  put_units();
  const auto seen = trial_->get("unit", "ca-tp", "2026-01-01")->version;
  const std::string_view fields = R"({"name":"Công an","kind":"luc_luong"})";
  ASSERT_TRUE(trial_->put("unit", "ca-tp", "2026-02-01", fields, seen));
  for (const auto* const from : {"2014-10-31", "2026-01-01", "2026-02-01", "2027-01-01"}) {
    const auto second = trial_->put("unit", "ca-tp", from, fields, seen);
    ASSERT_FALSE(second) << from;
    EXPECT_EQ(second.error().kind, Error::Kind::conflict);
  }
  EXPECT_EQ(trial_->put("unit", "ca-tp", "2026-01-01", fields, 0).error().what,
            "there is already a unit 'ca-tp'");
  EXPECT_TRUE(trial_->put("unit", "new", "2026-01-01", fields, 0));
  const auto now = trial_->get("unit", "ca-tp", "2026-03-01")->version;
  EXPECT_TRUE(trial_->put("unit", "ca-tp", "2026-03-01", fields, now));
}

TEST_P(OnBoth, WhatCannotStandIsRefused) {
  put_units();
  struct Row {
    std::string_view kind, id, from, fields, refusal;
  };
  constexpr Row rows[] = {
      {"unti", "x", "2026-01-01", "{}", "'unti' is no kind of the registry"},
      {"unit", "Sở X", "2026-01-01", R"({"name":"Sở X","kind":"so"})", "/id: must be an id"},
      {"unit", "x", "2026-01-01", R"({"name":"Sở X"})", "/kind: is required"},
      {"unit", "x", "2026-01-01", R"({"name":"Sở X","kind":"so","parent":"nobody"})",
       "/parent: there is no unit 'nobody' on 2026-01-01"},
      {"unit", "x", "2010-01-01", R"({"name":"Sở X","kind":"so","parent":"ubnd-tp"})",
       "/parent: there is no unit 'ubnd-tp' on 2010-01-01"},
      {"unit", "x", "2026-01-01", R"({"name":"Sở X","kind":"so","parent":"x"})", "/parent: "},
      {"unit", "ubnd-tp", "2026-01-01", R"({"name":"UBND","kind":"uy_ban","parent":"ttdl"})",
       "/parent: would put it below itself"},
      {"duty_rota", "x", "2026-01-01",
       R"({"name":"Trực","unit":"ca-tp","from":"2026-01-01T00:00:00Z","steps":[["ghost"]]})",
       "/steps: there is no person 'ghost'"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.fields);
    const auto put = trial_->put(row.kind, row.id, row.from, row.fields);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind, Error::Kind::invalid);
    EXPECT_THAT(put.error().message(), HasSubstr(std::string(row.refusal)));
  }
  EXPECT_FALSE(trial_->put("unit", "x", "2026-01-01", R"({"name":"Sở X","kind":"so"})", {},
                           day("2026-01-01")));
}

TEST_P(OnBoth, ListsFindByWordsWithoutMarksAndById) {
  put_units();
  const auto found = [&](std::string_view text) {
    return ids({.kind = "unit", .at = day("2020-01-01"), .text = std::string(text)});
  };
  EXPECT_THAT(found("so thong tin"), ElementsAre("so-tttt"));
  EXPECT_THAT(found("Truyền THÔNG sở"), ElementsAre("so-tttt"));
  EXPECT_THAT(found("cong an"), ElementsAre("ca-tp"));
  EXPECT_THAT(found("Sở TT&TT"), ElementsAre("so-tttt"));
  EXPECT_THAT(found("so-tttt"), ElementsAre("so-tttt"));
  EXPECT_THAT(found("uỷ ban"), ElementsAre("ubnd-tp"));
  EXPECT_THAT(found("thanh ph"), ElementsAre("ca-tp", "ubnd-tp"));
  EXPECT_THAT(found("hong tin"), IsEmpty()) << "words are found from their beginning";
  EXPECT_THAT(found("%"), ElementsAre("ca-tp", "so-tttt", "ttdl", "ubnd-tp"));
  EXPECT_THAT(found("_o thong tin x"), IsEmpty());
}

TEST_P(OnBoth, ListsKeepToUnitParentAndPage) {
  put_units();
  put("person", "an", "2026-01-01", R"({"name":"An","unit":"ca-tp"})");
  put("person", "binh", "2026-01-01", R"({"name":"Bình","unit":"so-tttt"})");
  EXPECT_THAT(ids({.kind = "person", .unit = "ca-tp"}), ElementsAre("an"));
  EXPECT_THAT(ids({.kind = "unit", .at = day("2026-01-01"), .parent = "ubnd-tp"}),
              ElementsAre("so-tttt", "ttdl"));
  put("unit", "ttdl", "2026-01-01",
      R"({"name":"Trung tâm dữ liệu","kind":"don_vi_truc_thuoc","parent":"ca-tp"})");
  EXPECT_THAT(ids({.kind = "unit", .at = day("2025-12-31"), .parent = "ubnd-tp"}),
              ElementsAre("so-tttt", "ttdl"));
  EXPECT_THAT(ids({.kind = "unit", .at = day("2026-01-01"), .parent = "ubnd-tp"}),
              ElementsAre("so-tttt"));
  EXPECT_THAT(ids({.kind = "unit", .parent = "ca-tp"}), ElementsAre("ttdl"));
  auto page = ledger::must(trial_->list({.kind = "unit", .limit = 3}));
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.entries.size(), 3U);
  page = ledger::must(trial_->list({.kind = "unit", .after = page.entries.back().id, .limit = 3}));
  EXPECT_FALSE(page.more);
  EXPECT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(trial_->list({.kind = "cake"}).error().kind, Error::Kind::not_found);
}

TEST_P(OnBoth, ARoleIsHeldByOneUnitAtATimeUnlessSeveralMay) {
  put_units();
  put("role_holder", "ict", "2014-10-31", R"({"role":"ict","unit":"so-tttt"})");
  put("role_holder", "ict", "2025-07-01", R"({"role":"ict","unit":"ca-tp"})");
  EXPECT_EQ(holder("ict", "2025-06-30"), "so-tttt");
  EXPECT_EQ(holder("ict", "2025-07-01"), "ca-tp");
  EXPECT_EQ(holder("ict", "2010-01-01"), "no unit holds the role 'ict' on 2010-01-01");
  EXPECT_EQ(holder("king", "2026-01-01"), "'king' is no role of the directive");
  const auto second = trial_->put("role_holder", "ict-2", "2020-01-01",
                                  R"({"role":"ict","unit":"ubnd-tp"})", {}, day("2020-02-01"));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr("/role: 'ict' is held by so-tttt"));

  put("role_holder", "media-a", "2026-01-01", R"({"role":"media","unit":"ca-tp"})");
  EXPECT_EQ(holder("media", "2026-01-01"), "ca-tp");
  put("role_holder", "media-b", "2026-01-01", R"({"role":"media","unit":"ttdl"})");
  EXPECT_THAT(holder("media", "2026-01-01"), HasSubstr("held by several units"));
  trial_
      ->read([](const Registry& registry, ledger::Sql& sql) -> Result<> {
        EXPECT_THAT(*registry.holders(sql, "media", day("2026-01-01")),
                    ElementsAre("ca-tp", "ttdl"));
        EXPECT_THAT(*registry.roles_of(sql, "ca-tp", day("2026-01-01")),
                    ElementsAre("ict", "media"));
        EXPECT_TRUE(*registry.critical(sql, "ttdl", day("2026-01-01")));
        EXPECT_FALSE(*registry.critical(sql, "ca-tp", day("2026-01-01")));
        return {};
      })
      .value();
}

TEST_P(OnBoth, ACertificateCoversItsKindsOnItsDaysOnly) {
  put_units();
  put("provider", "a", "2020-01-01", R"({"name":"Công ty A"})");
  ASSERT_TRUE(trial_->put(
      "certificate", "c1", "2026-01-01",
      R"({"number":"01","provider":"a","issuer":"Cục X","scope":["hardware","network"]})", {},
      day("2027-01-01")));
  EXPECT_TRUE(ask(&Registry::certified, "a", "hardware", "2026-01-01"));
  EXPECT_TRUE(ask(&Registry::certified, "a", "network", "2026-12-31"));
  EXPECT_FALSE(ask(&Registry::certified, "a", "in_house_software", "2026-06-01"));
  EXPECT_FALSE(ask(&Registry::certified, "a", "hardware", "2025-12-31"));
  EXPECT_FALSE(ask(&Registry::certified, "a", "hardware", "2027-01-01"));
  EXPECT_FALSE(ask(&Registry::certified, "b", "hardware", "2026-06-01"));
  ASSERT_TRUE(trial_->end("provider", "a", "2026-03-01"));
  EXPECT_FALSE(ask(&Registry::certified, "a", "hardware", "2026-06-01")) << "it closed";
}

TEST_P(OnBoth, TheCitysOwnTeamRepairsWithoutACertificate) {
  put_units();
  put("provider", "own", "2020-01-01", R"({"name":"Bộ phận ứng cứu","unit":"ttdl"})");
  EXPECT_FALSE(ask(&Registry::may_repair, "own", "hardware", "2026-01-01"));
  put("role_holder", "response-team", "2025-01-01", R"({"role":"response_team","unit":"ttdl"})");
  EXPECT_TRUE(ask(&Registry::may_repair, "own", "hardware", "2026-01-01"));
  EXPECT_FALSE(ask(&Registry::may_repair, "own", "hardware", "2024-01-01"));
  EXPECT_FALSE(ask(&Registry::certified, "own", "hardware", "2026-01-01"));
  EXPECT_FALSE(ask(&Registry::may_repair, "nobody", "hardware", "2026-01-01"));
}

TEST_P(OnBoth, ARotaSaysWhomToWakeStepByStep) {
  put_units();
  const auto person = [&](std::string id, std::string name, std::string phone) {
    put("person", id, "2026-01-01",
        R"({"unit":"ca-tp","name":")" + name + R"(","phone":")" + phone + "\"}");
  };
  person("an", "An", "+84000000001");
  person("binh", "Bình", "+84000000002");
  person("chi", "Chi", "+84000000003");
  put("duty_rota", "all-year", "2026-01-01",
      R"({"name":"Trực năm","unit":"ca-tp","from":"2026-01-01T00:00:00+07:00","steps":[["an","binh"],["chi"]]})");
  put("duty_rota", "tet", "2026-01-01",
      R"({"name":"Trực Tết","unit":"ca-tp","from":"2026-02-16T00:00:00+07:00","to":"2026-02-22T00:00:00+07:00","steps":[["chi"],["an"]]})");
  EXPECT_EQ(woken("ca-tp", "2026-02-15T23:59:59+07:00"),
            "An +84000000001,Bình +84000000002, / Chi +84000000003,");
  EXPECT_EQ(woken("ca-tp", "2026-02-16T00:00:00+07:00"), "Chi +84000000003, / An +84000000001,");
  EXPECT_EQ(woken("ca-tp", "2026-02-22T00:00:00+07:00"),
            "An +84000000001,Bình +84000000002, / Chi +84000000003,");
  ASSERT_TRUE(trial_->end("person", "chi", "2026-03-01"));
  EXPECT_EQ(woken("ca-tp", "2026-03-01T00:00:00+07:00"), "An +84000000001,Bình +84000000002,")
      << "who left is not woken, nor an empty step kept";
  EXPECT_EQ(woken("ttdl", "2026-03-01T00:00:00+07:00"), "");
}

TEST_P(OnBoth, TablesMadeAgainFromTheActsAreEqual) {
  put_units();
  put("unit", "ca-tp", "2025-07-01", R"({"name":"Công an Hải Phòng","kind":"luc_luong"})");
  put("unit", "ca-tp", "2025-07-01", R"({"name":"Công an TP","kind":"luc_luong"})");
  ASSERT_TRUE(trial_->end("unit", "ttdl", "2026-01-01", "ca-tp"));
  const auto dump = [&] {
    std::string all;
    const auto sql = trial_->ledger().connect();
    for (const auto* const statement :
         {"SELECT kind || id || unit || name || parent || origin || words || fields, version, "
          "day_from, day_to, newest FROM registry_entry ORDER BY kind, id, version, day_from",
          "SELECT kind || id || successor, day, day, day, day FROM registry_succession"}) {
      for (const auto& row : ledger::must(sql->rows(statement))) {
        all += row.text(0);
        for (std::size_t at = 1; at < 5; ++at) all += " " + std::to_string(row.integer(at));
        all += "\n";
      }
    }
    return all;
  };
  const auto before = dump();
  ASSERT_TRUE(trial_->ledger()->rebuild());
  EXPECT_EQ(dump(), before);
}

TEST(Day, IsReadAndWrittenStrictly) {
  for (const auto* const text : {"2026-07-31", "2024-02-29", "1900-01-01", "9999-12-31"}) {
    EXPECT_EQ(format_day(day(text)), text);
  }
  for (const auto* const text : {"", "2026-7-1", "2026-02-30", "31/07/2026", "2026-07-31T00:00:00Z",
                                 "1899-12-31", "2o26-01-01"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
  EXPECT_EQ(day_of(ledger::must(parse_time("2026-06-30T17:00:00Z"))), day("2026-07-01"));
}

}  // namespace
}  // namespace haidang::registry
