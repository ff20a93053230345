#include "app/detect_settings.hpp"

#include <gtest/gtest.h>

namespace haidang::app {
namespace {

TEST(Offset, IsReadAsPeopleWriteIt) {
  struct Row {
    std::string_view text;
    int minutes;
    bool good;
  };
  constexpr Row rows[] = {
      {"+07:00", 420, true}, {"+0700", 420, true}, {"-05:30", -330, true}, {"Z", 0, true},
      {"", 0, false},        {"7", 0, false},      {"+7", 0, false},       {"+25:00", 0, false},
      {"+07:99", 0, false},  {"+0a:00", 0, false}, {"07:00", 0, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto offset = parse_offset(row.text);
    ASSERT_EQ(offset.has_value(), row.good);
    if (row.good) {
      EXPECT_EQ(offset->count(), row.minutes);
    }
  }
}

TEST(LogsourceOption, NamesItsPartsAndRefusesOthers) {
  const auto both = parse_logsource_option("product=windows,category=process_creation");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->product, "windows");
  EXPECT_EQ(both->category, "process_creation");
  EXPECT_EQ(both->service, "");
  for (const auto* wrong : {"windows", "product=", "vendor=x", "product=a,b"})
    EXPECT_FALSE(parse_logsource_option(wrong)) << wrong;
}

}  // namespace
}  // namespace haidang::app
