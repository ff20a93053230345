#include "watch/detect/needles.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace haidang::detect {
namespace {

std::string random_text(std::mt19937& random, std::size_t least, std::size_t most,
                        std::string_view alphabet) {
  std::string text;
  const std::size_t size = least + random() % (most - least + 1);
  while (text.size() < size) text += alphabet[random() % alphabet.size()];
  return text;
}

TEST(Needles, NeverSayNoWhereALiteralStands) {
  std::mt19937 random(9);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> literals;
    for (std::size_t i = 1 + random() % 20; i > 0; --i)
      literals.push_back(random_text(random, 4, 9, "abcx.-:"));
    const Needles needles(literals);
    for (int i = 0; i < 200; ++i) {
      const std::string text = random_text(random, 0, 150, "abcx.-:ABCX");
      std::string low;
      text::casefold(text, low);
      const bool there = std::ranges::any_of(
          literals, [&](const auto& literal) { return low.find(literal) != std::string::npos; });
      EXPECT_EQ(needles.perhaps_in(text), there) << text;
    }
  }
}

TEST(Needles, FindOneAtEveryPlaceOfARecord) {
  const Needles needles({"needle"});
  for (std::size_t size = 6; size < 150; ++size)
    for (std::size_t at = 0; at + 6 <= size; ++at) {
      std::string text(size, '.');
      text.replace(at, 6, "NeeDle");
      ASSERT_TRUE(needles.perhaps_in(text)) << size << " " << at;
      text[at] = '.';
      ASSERT_FALSE(needles.perhaps_in(text)) << size << " " << at;
    }
}

TEST(Needles, SayPerhapsWhereARecordMayWriteOtherwise) {
  EXPECT_TRUE(Needles({"abc"}).perhaps_in("nothing"));  // too short to look for
  EXPECT_TRUE(Needles({""}).perhaps_in("nothing"));     // a keyword without a literal
  EXPECT_TRUE(Needles({"a/b\\c"}).perhaps_in("nothing"));
  EXPECT_TRUE(Needles({"needle"}).perhaps_in(R"({"a":"n\u0065edle"})"));
  EXPECT_FALSE(Needles({"needle"}).perhaps_in(R"({"a":"\u1E9F"})"));
  EXPECT_TRUE(Needles({"see needle\\x"}).perhaps_in(R"({"a":"see needle\\x"})"));
}

// Letters outside ASCII that fold to ASCII ones: U+212A is k, U+017F is s.
TEST(Needles, KnowWhatFoldsIntoAscii) {
  EXPECT_TRUE(Needles({"kelvin"}).perhaps_in("\u212Aelvin"));
  EXPECT_TRUE(Needles({"kelvin"}).perhaps_in(R"({"a":"\u212aelvin"})"));
  EXPECT_TRUE(Needles({"mississippi"}).perhaps_in("mi\u017F\u017Fissippi"));
}

}  // namespace
}  // namespace haidang::detect
