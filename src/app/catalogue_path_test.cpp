#include "app/catalogue_path.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "app/trial.hpp"

namespace haidang::app {
namespace {

TEST(CataloguePath, IsTheFirstPlaceThatHoldsMappings) {
  const Folder folder;
  for (const auto* place :
       {"option", "environment", "share/haidang/catalogue", "catalogue", "source/catalogue"})
    folder.write(std::string(place) + "/mappings/a.yml", "");
  const CatalogueHints all{.option = folder.path("option"),
                           .environment = folder.path("environment"),
                           .program = folder.path("bin/haidang"),
                           .source_tree = folder.path("source")};
  CatalogueHints hints = all;
  EXPECT_EQ(find_catalogue(hints), folder.path("option"));
  hints.option.clear();
  EXPECT_EQ(find_catalogue(hints), folder.path("environment"));
  hints.environment.clear();
  EXPECT_EQ(find_catalogue(hints), folder.path("share/haidang/catalogue"));
  hints.program = folder.path("build/release/haidang");
  EXPECT_EQ(find_catalogue(hints), folder.path("catalogue"));
  hints.program = "/nowhere/at/all/haidang";
  EXPECT_EQ(find_catalogue(hints), folder.path("source/catalogue"));
}

TEST(CataloguePath, WhatIsNamedIsTakenAtItsWord) {
  const Folder folder;
  folder.write("source/catalogue/mappings/a.yml", "");
  const auto found =
      find_catalogue({.option = folder.path("other"), .source_tree = folder.path("source")});
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().what.find("--catalogue"), std::string::npos);
}

TEST(CataloguePath, NowhereSaysWhereItLooked) {
  const auto found =
      find_catalogue({.program = "/nowhere/at/all/haidang", .source_tree = "/no/source"});
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().what.find("/no/source/catalogue"), std::string::npos);
  EXPECT_NE(found.error().what.find("HAIDANG_CATALOGUE"), std::string::npos);
}

}  // namespace
}  // namespace haidang::app
