#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// What `text` is, in UTC; or why it is none.
std::string told(std::string_view text) {
  const auto time = parse_time(text);
  return time ? format_time(*time) : time.error().message();
}

TEST(Time, ReadsEveryFormThatNamesItsYear) {
  struct Row {
    std::string_view text, utc;
  };
  constexpr Row rows[] = {
      {"2026-01-31T07:00:00Z", "2026-01-31T07:00:00Z"},
      {"2026-01-31t07:00:00z", "2026-01-31T07:00:00Z"},
      {"2026-01-31T07:00:00+07:00", "2026-01-31T00:00:00Z"},
      {"2026-01-31T07:00:00-0330", "2026-01-31T10:30:00Z"},
      {"2026-01-31T07:00:00+07", "2026-01-31T00:00:00Z"},
      {"2026-01-31 07:00:00 +0700", "2026-01-31T00:00:00Z"},
      {"2018-03-24T17:08:41.255387+0000", "2018-03-24T17:08:41.255387Z"},  // Suricata
      {"2020-06-10 02:50:54.631", "2020-06-10T02:50:54.631Z"},             // Sysmon
      {"2020-06-10 02:50:54,631", "2020-06-10T02:50:54.631Z"},             // Python, Java
      {"2020-06-10T02:50:54", "2020-06-10T02:50:54Z"},
      {"2020-06-10T02:50:54.1Z", "2020-06-10T02:50:54.100Z"},
      {"2020-06-10T02:50:54.1234567Z", "2020-06-10T02:50:54.123456700Z"},  // .NET
      {"2020-06-10T02:50:54.123456789Z", "2020-06-10T02:50:54.123456789Z"},
      {"2020-02-29T23:59:59Z", "2020-02-29T23:59:59Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},  // a leap second
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"2261-12-31T23:59:59.999999999Z", "2261-12-31T23:59:59.999999999Z"},
      {"17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03Z"},
      {"01/Jan/2026:00:00:00 +0700", "2025-12-31T17:00:00Z"},
      {"1521911721", "2018-03-24T17:15:21Z"},
      {"1521911721.255387", "2018-03-24T17:15:21.255387Z"},  // Zeek
      {"1521911721255", "2018-03-24T17:15:21.255Z"},
      {"1521911721255.5", "2018-03-24T17:15:21.255500Z"},
      {"1521911721255387", "2018-03-24T17:15:21.255387Z"},
      {"1521911721255387001", "2018-03-24T17:15:21.255387001Z"},
      {"100000000", "1973-03-03T09:46:40Z"},
      {"9214646399", "2261-12-31T23:59:59Z"},
  };
  for (const auto& row : rows) EXPECT_EQ(told(row.text), row.utc) << row.text;
}

TEST(Time, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      " ",
                                      "T",
                                      "now",
                                      "2026",
                                      "2026-01-31",
                                      "2026-1-31T07:00:00Z",
                                      "2026-01-31T07:00Z",
                                      "2026-01-31T07:00:00.Z",
                                      "2026-01-31T07:00:00.1234567890Z",
                                      "2026-01-31T07:00:00+7",
                                      "2026-01-31T07:00:00+07:",
                                      "2026-01-31T07:00:00+07:0",
                                      "2026-01-31T07:00:00+24:00",
                                      "2026-01-31T07:00:00+07:60",
                                      "2026-01-31T07:00:00Zx",
                                      "2026-01-31T07:00:00Z ",
                                      "2026-01-31T07:00:00 ",
                                      "2026/01/31 07:00:00",
                                      "20260131T070000Z",
                                      "+2026-01-31T07:00:00Z",
                                      "17/May/2015:10:05:03",
                                      "17/May/2015 10:05:03 +0000",
                                      "17/may/2015:10:05:03 +0000",
                                      "7/May/2015:10:05:03 +0000",
                                      "17/anF/2015:10:05:03 +0000",
                                      "1521911721.",
                                      "1521911721.x",
                                      "-1521911721",
                                      "1521911721.1234567890",
                                      "1.521911721e9",
                                      "Mar 27 13:06:56"}) {
    EXPECT_THAT(told(text), HasSubstr("not a time; write it as")) << text;
  }
}

TEST(Time, RefusesDatesThatTheCalendarDoesNotHave) {
  for (const std::string_view text :
       {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "31/Apr/2015:10:05:03 +0000"}) {
    EXPECT_THAT(told(text), HasSubstr("no such date or time of day")) << text;
  }
}

TEST(Time, RefusesWhatLiesOutsideItsYears) {
  for (const std::string_view text :
       {"1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "2262-01-01T00:00:00Z",
        "2261-12-31T23:59:59-00:01", "2261-12-31T23:59:60Z", "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z", "01/Jan/1960:00:00:00 +0000", "9214646400", "20200610025054",
        "9223372036854775807", "9999999999999999999", "99999999999999999999"}) {
    EXPECT_THAT(told(text), HasSubstr("outside the years 1970 to 2261")) << text;
  }
}

TEST(Time, QuotesWhatItRefusesWithoutItsControls) {
  EXPECT_THAT(told("\x1b[31m"), HasSubstr("'\\x1b[31m'"));
}

TEST(SyslogTime, TakesItsYearFromTheReference) {
  struct Row {
    std::string_view text, reference, utc;
  };
  constexpr Row rows[] = {
      {"Mar 27 13:06:56", "2026-03-27T13:07:00Z", "2026-03-27T13:06:56Z"},
      {"Mar  7 13:06:56", "2026-03-27T13:07:00Z", "2026-03-07T13:06:56Z"},
      {"Mar 7 13:06:56.25", "2026-03-27T13:07:00Z", "2026-03-07T13:06:56.250Z"},
      {"Dec 31 23:59:59", "2026-01-01T00:00:10Z", "2025-12-31T23:59:59Z"},  // came late
      {"Jan  1 00:00:05", "2025-12-31T23:59:50Z", "2026-01-01T00:00:05Z"},  // clock ahead
      {"Mar 28 13:07:00", "2026-03-27T13:07:00Z", "2026-03-28T13:07:00Z"},  // just a day ahead
      {"Mar 28 13:07:01", "2026-03-27T13:07:00Z", "2025-03-28T13:07:01Z"},
      {"Feb 29 08:00:00", "2026-06-01T00:00:00Z", "2024-02-29T08:00:00Z"},
      {"Feb 29 08:00:00", "2103-06-01T00:00:00Z", "2096-02-29T08:00:00Z"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto time = parse_syslog_time(row.text, parse_time(row.reference).value());
    ASSERT_TRUE(time) << time.error().message();
    EXPECT_EQ(format_time(*time), row.utc);
  }
}

TEST(SyslogTime, IsReadOnTheClockOfItsSender) {
  const Time reference = parse_time("2025-12-31T17:00:30Z").value();
  const auto time = parse_syslog_time("Jan  1 00:00:05", reference, vietnam);
  ASSERT_TRUE(time);
  EXPECT_EQ(format_time(*time), "2025-12-31T17:00:05Z");
}

TEST(SyslogTime, RefusesWhatIsNone) {
  const Time reference = parse_time("2026-03-27T13:07:00Z").value();
  for (const std::string_view text :
       {"", "Mar", "mar 27 13:06:56", "Mar 27", "Mar 32 13:06:56", "Mar 00 13:06:56",
        "Mar   7 13:06:56", "Mar 127 13:06:56", "Feb 30 13:06:56", "Mar 27 25:06:56",
        "Mar 27 13:06:56 ", "Mar 27 13:06:56.", "ebM 27 13:06:56", "Mar 27 2020 13:06:56"}) {
    EXPECT_FALSE(parse_syslog_time(text, reference)) << text;
  }
  EXPECT_FALSE(parse_syslog_time("Dec 31 00:00:00", Time{0s}));  // would lie in 1969
}

TEST(SyslogTime, BearsAnyReference) {
  EXPECT_FALSE(parse_syslog_time("Mar 27 13:06:56", Time::min()));
  EXPECT_FALSE(parse_syslog_time("Mar 27 13:06:56", Time{0s}));
  EXPECT_TRUE(parse_syslog_time("Mar 27 13:06:56", Time::max()));
}

TEST(TimeFormat, CutsTheFractionWhereItIsAsked) {
  const Time time = parse_time("2026-01-31T07:00:05.123456789Z").value();
  EXPECT_EQ(format_time(time, Fraction::none), "2026-01-31T07:00:05Z");
  EXPECT_EQ(format_time(time, Fraction::millis), "2026-01-31T07:00:05.123Z");
  EXPECT_EQ(format_time(time, Fraction::micros), "2026-01-31T07:00:05.123456Z");
  EXPECT_EQ(format_time(time, Fraction::nanos), "2026-01-31T07:00:05.123456789Z");
  EXPECT_EQ(format_time(time, Fraction::none, vietnam), "2026-01-31T14:00:05+07:00");
  EXPECT_EQ(format_time(time, Fraction::none, Offset{-210}), "2026-01-31T03:30:05-03:30");
}

TEST(TimeFormat, BearsTheEndsOfTime) {
  EXPECT_EQ(format_time(Time::max()), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(format_time(Time::min()), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(format_time(Time{-1ns}), "1969-12-31T23:59:59.999999999Z");
}

TEST(TimeFormat, IsReadBackAsTheSameTime) {
  for (std::int64_t i = 0; i < 9'214'646'399; i += 84'411'823) {
    const Time time{std::chrono::seconds{i} + std::chrono::nanoseconds{i % 1'000'000'000}};
    ASSERT_EQ(parse_time(format_time(time)), time);
    ASSERT_EQ(parse_time(format_time(time, Fraction::nanos, vietnam)), time);
  }
}

TEST(WallClock, ShowsTheCalendarAtAnOffset) {
  const Time time = parse_time("2025-12-31T17:30:05.000000009Z").value();
  const WallClock here = wall_clock(time, vietnam);
  EXPECT_EQ(here.year, 2026);
  EXPECT_EQ(here.month, 1U);
  EXPECT_EQ(here.day, 1U);
  EXPECT_EQ(here.hour, 0U);
  EXPECT_EQ(here.minute, 30U);
  EXPECT_EQ(here.second, 5U);
  EXPECT_EQ(here.nanosecond, 9U);
  EXPECT_EQ(here.weekday, 4U);
  EXPECT_EQ(wall_clock(time).day, 31U);
}

TEST(WallClock, CountsWeeksAsIso8601Does) {
  struct Row {
    std::string_view time;
    int year;
    unsigned week, weekday;
  };
  constexpr Row rows[] = {
      {"2005-01-01T00:00:00Z", 2004, 53, 6}, {"2005-01-02T00:00:00Z", 2004, 53, 7},
      {"2005-12-31T00:00:00Z", 2005, 52, 6}, {"2007-01-01T00:00:00Z", 2007, 1, 1},
      {"2008-12-29T00:00:00Z", 2009, 1, 1},  {"2010-01-03T00:00:00Z", 2009, 53, 7},
      {"2026-01-31T00:00:00Z", 2026, 5, 6},
  };
  for (const auto& row : rows) {
    const WallClock wall = wall_clock(parse_time(row.time).value());
    EXPECT_EQ(wall.week_year, row.year) << row.time;
    EXPECT_EQ(wall.week, row.week) << row.time;
    EXPECT_EQ(wall.weekday, row.weekday) << row.time;
  }
}

}  // namespace
}  // namespace haidang
