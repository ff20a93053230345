#include "record/registry/kinds.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "record/registry/trial_registry.hpp"

namespace haidang::registry {
namespace {

using testing::HasSubstr;

std::string problem_of(std::string_view kind, std::string_view fields) {
  static const Kinds kinds = catalogue_kinds();
  std::string all;
  for (const auto& problem : kinds.problems(*kinds.find(kind), json::parse(fields).as_object())) {
    all += (all.empty() ? "" : "; ") + problem.message();
  }
  return all;
}

TEST(Kinds, SayWhatIsWrongWithAnEntryByItsPointer) {
  struct Row {
    std::string_view kind, fields, problem;
  };
  constexpr Row rows[] = {
      {"unit", R"({"name":"Sở Y tế","kind":"so"})", ""},
      {"unit", R"({"name":"Sở Y tế"})", "/kind: is required"},
      {"unit", R"({"name":"S","kind":"so"})", "/name: must be text of 2 to 200 characters"},
      {"unit", R"({"name":"Sở Y tế","kind":"so","kritical":true})",
       "/kritical: is no field of unit; did you mean 'critical'?"},
      {"unit", R"({"name":"Sở Y tế","kind":"so","critical":"có"})",
       "/critical: must be true or false"},
      {"unit", R"({"name":"Sở Y tế","kind":"so","place_code":"12a"})",
       "/place_code: must be digits only"},
      {"system", R"({"name":"Một cửa","owner":"so-y-te","level":6})",
       "/level: must be a whole number of 1 to 5"},
      {"system", R"({"name":"Một cửa","owner":"so-y-te","level":"3"})",
       "/level: must be a whole number of 1 to 5"},
      {"person", R"({"name":"An","unit":"so-y-te","email":"an@","phone":"0912"})",
       "/email: must be an e-mail address, like truc@haiphong.gov.vn; /phone: must be a telephone "
       "number with its country, like +84912345678"},
      {"certificate",
       R"({"number":"1","provider":"a","issuer":"Cục X","scope":["hardware","cake"]})",
       "/scope/1: must be one of commercial_software, hardware, in_house_software, network"},
      {"certificate", R"({"number":"1","provider":"a","issuer":"Cục X","scope":"hardware"})",
       "/scope: must be a list of at most 1000 values"},
      {"duty_rota", R"({"name":"Trực","unit":"a","from":"2026-01-01","steps":[["b"]]})",
       "/from: must be a time with its zone, like 2026-07-31T07:00:00+07:00"},
      {"duty_rota",
       R"({"name":"Trực","unit":"a","from":"2026-01-01T00:00:00+07:00","steps":["b"]})",
       "/steps/0: must be a list of at most 20, each of which must be text of 1 to 64 characters"},
      {"site", R"({"name":"Cổng","unit":"a","url":"javascript:alert"})",
       "/url: must be an address that begins with http:// or https://"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.fields);
    EXPECT_EQ(problem_of(row.kind, row.fields), row.problem);
  }
}

TEST(Kinds, CheckATextOfAMegabyteWithoutHarm) {
  const auto long_text = std::string(1U << 20, 'a');
  EXPECT_THAT(problem_of("person", R"({"name":"An","unit":"u","email":")" + long_text + "\"}"),
              HasSubstr("/email: must be text of at most 254"));
  EXPECT_THAT(problem_of("site", R"({"name":"An","unit":"u","url":"http://)" + long_text + "\"}"),
              HasSubstr("/url: must be text"));
}

TEST(Kinds, KnowTheRolesOfTheDirectiveAndTheClausesActors) {
  const auto kinds = catalogue_kinds();
  for (const auto* const name : {"police", "ict", "committee", "planning", "finance", "justice",
                                 "military", "border_guard", "media", "isp", "response_team"}) {
    EXPECT_NE(kinds.role(name), nullptr) << name;
  }
  EXPECT_EQ(kinds.roles().size(), 11U);
  EXPECT_TRUE(kinds.role("isp")->several);
  EXPECT_FALSE(kinds.role("police")->several);
  EXPECT_EQ(kinds.role("ict")->actors, std::vector<std::string>{"dau_moi_cntt"});
  EXPECT_EQ(problem_of("role_holder", R"({"role":"ict","unit":"so-khcn"})"), "");
  EXPECT_THAT(problem_of("role_holder", R"({"role":"king","unit":"so-khcn"})"),
              HasSubstr("/role: must be one of border_guard,"));
}

// kinds.yml with one thing changed.
class Unsound : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "haidang-kinds-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    dir_ = name;
    const std::string catalogue = HAIDANG_SOURCE_DIR "/catalogue/registry/";
    kinds_ = ledger::must(read_file(catalogue + "kinds.yml", 1U << 20));
    roles_ = ledger::must(read_file(catalogue + "roles.yml", 1U << 20));
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  static std::string replaced(std::string text, std::string_view old, std::string_view by) {
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), by);
  }
  std::string refusal(const std::string& kinds, const std::string& roles) {
    ledger::must(write_file(dir_ / "kinds.yml", kinds));
    ledger::must(write_file(dir_ / "roles.yml", roles));
    const auto loaded = Kinds::load(dir_ / "kinds.yml");
    return loaded ? "loaded" : loaded.error().message();
  }

  std::filesystem::path dir_;
  std::string kinds_;
  std::string roles_;
};

TEST_F(Unsound, KindsAreRefusedWithFileAndLine) {
  struct Row {
    std::string_view old, by, refusal;
  };
  constexpr Row rows[] = {
      {"name: name", "name: nom", "kinds.yml:9: 'unit' needs `name`"},
      {"parent: parent", "parent: above", "kinds.yml:9: parent of 'unit' is 'above'"},
      {"refers_to: unit", "refers_to: unti", "unit.parent refers to 'unti', which is no kind"},
      {"required: true", "requird: true", "unknown key 'requird'; did you mean 'required'?"},
      {"minLength: 2", "minLenght: 2", "'minLenght' is no word of a schema here"},
      {"{type: string, minLength: 2, maxLength: 200}", "{type: string, pattern: '(a+)+'}",
       "'pattern' is no word of a schema here"},
      {"format: digits", "format: digit", "unknown format \"digit\""},
      {", en: Unit}", "}", "a label has two languages"},
      {"      critical:\n", "      crucial:\n", "the program reads unit.critical: declare it"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.by);
    EXPECT_THAT(refusal(replaced(kinds_, row.old, row.by), roles_),
                HasSubstr(std::string(row.refusal)));
  }
}

TEST_F(Unsound, RolesAreRefusedWithFileAndLine) {
  EXPECT_THAT(refusal(kinds_, replaced(roles_, "actors: [cong_an]", "actors: []")),
              HasSubstr("roles.yml:7: the role 'police' stands for no actor"));
  EXPECT_THAT(refusal(kinds_, replaced(roles_, "several: true", "several: maybe")),
              HasSubstr("several is true or false"));
  EXPECT_EQ(refusal(kinds_, roles_), "loaded");
}

}  // namespace
}  // namespace haidang::registry
