#include "record/registry/exchange.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "record/registry/trial_registry.hpp"

namespace haidang::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Exchange : public testing::TestWithParam<ledger::Dialect> {
 protected:
  void SetUp() override {
    if (!ledger::available(GetParam())) GTEST_SKIP() << ledger::no_postgresql;
    trial_ = std::make_unique<TrialRegistry>(GetParam());
    ASSERT_TRUE(trial_->put("unit", "ca-tp", "2014-10-31",
                            R"({"name":"Công an thành phố","kind":"luc_luong"})"));
  }

  Result<Imported> import(std::string_view kind, std::string_view csv, bool dry_run = false) {
    return trial_->write([&](const Registry& registry, ledger::Writer& writer) {
      return import_csv(registry, writer, somebody, kind, csv, dry_run);
    });
  }
  std::string exported(const Query& query) {
    return ledger::must(trial_->read([&](const Registry& registry, ledger::Sql& sql) {
      return export_csv(registry, sql, query);
    }));
  }
  static std::vector<std::string> shown(const std::vector<BadRow>& bad) {
    std::vector<std::string> all;
    for (const auto& row : bad) {
      all.push_back(std::to_string(row.line) + " " + row.column + ": " + row.what);
    }
    return all;
  }

  std::unique_ptr<TrialRegistry> trial_;
};
INSTANTIATE_TEST_SUITE_P(Both, Exchange, testing::ValuesIn(ledger::both), ledger::shown_dialect);

TEST_P(Exchange, GoodRowsGoInAndEachBadOneIsNamed) {
  const auto report = import("unit",
                             "id,Tên đơn vị,LOAI DON VI,Cơ quan trọng yếu,parent,Valid from\r\n"
                             "so-y-te,Sở Y tế,Sở,có,,2020-01-01\r\n"
                             "so-x,\"Sở\r\nX\",so,không,so-y-te,2020-01-01\r\n"
                             "Sở B,Sở B,so,,,2020-01-01\r\n"
                             "so-c,Sở C,cake,maybe,,2020-01-01\r\n"
                             "so-d,Sở D,so,,nobody,2020-01-01\r\n"
                             "so-e,Sở E,so,,,01/01/2020\r\n"
                             "so-f,Sở F,so\r\n"
                             ",Sở G,so,,,\r\n"
                             "so-h,Sở \"H\",so,,,\r\n"
                             "so-i,Sở I,so,,,\r\n");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->added, 3U);
  EXPECT_EQ(report->changed, 0U);
  EXPECT_THAT(
      shown(report->bad),
      ElementsAre(
          "5 id: must be an id of a-z, 0-9 and -, at most 64 letters",
          HasSubstr("6 LOAI DON VI: must be one of ban, bao_chi"),
          "6 Cơ quan trọng yếu: must be true or false",
          "7 parent: there is no unit 'nobody' on 2020-01-01",
          "8 Valid from: '01/01/2020' is no day; write 2026-07-31",
          "9 : 3 cells where the headings are 6", "10 id: the id is missing",
          "11 : a quote within a field that does not begin with one; put the field in quotes"));
  const auto put = ledger::must(trial_->get("unit", "so-x", "2020-01-01"));
  EXPECT_EQ(put.name, "Sở\r\nX");
  EXPECT_EQ(put.fields.at("critical"), false);
  EXPECT_EQ(trial_->get("unit", "so-i", "2026-03-02")->valid_from, day("2026-03-02"))
      << "without a day it holds from today";
  EXPECT_FALSE(trial_->get("unit", "so-c", "2026-03-02"));
}

TEST_P(Exchange, NamesRowsThatWhoImportsMayNotPut) {
  const MayPut only_a = [](ledger::Sql&, const Entry& entry) -> Result<> {
    if (entry.id == "so-a") return {};
    return fail(Error::Kind::denied, "not yours to change");
  };
  const auto report =
      ledger::must(trial_->write([&](const Registry& registry, ledger::Writer& writer) {
        return import_csv(registry, writer, somebody, "unit",
                          "id,name,kind\nso-a,Sở A,so\nso-b,Sở B,so\n", false, only_a);
      }));
  EXPECT_EQ(report.added, 1U);
  EXPECT_THAT(shown(report.bad), ElementsAre("3 : not yours to change"));
  EXPECT_FALSE(trial_->get("unit", "so-b", "2026-03-02"));
}

TEST_P(Exchange, ADryRunSaysTheSameAndWritesNothing) {
  const std::string_view csv =
      "id,name,kind,parent\nsở,Sở,so,\nso-a,Sở A,so,\nso-b,Sở B,so,so-a\nso-c,Sở C,so,so-z\n";
  const auto before = trial_->ledger()->head();
  const auto dry = ledger::must(import("unit", csv, true));
  EXPECT_EQ(trial_->ledger()->head(), before);
  const auto wet = ledger::must(import("unit", csv, false));
  EXPECT_EQ(dry.added, 2U);
  EXPECT_EQ(wet.added, 2U);
  EXPECT_EQ(shown(dry.bad), shown(wet.bad));
  EXPECT_EQ(wet.bad.size(), 2U);
}

TEST_P(Exchange, TheSameTableAgainChangesNothing) {
  const std::string csv = "id,name,kind\nso-a,Sở A,so\nso-b,Sở B,so\n";
  ASSERT_EQ(ledger::must(import("unit", csv)).added, 2U);
  const auto head = trial_->ledger()->head();
  EXPECT_EQ(ledger::must(import("unit", csv)).same, 2U);
  EXPECT_EQ(trial_->ledger()->head(), head);
  const auto third = ledger::must(import("unit", "id,name,kind\nso-a,Sở A,so\nso-b,Sở Bê,so\n"));
  EXPECT_EQ(third.same, 1U);
  EXPECT_EQ(third.changed, 1U);
}

TEST_P(Exchange, ATableThatCannotBeReadIsRefusedWhole) {
  const auto refusal = [&](std::string_view csv) {
    const auto done = import("unit", csv);
    return done ? std::string("taken") : done.error().message();
  };
  EXPECT_THAT(refusal(""), HasSubstr("the table is empty"));
  EXPECT_THAT(refusal("name,kind\n"), HasSubstr("there is no column 'id'"));
  EXPECT_THAT(refusal("id;name;kind\n"), HasSubstr("parted by ';'"));
  EXPECT_THAT(refusal("id,nmae\n"), HasSubstr("'nmae' is no field of unit; did you mean 'name'?"));
  EXPECT_THAT(refusal("id,name,Tên đơn vị\n"), HasSubstr("stands there twice"));
  EXPECT_THAT(refusal(std::string((10U << 20) + 1, 'a')), HasSubstr("split it"));
  EXPECT_THAT(import("cake", "id\n").error().what, HasSubstr("no kind"));
}

TEST_P(Exchange, WhatGoesOutComesBackTheSame) {
  const auto people = ledger::must(import(
      "person",
      "id,name,unit,title,phone,email\n"
      "an,\"Nguyễn \"\"An\"\"\",ca-tp,\"=HYPERLINK(\"\"http://x\"\")\",+84900000001,an@x.vn\n"
      "binh,Bình,ca-tp,\"a,\nb\",,\n"));
  ASSERT_EQ(people.added, 2U);
  const auto csv = exported({.kind = "person"});
  EXPECT_THAT(csv, testing::StartsWith("\xEF\xBB\xBFid,name,unit,title,head,email,phone,"));
  EXPECT_THAT(csv, HasSubstr("\"'=HYPERLINK(\"\"http://x\"\")\""));
  EXPECT_THAT(csv, HasSubstr(",'+84900000001,"));
  const auto head = trial_->ledger()->head();
  const auto again = ledger::must(import("person", csv));
  EXPECT_EQ(again.same, 2U) << shown(again.bad).size();
  EXPECT_EQ(trial_->ledger()->head(), head);
}

TEST_P(Exchange, ListsOfListsComeBackTheSame) {
  ASSERT_EQ(ledger::must(import("person", "id,name,unit\na,An,ca-tp\nb,Bình,ca-tp\n")).added, 2U);
  ASSERT_EQ(ledger::must(import("duty_rota",
                                "id,name,unit,from,steps\n"
                                "r,Trực,ca-tp,2026-01-01T00:00:00+07:00,a;b|b\n"))
                .added,
            1U);
  const auto rota = ledger::must(trial_->get("duty_rota", "r", "2026-03-02"));
  EXPECT_EQ(json::serialize(rota.fields.at("steps")), R"([["a","b"],["b"]])");
  EXPECT_EQ(ledger::must(import("duty_rota", exported({.kind = "duty_rota"}))).same, 1U);
}

// The rows of an .xlsx as JSON lines, by a reader of its own.
std::string read_xlsx(const std::string& xlsx, const std::filesystem::path& dir) {
  const auto file = dir / "table.xlsx";
  ledger::must(write_file(file, xlsx));
  const std::string command = "python3 " HAIDANG_SOURCE_DIR "/src/record/registry/xlsx_cells.py '" +
                              file.string() + "' 2>&1";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string all;
  char piece[4096];
  while (const auto got = std::fread(piece, 1, sizeof piece, pipe.get())) all.append(piece, got);
  return all;
}

TEST_P(Exchange, ASpreadsheetHoldsTextWithLabelsInEitherLanguage) {
  ASSERT_TRUE(trial_->put("system", "dvc", "2026-01-01",
                          R"({"name":"=Một cửa <điện tử> & \"khác\"","owner":"ca-tp","level":3,
                              "dossier":"approved","critical":true})"));
  const auto rows = [&](std::string_view language) {
    const auto xlsx = ledger::must(trial_->read([&](const Registry& registry, ledger::Sql& sql) {
      return export_xlsx(registry, sql, {.kind = "system"}, language);
    }));
    return read_xlsx(xlsx, trial_->ledger().dir());
  };
  const auto vi = rows("vi");
  EXPECT_THAT(
      vi, HasSubstr(R"({"A": "Mã", "B": "Tên hệ thống", "C": "Tên viết tắt", "D": "Chủ quản")"));
  EXPECT_THAT(vi, HasSubstr("\n"
                            R"({"A": "dvc", "B": "=Một cửa <điện tử> & \"khác\"", "D": "ca-tp", )"
                            R"("F": "3", "G": "Đã được phê duyệt")"));
  EXPECT_THAT(vi, HasSubstr(R"("2026-01-01"})"));
  EXPECT_THAT(vi, HasSubstr(R"("Có")"));
  const auto en = rows("en");
  EXPECT_THAT(en, HasSubstr(R"("D": "Owner")"));
  EXPECT_THAT(en, HasSubstr(R"("G": "Approved")"));
  trial_
      ->read([](const Registry& registry, ledger::Sql& sql) -> Result<> {
        EXPECT_FALSE(export_xlsx(registry, sql, {.kind = "system"}, "fr"));
        EXPECT_FALSE(export_xlsx(registry, sql, {.kind = "cake"}, "vi"));
        return {};
      })
      .value();
}

}  // namespace
}  // namespace haidang::registry
