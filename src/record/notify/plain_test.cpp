#include "record/notify/plain.hpp"

#include <gtest/gtest.h>

namespace haidang::notify {
namespace {

using Kind = SmsPart::Kind;

TEST(Plain, KeepsCaseAndDropsMarks) {
  struct Row {
    std::string_view text, plain;
  };
  constexpr Row rows[] = {
      {"", ""},
      {"Sở Thông tin và Truyền thông", "So Thong tin va Truyen thong"},
      {"ĐỒ SƠN, đường Lê Hồng Phong", "DO SON, duong Le Hong Phong"},
      {"o\xCC\x82\xCC\x81 rời", "o roi"},  // marks that stand apart
      {"“A” – ‘b’…", "\"A\" - 'b'..."},
      {"[x]{y}|z~\\^`", "(x)(y)/z-/-'"},  // one septet each in GSM
      {"a\r\nb\tc", "a  b c"},
      {"日本", "??"},
      {"\xFF", "?"},
      {"Nguyễn\u00A0Văn", "Nguyen Van"},
  };
  for (const auto& row : rows) EXPECT_EQ(without_marks(row.text), row.plain) << row.text;
}

TEST(Plain, OneLineCannotForgeAHeaderOrTurnALineAround) {
  EXPECT_EQ(one_line("a\r\nBcc: x@y\x1b[2J"), "a Bcc: x@y [2J");
  EXPECT_EQ(one_line("báo\u2028cáo \u202Eexe.pdf\uFEFF"), "báo cáo exe.pdf");
  EXPECT_EQ(one_line("\n\nx\r\n\ty"), "x y") << "one space for a run of controls, none in front";
}

TEST(Plain, SeveralLinesKeepLinesAndTabs) {
  EXPECT_EQ(several_lines("a\r\n\tb\x07\u2066c"), "a\n\tbc");
}

TEST(Sms, IsLeftAloneWhereItFits) {
  EXPECT_EQ(sms({{Kind::fixed, "Sự cố "}, {Kind::value, "Số 1"}, {Kind::link, " https://x"}}),
            "Su co So 1 https://x");
}

TEST(Sms, ShortensTheLongestValueAndKeepsTheLinkWhole) {
  const std::string link = "https://haidang.example/cases/" + std::string(60, '7');
  const std::string text = sms({{Kind::fixed, "Vụ "},
                                {Kind::value, "SC-1"},
                                {Kind::fixed, ": "},
                                {Kind::value, std::string(300, 'a')},
                                {Kind::fixed, ". "},
                                {Kind::link, link}});
  EXPECT_EQ(text.size(), longest_sms);
  EXPECT_TRUE(text.starts_with("Vu SC-1: aaa")) << text;
  EXPECT_TRUE(text.ends_with("aaa.... " + link)) << text;
}

TEST(Sms, CutsFixedTextOnlyWhenNoValueIsLeft) {
  const std::string link = "https://haidang.example/" + std::string(80, '7');
  const std::string text =
      sms({{Kind::fixed, std::string(100, 'f')}, {Kind::value, "v"}, {Kind::link, link}});
  EXPECT_LE(text.size(), longest_sms);
  EXPECT_TRUE(text.ends_with(" " + link)) << text;
}

TEST(Sms, LeavesOutALinkThatIsTooLongForAnySms) {
  const std::string text = sms({{Kind::fixed, "Xem "}, {Kind::link, std::string(161, 'l')}});
  EXPECT_EQ(text, "Xem ");
}

}  // namespace
}  // namespace haidang::notify
