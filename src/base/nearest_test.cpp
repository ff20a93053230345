#include "base/nearest.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace haidang {
namespace {

constexpr std::array<std::string_view, 5> names{"rules", "format", "threads", "stats", "no-event"};

TEST(Nearest, FindsTheNameThatWasMeant) {
  struct Row {
    std::string_view word, name;
  };
  constexpr Row rows[] = {
      {"rule", "rules"},     {"ruels", "rules"},       {"fromat", "format"}, {"THREADS", "threads"},
      {"thread", "threads"}, {"no_event", "no-event"}, {"stat", "stats"},
  };
  for (const auto& row : rows) EXPECT_EQ(nearest(row.word, names), row.name) << row.word;
}

TEST(Nearest, GuessesNothingWhenNothingIsNear) {
  for (const std::string word : {"", "x", "colour", "output", "ru", "tea"}) {
    EXPECT_EQ(nearest(word, names), std::nullopt) << word;
  }
  EXPECT_EQ(nearest(std::string(65, 'r'), names), std::nullopt);
  EXPECT_EQ(nearest("rules", {}), std::nullopt);
}

TEST(Nearest, EndsAMessage) {
  EXPECT_EQ(did_you_mean("thraeds", names), "; did you mean 'threads'?");
  EXPECT_EQ(did_you_mean("zzz", names), "");
}

}  // namespace
}  // namespace haidang
