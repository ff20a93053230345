#include <array>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace haidang::text {
namespace {

// Every letter of Vietnamese beyond ASCII: 67, and as many capitals.
constexpr std::array<std::pair<std::string_view, std::u32string_view>, 7> small_letters{{
    {"a", U"àáảãạăằắẳẵặâầấẩẫậ"},
    {"d", U"đ"},
    {"e", U"èéẻẽẹêềếểễệ"},
    {"i", U"ìíỉĩị"},
    {"o", U"òóỏõọôồốổỗộơờớởỡợ"},
    {"u", U"ùúủũụưừứửữự"},
    {"y", U"ỳýỷỹỵ"},
}};
constexpr std::array<std::pair<std::string_view, std::u32string_view>, 7> capitals{{
    {"a", U"ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ"},
    {"d", U"Đ"},
    {"e", U"ÈÉẺẼẸÊỀẾỂỄỆ"},
    {"i", U"ÌÍỈĨỊ"},
    {"o", U"ÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢ"},
    {"u", U"ÙÚỦŨỤƯỪỨỬỮỰ"},
    {"y", U"ỲÝỶỸỴ"},
}};

std::string as_utf8(char32_t value) {
  std::string out;
  append_code_point(out, value);
  return out;
}

std::string casefolded(std::string_view text) {
  std::string out;
  casefold(text, out);
  return out;
}

TEST(Vietnamese, All134LettersFoldToTheirLatinLetter) {
  std::size_t count = 0;
  for (const auto& table : {small_letters, capitals}) {
    for (const auto& [latin, letters] : table) {
      for (const char32_t letter : letters) {
        const std::string text = as_utf8(letter);
        SCOPED_TRACE(text);
        EXPECT_EQ(fold(text), latin);
        EXPECT_EQ(fold(nfd(text)), latin);
        EXPECT_EQ(nfc(nfd(text)), text);
        ++count;
      }
    }
  }
  EXPECT_EQ(count, 134U);
}

TEST(Vietnamese, All134LettersFoldTheirCaseAndKeepTheirMarks) {
  for (std::size_t row = 0; row < capitals.size(); ++row) {
    const auto [latin, large] = capitals[row];
    const auto small = small_letters[row].second;
    ASSERT_EQ(large.size(), small.size());
    for (std::size_t i = 0; i < large.size(); ++i) {
      EXPECT_EQ(casefolded(as_utf8(large[i])), as_utf8(small[i]));
      EXPECT_EQ(casefolded(as_utf8(small[i])), as_utf8(small[i]));
    }
  }
}

TEST(Fold, MakesAKeyThatIsTypedWithoutMarks) {
  struct Row {
    std::string_view text, key;
  };
  constexpr Row rows[] = {
      {"", ""},
      {"Sở Thông tin", "so thong tin"},
      {"Ủy ban nhân dân thành phố Hải Phòng", "uy ban nhan dan thanh pho hai phong"},
      {"ĐƯỜNG ĐIỆN BIÊN PHỦ", "duong dien bien phu"},
      {"So\u031b\u0309 Tho\u0302ng tin", "so thong tin"},  // NFD
      {"o\u0309\u031b", "o"},                              // marks in the wrong order
      {"Ðà Nẵng", "da nang"},                              // eth for Đ, from a legacy encoding
      {"Ｃông　an", "cong an"},                            // full width
      {"Công\u00a0an", "cong an"},
      {"Straße", "strasse"},
      {"CMD.exe", "cmd.exe"},
      {"\xff!", "\uFFFD!"},
      {"日本", "日本"},
  };
  for (const auto& row : rows) EXPECT_EQ(fold(row.text), row.key) << row.text;
}

TEST(SpellingKey, PutsTheToneWhereTheNewerRuleDoes) {
  struct Row {
    std::string_view older, newer;
  };
  constexpr Row rows[] = {
      {"hòa", "hoà"},     {"hóa", "hoá"},   {"hỏa", "hoả"},       {"tọa", "toạ"},
      {"xõa", "xoã"},     {"khỏe", "khoẻ"}, {"lóe", "loé"},       {"thúy", "thuý"},
      {"thủy", "thuỷ"},   {"lũy", "luỹ"},   {"tùy", "tuỳ"},       {"hủy", "huỷ"},
      {"ủy", "uỷ"},       {"òa", "oà"},     {"HÒA", "hoà"},       {"Thúy", "thuý"},
      {"qùa", "quà"},     {"gìa", "già"},   {"qúy", "quý"},       {"hoàng", "hoàng"},
      {"hòang", "hoàng"}, {"tòan", "toàn"}, {"thúyên", "thuyến"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(spelling_key(row.older), row.newer) << row.older;
    EXPECT_EQ(spelling_key(row.newer), row.newer);
    EXPECT_EQ(spelling_key(nfd(row.older)), row.newer);
  }
}

TEST(SpellingKey, LeavesWordsThatHaveOneSpelling) {
  for (const std::string_view word :
       {"quý",   "giá",    "già",   "giữ",   "giếng", "gì",      "gìn",   "quốc",  "quyển", "quả",
        "của",   "mùa",    "mía",   "thuở",  "người", "nghiêng", "khuỷu", "ngoài", "hoặc",  "chào",
        "đường", "truyền", "thông", "bảo",   "mật",   "huỳnh",   "khuya", "xoong", "tía",   "giặt",
        "đứa",   "rượu",   "chịu",  "nói",   "túi",   "yếu",     "uống",  "ỉa",    "ngoáy", "boóng",
        "ít",    "tin",    "kính",  "tuyệt", "giỏ",   "giội",    "quạ",   "quẻ",   "quơ"}) {
    EXPECT_EQ(spelling_key(word), word);
  }
}

TEST(SpellingKey, WritesYWhereBothAreInUse) {
  struct Row {
    std::string_view with_i, with_y;
  };
  constexpr Row rows[] = {
      {"kĩ", "kỹ"}, {"lí", "lý"},       {"Mĩ", "mỹ"},         {"sĩ", "sỹ"},         {"tỉ", "tỷ"},
      {"hi", "hy"}, {"vĩ", "vỹ"},       {"quí", "quý"},       {"quít", "quýt"},     {"kì", "kỳ"},
      {"KĨ", "kỹ"}, {"li\u0301", "lý"}, {"bác sĩ", "bác sỹ"}, {"địa lí", "địa lý"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(spelling_key(row.with_i), row.with_y) << row.with_i;
    EXPECT_EQ(spelling_key(row.with_y), row.with_y);
  }
}

TEST(SpellingKey, KeepsApartWhatAreDifferentWords) {
  for (const auto& [one, other] : {std::pair<std::string_view, std::string_view>{"tai", "tay"},
                                   {"hai", "hay"},
                                   {"túi", "túy"},
                                   {"má", "mả"},
                                   {"ma", "mă"},
                                   {"chi", "chỉ"},
                                   {"da", "đa"},
                                   {"mía", "mýa"}}) {
    EXPECT_NE(spelling_key(one), spelling_key(other)) << one << " " << other;
  }
}

TEST(SpellingKey, LeavesAloneWhatIsNoVietnameseWord) {
  for (const std::string_view text :
       {"café", "résumé", "naïve", "señor", "òàò", "kfiá1", "/tmp/x.sh", "thứbảy", "щит", "日本",
        "straße", "bcdóa", "óaòe", "fàx", "hòaz"}) {
    EXPECT_EQ(spelling_key(text), text);
  }
}

TEST(SpellingKey, KeepsEverythingBetweenTheWords) {
  EXPECT_EQ(spelling_key("Khóa-học: \"HÒA BÌNH\"\t(thủy, bộ) 2026."),
            "khoá-học: \"hoà bình\"\t(thuỷ, bộ) 2026.");
}

TEST(SearchKey, FindsBothSpellingsAndNone) {
  const std::string wanted = search_key("Kỹ thuật hóa lý, Thúy Hòa");
  for (const std::string_view text :
       {"kĩ thuật hoá lí, Thuý Hoà", "KỸ THUẬT HOÁ LÝ, THUÝ HOÀ", "ky thuat hoa ly, thuy hoa",
        "ki thuat hoa li, thuy hoa",
        "Ki\u0303 thua\u0323\u0302t ho\u0301a li\u0301, Thu\u0301y Ho\u0300a"}) {
    EXPECT_EQ(search_key(text), wanted) << text;
  }
  EXPECT_EQ(search_key("kï"), search_key("ki"));  // a mark of another language
}

}  // namespace
}  // namespace haidang::text
