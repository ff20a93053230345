#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "record/notify/notify.hpp"

namespace haidang::notify {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view sound = R"(
case.opened:
  values: [number, title]
  vi:
    subject: "Hồ sơ {{number}}: {{title}}"
    body: |
      Tiêu đề: {{title}}
      {{link}}
    sms: "Hồ sơ {{number}}: {{title}}. {{link}}"
  en:
    subject: "Case {{number}}: {{title}}"
    body: "{{title}} {{link}}"
    sms: "Case {{number}}: {{title}}. {{link}}"
)";

Templates parsed(std::string_view yaml = sound) {
  auto templates = Templates::parse(yaml, "t.yml");
  EXPECT_TRUE(templates) << templates.error().message();
  return *templates;
}

// `sound` with the first `from` replaced.
std::string changed(std::string_view from, std::string_view to) {
  std::string yaml(sound);
  const auto at = yaml.find(from);
  EXPECT_NE(at, yaml.npos) << from;
  return yaml.replace(at, from.size(), to);
}

TEST(Templates, RefuseWithThePlaceAndTheMend) {
  struct Row {
    std::string_view from, to, place, what;
  };
  const std::string long_sms = "sms: \"" + std::string(161, 'x');
  const Row rows[] = {
      {"  values:", "  vaules:", "t.yml:3", "unknown key 'vaules'"},
      {"values: [number, title]", "values: text", "t.yml:2", "needs values"},
      {"[number, title]", "[number, titel]", "t.yml:5",
       "{{title}} is not listed in values; did you mean 'titel'?"},
      {"[number, title]", "[number, title, unit]", "t.yml:3", "'unit' is used by no text"},
      {"[number, title]", "[number, title, title]", "t.yml:3", "listed twice"},
      {"[number, title]", "[number, title, link]", "t.yml:3", "always there"},
      {"[number, title]", "[number, {title: x, secret: true}]", "t.yml:3", "secret value"},
      {"[number, title]", "[number, Title]", "t.yml:3", "a word of a-z"},
      {"  en:", "  fr:", "t.yml:10", "unknown key 'fr'"},
      {"case.opened:", "Case opened:", "t.yml:2", "is no name of a template"},
      {"case.opened:", "case..opened:", "t.yml:2", "is no name of a template"},
      {"{{title}}\"", "{{title\"", "t.yml:5", "'{{' is not closed"},
      {"{{number}}", "{{ number }}", "t.yml:5", "names no value"},
      {"{{number}}", "number}}", "t.yml:5", "without '{{'"},
      {"\"Hồ sơ {{number}}: {{title}}\"", "\"a\\nb\"", "t.yml:5", "one line"},
      {"\"Hồ sơ {{number}}: {{title}}\"", "\"\"", "t.yml:4", "needs subject"},
      {"sms: \"", long_sms, "t.yml:9", "at most 160 fit"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::Message() << row.from << " -> " << row.to);
    const auto refused = Templates::parse(changed(row.from, row.to), "t.yml");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, row.place);
    EXPECT_THAT(refused.error().what, HasSubstr(row.what));
  }
}

TEST(Templates, RefuseAMissingLanguage) {
  const std::string yaml(sound.substr(0, sound.find("  en:")));
  const auto refused = Templates::parse(yaml, "t.yml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(),
            "t.yml:2: 'case.opened' has no text in 'en': both vi and en are needed");
}

TEST(Templates, RefuseAnEmptyFolderAndOneNameInTwoFiles) {
  std::string name = (std::filesystem::temp_directory_path() / "haidang_notices_XXXXXX").string();
  const std::filesystem::path dir = ::mkdtemp(name.data());
  EXPECT_THAT(Templates::load(dir).error().message(), HasSubstr("no notice templates"));
  ASSERT_TRUE(write_file(dir / "a.yml", sound));
  EXPECT_TRUE(Templates::load(dir));
  ASSERT_TRUE(write_file(dir / "b.yml", sound));
  const auto refused = Templates::load(dir);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, (dir / "b.yml").string() + ":2");
  EXPECT_THAT(refused.error().what, HasSubstr("stands already at " + (dir / "a.yml").string()));
  std::filesystem::remove_all(dir);
}

TEST(Templates, OfTheCatalogueAllLoadAndCanBeFilled) {
  const auto templates = Templates::load(HAIDANG_SOURCE_DIR "/catalogue/notices");
  ASSERT_TRUE(templates) << templates.error().message();
  EXPECT_THAT(templates->names(), testing::Contains("clock.escalated"));
  for (const auto& name : templates->names()) {
    json::object values{{"link", "https://haidang.example/cases/SC-2026-1"}};
    for (const auto& value : templates->values_of(name)) values[value] = "Sở Y tế";
    for (const std::string_view language : {"vi", "en"}) {
      const auto text = templates->fill(name, language, values);
      ASSERT_TRUE(text) << name << ": " << text.error().message();
      EXPECT_LE(text->sms.size(), 160U) << name;
      EXPECT_THAT(text->body, HasSubstr("https://haidang.example/cases/SC-2026-1")) << name;
    }
  }
}

TEST(Fill, PutsTextNumbersLabelsAndLists) {
  struct Row {
    json::value title;
    std::string_view vi, en;
  };
  const Row rows[] = {
      {"Tin tặc", "Tin tặc", "Tin tặc"},
      {42, "42", "42"},
      {true, "có", "yes"},
      {json::object{{"vi", "Nghiêm trọng"}, {"en", "Severe"}}, "Nghiêm trọng", "Severe"},
      {json::object{{"vi", "a"}, {"en", "b"}, {"secret", false}}, "a", "b"},
      {json::array{"x", json::object{{"vi", "đ"}, {"en", "d"}}}, "x, đ", "x, d"},
      {"{{number}}", "{{number}}", "{{number}}"},  // a value is no template
  };
  const auto templates = parsed();
  for (const auto& row : rows) {
    const json::object values{{"number", "1"}, {"title", row.title}, {"link", ""}};
    EXPECT_EQ(templates.fill("case.opened", "vi", values)->subject,
              "Hồ sơ 1: " + std::string(row.vi));
    EXPECT_EQ(templates.fill("case.opened", "en", values)->subject,
              "Case 1: " + std::string(row.en));
  }
}

TEST(Fill, RefusesWhatItCannotSay) {
  struct Row {
    json::value title;
    std::string_view what;
  };
  const Row rows[] = {
      {nullptr, "value 'title' is empty"},
      {1.5, "value 'title' is a fraction"},
      {json::object{{"vi", "a"}}, "lacks a language"},
      {json::object{{"vi", "a"}, {"en", 1}}, "not a label"},
      {json::object{{"x", "a"}}, "not a label"},
      {json::array{json::array{"x"}}, "too deep"},
  };
  const auto templates = parsed();
  for (const auto& row : rows) {
    const auto refused =
        templates.fill("case.opened", "en", {{"number", 1}, {"title", row.title}, {"link", ""}});
    ASSERT_FALSE(refused) << row.what;
    EXPECT_EQ(refused.error().kind, Error::Kind::invalid);
    EXPECT_THAT(refused.error().what, HasSubstr(row.what));
  }
  EXPECT_THAT(templates.fill("case.opened", "vi", {{"number", 1}, {"link", ""}}).error().what,
              HasSubstr("'title' is missing"));
  EXPECT_THAT(templates.fill("case.openend", "vi", {}).error().what, HasSubstr("case.openend"));
  EXPECT_THAT(templates.fill("case.opened", "fr", {}).error().what, HasSubstr("vi or en"));
}

TEST(Fill, NeverLetsASecretOut) {
  const auto templates = parsed();
  const json::value secrets[] = {
      json::object{{"secret", true}, {"vi", "kế hoạch"}, {"en", "plan"}},
      json::object{{"secret", "yes"}, {"vi", "kế hoạch"}, {"en", "plan"}},
      json::object{{"secret", nullptr}},
      json::array{"x", json::object{{"secret", 1}}},
      json::object{{"a", json::object{{"b", json::object{{"secret", true}}}}}},
  };
  for (const auto& secret : secrets) {
    for (const std::string_view place : {"title", "unused"}) {
      json::object values{{"number", 1}, {"title", "t"}, {"link", ""}};
      values[place] = secret;
      const auto refused = templates.fill("case.opened", "vi", values);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, Error::Kind::denied);
      EXPECT_THAT(refused.error().what, testing::Not(HasSubstr("kế hoạch")));
    }
  }
}

TEST(Fill, KeepsAValueFromForgingHeadersOrFloodingTheReader) {
  const auto templates = parsed();
  const std::string flood(5000, 'x');
  const auto text = templates.fill(
      "case.opened", "vi",
      {{"number", "1\r\nBcc: everyone@x"}, {"title", flood}, {"link", "https://h/cases/1"}});
  ASSERT_TRUE(text);
  EXPECT_THAT(text->subject, StartsWith("Hồ sơ 1 Bcc: everyone@x: xxx"));
  EXPECT_LE(text->subject.size(), 210U);
  EXPECT_EQ(text->body.find('\r'), std::string::npos);
  EXPECT_LT(text->body.size(), 2100U);
  EXPECT_TRUE(text->sms.ends_with("https://h/cases/1")) << text->sms;
  EXPECT_EQ(text->sms.size(), 160U);
}

}  // namespace
}  // namespace haidang::notify
