#include "base/quantity.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::HasSubstr;

TEST(Integer, IsReadWholeOrNotAtAll) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-7"), -7);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const std::string_view text :
       {"", "x", "1x", " 1", "1 ", "+1", "1.0", "9223372036854775808"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
}

TEST(Duration, IsReadInUnitsFromLargeToSmall) {
  struct Row {
    std::string_view text;
    nanoseconds duration;
  };
  constexpr Row rows[] = {
      {"0", 0ns},  {"5m", 5min},   {"1h30m", 90min},       {"250ms", 250ms},
      {"2d", 48h}, {"1w1d", 192h}, {"3us", 3us},           {"7ns", 7ns},
      {"0s", 0ns}, {"90s", 90s},   {"1h1s1ms", 3601001ms},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_duration(row.text), row.duration) << row.text;
}

TEST(Duration, RefusesWhatIsNotOne) {
  for (const std::string_view text : {"", "5", "m", "5 m", "1.5h", "-5m", "30m1h", "5m5m", "5M",
                                      "5x", "99999999999999999999s", "106752d", "5m "}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_THAT(parse_duration("5").error().message(), HasSubstr("write it as 30s, 5m or 1h30m"));
}

TEST(Duration, IsWrittenAsItIsRead) {
  for (const nanoseconds duration : {nanoseconds{0}, nanoseconds{1}, nanoseconds{90min},
                                     nanoseconds{250ms}, nanoseconds{1000h}, nanoseconds::max()}) {
    const std::string text = format_duration(duration);
    EXPECT_EQ(parse_duration(text), duration) << text;
  }
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(-90s), "-1m30s");
  EXPECT_EQ(format_duration(nanoseconds::min()).front(), '-');
}

TEST(Size, IsReadInBinaryAndDecimalUnits) {
  struct Row {
    std::string_view text;
    std::uint64_t bytes;
  };
  constexpr Row rows[] = {
      {"0", 0},
      {"512B", 512},
      {"64MiB", 67'108'864},
      {"64mib", 67'108'864},
      {"2GB", 2'000'000'000},
      {"1KiB", 1024},
      {"1kB", 1000},
      {"1TiB", 1ULL << 40U},
      {"3TB", 3'000'000'000'000},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_size(row.text), row.bytes) << row.text;
}

TEST(Size, RefusesWhatIsNotOne) {
  for (const std::string_view text :
       {"", "5", "B", "64M", "1.5GiB", "-1B", "1KiB1B", "1 KiB", "99999999TiB", "1K\0B"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
  EXPECT_THAT(parse_size("64M").error().message(), HasSubstr("64MiB"));
}

TEST(Size, IsWrittenInTheLargestExactUnit) {
  EXPECT_EQ(format_size(0), "0");
  EXPECT_EQ(format_size(1), "1B");
  EXPECT_EQ(format_size(64ULL << 20U), "64MiB");
  EXPECT_EQ(format_size((1ULL << 20U) + 1), "1048577B");
}

}  // namespace
}  // namespace haidang
