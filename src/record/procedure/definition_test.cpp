#include "record/procedure/definition.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "record/procedure/definition_trial.hpp"

namespace haidang::procedure {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using namespace std::chrono;

const std::filesystem::path catalogue = std::filesystem::path(HAIDANG_SOURCE_DIR) / "catalogue";

std::vector<std::string> messages(const std::vector<Error>& problems) {
  std::vector<std::string> all;
  for (const auto& problem : problems) all.push_back(problem.message());
  return all;
}

Definition sound() {
  auto parsed = parse_definition(trial::sound, "p.yml", trial::words());
  for (const auto& problem : parsed.problems) ADD_FAILURE() << problem.message();
  return parsed.definition.value();
}

TEST(Definition, IsReadWholeFromItsFile) {
  const auto definition = sound();
  EXPECT_EQ(definition.name, "leave");
  EXPECT_EQ(definition.version, 2U);
  EXPECT_EQ(definition.title.vi, "Nghỉ");
  EXPECT_EQ(definition.initial().name, "asked");
  EXPECT_EQ(definition.source_text, trial::sound);
  EXPECT_THAT(definition.open_asks, ElementsAre("kind", "since", "reason", "note"));
  ASSERT_NE(definition.action("grant"), nullptr);
  EXPECT_THAT(definition.action("grant")->from, ElementsAre("asked", "held"));
}

TEST(Definition, TurnsATypeIntoASchema) {
  const auto definition = sound();
  EXPECT_EQ(json::serialize(definition.field("kind")->schema),
            R"({"type":"string","enum":["short","long"]})");
  EXPECT_EQ(json::serialize(definition.field("since")->schema),
            R"({"type":"string","format":"date-time"})");
  EXPECT_EQ(json::serialize(definition.field("days")->schema),
            R"({"type":"integer","minimum":0,"maximum":30})");
}

TEST(Definition, ReadsTermsByRegime) {
  const auto definition = sound();
  const auto& due = definition.clock("answer")->due;
  EXPECT_EQ(due.at("old").working_days, 5U);
  EXPECT_EQ(due.at("new").calendar, 90min);
  EXPECT_EQ(definition.clock("answer")->repeat, 15min);
}

TEST(Definition, PicksTheRegimeOfADay) {
  const auto definition = sound();
  EXPECT_EQ(definition.regime(2014y / 10 / 30), nullptr);
  EXPECT_EQ(definition.regime(2026y / 6 / 30)->name, "old");
  EXPECT_EQ(definition.regime(2026y / 7 / 1)->name, "new");
}

TEST(Definition, ReadsAMappingOfConditionsAsAllOfThem) {
  const auto definition = sound();
  const auto& must = definition.action("grant")->guards.at(0).must;
  EXPECT_EQ(must.kind, Condition::Kind::all);
  ASSERT_EQ(must.of.size(), 2U);
  EXPECT_EQ(must.of[0].kind, Condition::Kind::done);
  EXPECT_EQ(must.of[0].party, "police");
  EXPECT_THAT(must.of[1].values, ElementsAre(json::value("short")));
}

TEST(Catalogue, HoldsOnlySoundProcedures) {
  const auto known = read_vocabulary(catalogue);
  ASSERT_TRUE(known) << known.error().message();
  const auto loaded = load_definitions(catalogue / "procedures", *known);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_THAT(messages(loaded->problems), ElementsAre());
  std::vector<std::string> names;
  for (const auto& definition : loaded->definitions) names.push_back(definition.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"incident", "repair", "difficulty", "report"}));
}

TEST(Format, HasASoundExample) {
  const auto page =
      read_file(catalogue.parent_path() / "docs" / "formats" / "procedure.md", 1U << 20).value();
  const auto from = page.find("```yaml\n") + 8;
  auto known = read_vocabulary(catalogue).value();
  known.procedures.emplace_back("leave");
  const auto example = page.substr(from, page.find("```", from) - from);
  EXPECT_THAT(messages(parse_definition(example, "p.yml", known).problems), ElementsAre());
}

TEST(Incident, ChoosesTheLawByTheDayOfDetection) {
  const auto known = read_vocabulary(catalogue).value();
  const auto loaded = load_definitions(catalogue / "procedures", known).value();
  const auto incident = std::ranges::find(loaded.definitions, "incident", &Definition::name);
  ASSERT_NE(incident, loaded.definitions.end());
  struct Row {
    year_month_day day;
    std::string_view regime;
    bool five_days, initial_24h, data_from_occurrence;
  };
  const Row rows[] = {
      {2015y / 1 / 1, "directive_2014", false, false, false},
      {2018y / 1 / 1, "incident_2017", true, false, false},
      {2024y / 1 / 1, "incident_2017_data_2023", true, false, true},
      {2026y / 3 / 1, "incident_2017_data_2026", true, false, false},
      {2026y / 11 / 1, "law_2026", false, true, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.regime);
    ASSERT_NE(incident->regime(row.day), nullptr);
    const auto& regime = incident->regime(row.day)->name;
    EXPECT_EQ(regime, row.regime);
    EXPECT_EQ(incident->clock("notify_5_days")->due.contains(regime), row.five_days);
    EXPECT_EQ(incident->clock("initial_24h")->due.contains(regime), row.initial_24h);
    EXPECT_EQ(incident->clock("data_breach_from_occurrence")->due.contains(regime),
              row.data_from_occurrence);
  }
}

class Directory : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("pdef_" + std::to_string(::getpid()) + "_" +
             testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  void put(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
  }
  [[nodiscard]] std::vector<std::string> problems() const {
    auto all = messages(load_definitions(path_, trial::words()).value().problems);
    for (auto& one : all) one.erase(0, path_.string().size() + 1);
    return all;
  }
  std::filesystem::path path_;
};

TEST_F(Directory, OfDefinitionsRefusesOneNameAndOneNumberTwice) {
  put("a.yml", trial::sound);
  put("b.yml", trial::sound);
  EXPECT_THAT(problems(), UnorderedElementsAre("b.yml:1: procedure 'leave' is defined in " +
                                                   (path_ / "a.yml").string() + " too",
                                               "b.yml:1: number 'NP-{year}-{n}' is used in " +
                                                   (path_ / "a.yml").string() + " too"));
}

TEST_F(Directory, OfDefinitionsChecksWhatOneHandsToAnother) {
  put("a.yml",
      trial::spoiled("      - set: {days: 3}",
                     "      - open_case: {procedure: stay, fields: {kin: kind, why: days}}"));
  auto other = trial::spoiled("procedure: leave", "procedure: stay");
  other.replace(other.find("NP-"), 3, "ST-");
  other.replace(other.find("  reason:"), 9, "  why:");
  other.replace(other.find("reason, note"), 6, "why");
  put("b.yml", other);
  EXPECT_THAT(problems(),
              UnorderedElementsAre("a.yml:44: 'stay' has no field 'kin'; did you mean 'kind'?",
                                   "a.yml:44: 'days' does not fit the field 'why' of 'stay'",
                                   "a.yml:44: opening 'stay' needs its field 'kind'"));
}

TEST_F(Directory, WithoutDefinitionsIsNotFound) {
  const auto loaded = load_definitions(path_, {});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, Error::Kind::not_found);
}

}  // namespace
}  // namespace haidang::procedure
