#include "watch/detect/memo.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace haidang::detect {
namespace {

std::string random_text(std::mt19937& random, std::size_t least, std::size_t most,
                        std::string_view alphabet) {
  std::string text;
  const std::size_t size = least + random() % (most - least + 1);
  while (text.size() < size) text += alphabet[random() % alphabet.size()];
  return text;
}

TEST(Memo, RemembersEachKeyExactly) {
  Memo memo;
  EXPECT_EQ(memo.find(hash64("a"), "a"), Memo::missing);
  std::mt19937 random(10);
  std::set<std::string> keys{""};
  while (keys.size() < 5000) keys.insert(random_text(random, 0, 60, "abc\x01"));
  keys.insert(std::string(100'000, 'x'));  // larger than a block
  std::uint32_t value = 0;
  for (const auto& key : keys) memo.insert(hash64(key), key, value++);
  EXPECT_EQ(memo.size(), keys.size());
  EXPECT_GT(memo.bytes(), 100'000U);
  value = 0;
  for (const auto& key : keys) EXPECT_EQ(memo.find(hash64(key), key), value++);
  EXPECT_EQ(memo.find(hash64("no"), "no"), Memo::missing);
  memo.clear();
  EXPECT_EQ(memo.find(hash64(""), ""), Memo::missing);
  EXPECT_EQ(memo.size(), 0U);
}

TEST(Memo, KeysOfOneHashAreToldApart) {
  Memo memo;
  memo.insert(42, "one", 1);
  memo.insert(42, "two", 2);
  EXPECT_EQ(memo.find(42, "one"), 1U);
  EXPECT_EQ(memo.find(42, "two"), 2U);
  EXPECT_EQ(memo.find(42, "six"), Memo::missing);
}

}  // namespace
}  // namespace haidang::detect
