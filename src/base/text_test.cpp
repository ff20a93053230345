#include "base/text.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace haidang::text {
namespace {

using namespace std::string_literals;

std::string folded(std::string_view in) {
  std::string out = "left over from before";
  casefold(in, out);
  return out;
}

TEST(Utf8, TellsWellFormedFromIllFormed) {
  struct Row {
    std::string bytes;
    bool valid;
    std::string repaired;
    std::size_t replaced;
  };
  const Row rows[] = {
      {"", true, "", 0},
      {"plain ascii, longer than a word", true, "plain ascii, longer than a word", 0},
      {"Hải Đăng 🗼", true, "Hải Đăng 🗼", 0},
      {"\0a\0"s, true, "\0a\0"s, 0},
      {"\xff", false, "\uFFFD", 1},
      {"a\x80z", false, "a\uFFFDz", 1},
      {"\xc0\xaf", false, "\uFFFD\uFFFD", 2},                      // overlong
      {"\xe0\x80\x80", false, "\uFFFD\uFFFD\uFFFD", 3},            // overlong
      {"\xed\xa0\x80", false, "\uFFFD\uFFFD\uFFFD", 3},            // surrogate
      {"\xf4\x90\x80\x80", false, "\uFFFD\uFFFD\uFFFD\uFFFD", 4},  // past U+10FFFF
      {"\xf4\x8f\xbf\xbf", true, "\xf4\x8f\xbf\xbf", 0},           // U+10FFFF
      {"\xe1\xba", false, "\uFFFD", 1},                            // cut off: one subpart
      {"\xf0\x9f\x97", false, "\uFFFD", 1},
      {"\xe1\xba"
       "a",
       false, "\uFFFDa", 1},
      {"12345678\xff"
       "12345678",
       false, "12345678\uFFFD12345678", 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.repaired);
    EXPECT_EQ(valid_utf8(row.bytes), row.valid);
    const Repaired repaired = repair_utf8(row.bytes);
    EXPECT_EQ(repaired.text, row.repaired);
    EXPECT_EQ(repaired.replaced, row.replaced);
  }
}

TEST(Utf8, ReadsEveryCodePointItWrites) {
  for (char32_t value = 0; value <= 0x10FFFF; value += value < 0x3000 ? 1 : 97) {
    std::string bytes;
    append_code_point(bytes, value);
    const CodePoint read = read_code_point(bytes);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    ASSERT_EQ(read.value, surrogate ? replacement : value);
    ASSERT_EQ(read.size, bytes.size());
    ASSERT_TRUE(read.ok);
  }
  std::string past_the_end;
  append_code_point(past_the_end, 0x110000);
  EXPECT_EQ(past_the_end, "\uFFFD");
}

TEST(NormalForm, ComposesAndDecomposes) {
  const std::string composed = "Hải Phòng ĐƯỜNG ậ";
  EXPECT_EQ(nfc(nfd(composed)), composed);
  EXPECT_EQ(nfd("ế"), "e\u0302\u0301");
  EXPECT_EQ(nfc("e\u0302\u0301"), "ế");
  EXPECT_EQ(nfc("a\u0323\u0302"), "ậ");
  EXPECT_EQ(nfc("a\u0302\u0323"), "ậ");
  EXPECT_EQ(nfd("đ"), "đ");  // a letter of its own
  EXPECT_EQ(nfc("a\xff"), "a\uFFFD");
  EXPECT_EQ(nfc(""), "");
}

TEST(NormalForm, OrdersAnyNumberOfMarksInTime) {
  std::string hostile = "a";
  std::string ordered = "a";
  for (int i = 0; i < 100'000; ++i) hostile += i < 50'000 ? "\u0301" : "\u0323";
  for (int i = 0; i < 100'000; ++i) ordered += i < 50'000 ? "\u0323" : "\u0301";
  EXPECT_EQ(nfd(hostile), ordered);  // half a minute where it is quadratic
  EXPECT_EQ(fold(hostile), "a");
}

TEST(Casefold, MakesOneCaseOfAllLetters) {
  struct Row {
    std::string_view text, folded;
  };
  constexpr Row rows[] = {
      {"", ""},
      {"CMD.EXE", "cmd.exe"},
      {"C:\\Windows\\System32\\LSASS.exe", "c:\\windows\\system32\\lsass.exe"},
      {"@[`{", "@[`{"},  // the neighbours of A..Z and a..z
      {"SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "sở thông tin và truyền thông"},
      {"Đường", "đường"},
      {"ΣΑΣ", "σασ"},
      {"ς", "σ"},
      {"ſ", "s"},
      {"K", "k"},  // the sign for kelvin
      {"µ", "μ"},  // the sign for micro
      {"ẞ", "ß"},  // simple, not full folding
      {"Straße", "straße"},
      {"İ", "İ"},  // has no simple folding
      {"ﬁ", "ﬁ"},
      {"ᾈ", "ᾀ"},
      {"ЩИТ", "щит"},
      {"𐐀", "𐐨"},
      {"日本 🗼", "日本 🗼"},
  };
  for (const auto& row : rows) EXPECT_EQ(folded(row.text), row.folded) << row.text;
}

TEST(Casefold, LowersEveryByteAtEveryLength) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (int c = 0; c < 128; ++c) {
      const std::string text(size, static_cast<char>(c));
      const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
      ASSERT_EQ(folded(text), std::string(size, lower)) << c << " × " << size;
    }
  }
}

TEST(Casefold, SeesALetterBeyondAsciiAtEveryPlace) {
  for (std::size_t at = 0; at < 30; ++at) {
    std::string text(30, 'X');
    text.insert(at, "Đ");
    std::string wanted(30, 'x');
    wanted.insert(at, "đ");
    EXPECT_EQ(folded(text), wanted) << at;
  }
}

TEST(Casefold, CopiesIllFormedBytesUnchanged) {
  EXPECT_EQ(folded("A\xff\xe1\xba Z"), "a\xff\xe1\xba z");
  EXPECT_EQ(folded("\xc3"), "\xc3");
  EXPECT_EQ(folded("\xe1\xba"
                   "A"),
            "\xe1\xba"
            "a");
}

TEST(Utf16, IsWrittenInBothOrders) {
  struct Row {
    std::string text, little, big;
  };
  const Row rows[] = {
      {"", "", ""},
      {"ab", "a\0b\0"s, "\0a\0b"s},
      {"đ", "\x11\x01"s, "\x01\x11"s},
      {"🗼", "\x3d\xd8\xfc\xdd"s, "\xd8\x3d\xdd\xfc"s},  // a pair of surrogates
      {"\xff", "\xfd\xff"s, "\xff\xfd"s},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(utf16le(row.text), row.little);
    EXPECT_EQ(utf16be(row.text), row.big);
  }
}

TEST(Base64, GivesTheVectorsOfRfc4648) {
  struct Row {
    std::string_view bytes, text;
  };
  constexpr Row rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xff\xfe\xfb", "//77"},
  };
  for (const auto& row : rows) EXPECT_EQ(base64(row.bytes), row.text);
}

TEST(Columns, CountsWhatATerminalShows) {
  struct Row {
    std::string_view text;
    std::size_t width;
  };
  constexpr Row rows[] = {
      {"", 0},   {"abc", 3},      {"Hải Đăng", 8}, {"Ha\u0309i", 3}, {"日本", 4},
      {"ｗ", 2}, {"\x1b\x07", 0}, {"a\u200bb", 2}, {"\uFFFD", 1},
  };
  for (const auto& row : rows) EXPECT_EQ(columns(row.text), row.width) << row.text;
}

TEST(Clip, CutsBetweenLettersAndSaysSo) {
  struct Row {
    std::string_view text;
    std::size_t width;
    std::string_view clipped;
  };
  constexpr Row rows[] = {
      {"lighthouse", 10, "lighthouse"},
      {"lighthouse", 9, "lighthou…"},
      {"lighthouse", 1, "…"},
      {"lighthouse", 0, ""},
      {"", 0, ""},
      {"Ha\u0309i Phong", 3, "Ha\u0309…"},
      {"a\u0309\u0323", 1, "a\u0309\u0323"},
      {"日本語", 4, "日…"},  // the second would not fit beside the dots
  };
  for (const auto& row : rows) EXPECT_EQ(clip(row.text, row.width), row.clipped) << row.text;
}

TEST(Fit, FillsTheColumnExactly) {
  for (const std::string_view text : {"", "a", "Hải Đăng", "日本語", "a\u0309b"}) {
    for (std::size_t width = 0; width < 12; ++width) {
      EXPECT_EQ(columns(fit(text, width)), width) << text;
    }
  }
}

TEST(Shown, DisarmsWhatWouldActOnATerminal) {
  struct Row {
    std::string bytes, shown;
  };
  const Row rows[] = {
      {"plain", "plain"},
      {"\x1b[2J", "\\x1b[2J"},
      {"a\r\nb\0"s, "a\\x0d\\x0ab\\x00"},
      {"\u009b", "\\x9b"},
      {"gpj\u202eexe", "gpj\\u202eexe"},
      {"\xff", "\uFFFD"},
      {"Hải Phòng", "Hải Phòng"},
  };
  for (const auto& row : rows) EXPECT_EQ(shown(row.bytes), row.shown);
}

TEST(Shown, IsShortHoweverLongTheBytes) {
  EXPECT_EQ(columns(shown(std::string(1'000'000, 'x'))), 60U);
  EXPECT_LT(shown(std::string(1'000'000, '\x1b')).size(), 80U);
  std::string marks = "a";
  for (int i = 0; i < 10'000; ++i) marks += "\u0301";
  EXPECT_LT(shown(marks).size(), 1100U);
}

}  // namespace
}  // namespace haidang::text
