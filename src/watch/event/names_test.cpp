#include "watch/event/names.hpp"

#include <string>

#include <gtest/gtest.h>

namespace haidang::event {
namespace {

TEST(Names, AKeyHasOneIdWithinItsParent) {
  Names names;
  const auto host = names.child(Names::root, "host");
  const auto inner = names.child(host, "name");
  EXPECT_EQ(names.child(Names::root, "host"), host);
  EXPECT_EQ(names.child(host, "name"), inner);
  EXPECT_NE(names.child(Names::root, "name"), inner);
  EXPECT_EQ(names.name(inner), "host.name");
  EXPECT_EQ(names.parent(inner), host);
}

TEST(Names, ADottedKeyAndANestedOneShareTheNameAndNotTheId) {
  Names names;
  const auto flat = names.child(Names::root, "id.orig_h");
  const auto nested = names.child(names.child(Names::root, "id"), "orig_h");
  EXPECT_NE(flat, nested);
  EXPECT_EQ(names.name(flat), names.name(nested));
}

TEST(Names, TheGuessFromThePreviousKeyIsNeverTrustedBlindly) {
  Names names;
  const auto a = names.child_after(Names::root, Names::root, "a");
  const auto b = names.child_after(a, Names::root, "b");
  EXPECT_EQ(names.child_after(a, Names::root, "b"), b);
  EXPECT_NE(names.child_after(a, b, "b"), b);            // other parent
  EXPECT_NE(names.child_after(a, Names::root, "c"), b);  // other key
  EXPECT_EQ(names.child_after(a, Names::root, "b"), b);  // and back again
  EXPECT_EQ(names.child_after(b, Names::root, ""), names.child(Names::root, ""));
}

TEST(Names, NamesStayValidWhileMoreAreAddedAndFullnessIsTold) {
  Names names;
  const std::string_view first = names.name(names.child(Names::root, "first"));
  for (int i = 0; !names.full(); ++i) names.child(Names::root, "key" + std::to_string(i));
  EXPECT_EQ(first, "first");
  EXPECT_EQ(names.size(), Names::most);
}

}  // namespace
}  // namespace haidang::event
