#include "base/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::yaml {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Yaml, ReadsDocumentsWithTheirLines) {
  const auto documents = parse("title: A\nlist: [x, 'y']\n---\n---\nb:\n  c: ~\n", "f.yml");
  ASSERT_TRUE(documents) << documents.error().message();
  ASSERT_EQ(documents->size(), 2U);
  const Node& first = documents->front();
  EXPECT_EQ(first.text_of("title"), "A");
  EXPECT_THAT(first.find("list")->texts(), ElementsAre("x", "y"));
  EXPECT_EQ(first.find("list")->line, 2U);
  EXPECT_TRUE(first.find("list")->items[0].plain);
  EXPECT_FALSE(first.find("list")->items[1].plain);
  EXPECT_TRUE(documents->back().find("b")->find("c")->is_null());
  EXPECT_EQ(place("f.yml", *documents->back().find("b")->find("c")), "f.yml:6");
}

TEST(Yaml, AnAliasIsACopyOfItsAnchor) {
  const auto documents = parse("a: &x [1, 2]\nb: *x\n", "f.yml");
  ASSERT_TRUE(documents);
  EXPECT_THAT(documents->front().find("b")->texts(), ElementsAre("1", "2"));
}

TEST(Yaml, NamesThePlaceOfWhatItRefuses) {
  struct Row {
    std::string text, wanted;
  };
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 30; ++i) {
    const auto last = std::to_string(i - 1);
    const auto own = std::to_string(i);
    bomb += "a" + own + ": &a" + own + " [*a" + last + ",*a" + last + "]\n";
  }
  const Row rows[] = {
      {"a: 1\na: 2\n", "f.yml:2: 'a' stands twice"},
      {"a: [1\nb: 2\n", "f.yml:2: not readable as YAML"},
      {"a: *nothing\n", "f.yml:1: *nothing stands for nothing"},
      {"? [1]\n: 2\n", "f.yml:1: a key must be plain text"},
      {bomb, "its aliases grow"},
      {std::string(1000, '['), "nested deeper"},
      {"a: \xFF\n", "not readable as YAML"},
  };
  for (const auto& row : rows) {
    const auto documents = parse(row.text, "f.yml");
    ASSERT_FALSE(documents) << row.wanted;
    EXPECT_THAT(documents.error().message(), HasSubstr(row.wanted));
  }
}

}  // namespace
}  // namespace haidang::yaml
