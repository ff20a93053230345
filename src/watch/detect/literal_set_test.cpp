#include "watch/detect/literal_set.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::detect {
namespace {

std::string random_text(std::mt19937& random, std::size_t least, std::size_t most,
                        std::string_view alphabet) {
  std::string text;
  const std::size_t size = least + random() % (most - least + 1);
  while (text.size() < size) text += alphabet[random() % alphabet.size()];
  return text;
}

struct Literal {
  Where where;
  std::string bytes;
};

bool stands(const Literal& literal, std::string_view text) {
  switch (literal.where) {
    case Where::whole: return text == literal.bytes;
    case Where::start: return text.starts_with(literal.bytes);
    case Where::end: return text.ends_with(literal.bytes);
    case Where::anywhere: return text.find(literal.bytes) != std::string_view::npos;
  }
  return false;
}

void expect_plain_search(const std::vector<Literal>& literals,
                         const std::vector<std::string>& texts) {
  LiteralSet set;
  for (std::uint32_t i = 0; i < literals.size(); ++i)
    set.add(literals[i].where, literals[i].bytes, i);
  set.build();
  for (const auto& text : texts) {
    std::set<std::uint32_t> found, wanted;
    set.find(text, [&](std::uint32_t id) { found.insert(id); });
    for (std::uint32_t i = 0; i < literals.size(); ++i)
      if (stands(literals[i], text)) wanted.insert(i);
    ASSERT_EQ(found, wanted) << testing::PrintToString(text);
  }
}

TEST(LiteralSet, FindsWhatAPlainSearchFinds) {
  constexpr std::array places{Where::whole, Where::start, Where::end, Where::anywhere};
  std::mt19937 random(7);
  for (const std::size_t count : {1U, 3U, 20U, 700U})
    for (const std::string_view alphabet : {"ab", "abcdefgh", "\x01\xFF\x80z"}) {
      std::vector<Literal> literals;
      for (std::size_t i = 0; i < count; ++i)
        literals.push_back(
            {places[random() % places.size()], random_text(random, 1, 12, alphabet)});
      std::vector<std::string> texts{""};
      for (int i = 0; i < 300; ++i) texts.push_back(random_text(random, 0, 40, alphabet));
      for (const auto& literal : literals) texts.push_back("x" + literal.bytes);
      for (const auto& literal : literals) texts.push_back(literal.bytes);
      expect_plain_search(literals, texts);
    }
}

TEST(LiteralSet, KnowsTheEdges) {
  expect_plain_search({{Where::whole, ""}, {Where::whole, "a"}, {Where::whole, "a"}},
                      {"", "a", "aa", std::string(1, '\0')});
  expect_plain_search({{Where::anywhere, std::string("\0\0", 2)}, {Where::start, "\xFF"}},
                      {"", std::string(3, '\0'), "\xFF\xFF", "a"});
  EXPECT_TRUE(LiteralSet().empty());
}

TEST(LiteralSet, ManyLongLiteralsAreFoundToo) {
  std::mt19937 random(8);
  std::vector<Literal> literals;
  for (int i = 0; i < 3000; ++i)
    literals.push_back({Where::anywhere, random_text(random, 8, 64, "0123456789abcdef")});
  literals.push_back({Where::anywhere, "abc"});
  std::vector<std::string> texts;
  for (int i = 0; i < 30; ++i)
    texts.push_back("sha256=" + literals[static_cast<std::size_t>(i) * 90].bytes + ",x");
  expect_plain_search(literals, texts);
}

}  // namespace
}  // namespace haidang::detect
