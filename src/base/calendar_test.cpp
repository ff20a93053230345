#include "base/calendar.hpp"

#include <gtest/gtest.h>

namespace haidang {
namespace {

using namespace std::chrono;

const std::filesystem::path vn =
    std::filesystem::path(HAIDANG_SOURCE_DIR) / "catalogue" / "calendars" / "vn.yml";

Calendar loaded() {
  auto calendar = Calendar::load(vn);
  if (!calendar) throw std::runtime_error(calendar.error().message());
  return *calendar;
}

Time at(std::string_view text) { return parse_time(text).value(); }

std::string refused(std::string_view yaml) {
  const auto calendar = Calendar::parse(yaml, "c.yml");
  return calendar ? "accepted" : calendar.error().message();
}

TEST(Calendar, KnowsWhichDaysStateBodiesWork) {
  struct Row {
    year_month_day day;
    bool works;
    std::string_view why;
  };
  const Row rows[] = {
      {2026y / 2 / 13, true, "Friday before Tết"},
      {2026y / 2 / 16, false, "Tết Bính Ngọ, first day off"},
      {2026y / 2 / 20, false, "Tết Bính Ngọ, last day off"},
      {2026y / 2 / 23, true, "Monday after Tết"},
      {2026y / 4 / 27, false, "made up for Hùng Kings' day on a Sunday"},
      {2026y / 9 / 1, false, "second day of the National Day"},
      {2026y / 9 / 2, false, "National Day"},
      {2026y / 9 / 3, true, "after it"},
      {2026y / 8 / 22, true, "Saturday worked for 31 August"},
      {2026y / 8 / 29, false, "an ordinary Saturday"},
      {2020y / 9 / 3, true, "before 2021 the National Day was one day"},
      {2021y / 9 / 3, false, "since 2021 it is two"},
      {2023y / 5 / 3, false, "made up for 29 and 30 April 2023"},
      {2025y / 4 / 26, true, "Saturday worked for 2 May 2025"},
      {2030y / 1 / 1, true, "a Tuesday of a year not in the file"},
  };
  const auto calendar = loaded();
  for (const auto& row : rows) EXPECT_EQ(calendar.works(row.day), row.works) << row.why;
}

TEST(Calendar, SaysForWhichYearsItIsComplete) {
  const auto calendar = loaded();
  EXPECT_TRUE(calendar.known(2026));
  EXPECT_FALSE(calendar.known(2015));
  EXPECT_FALSE(calendar.known(2027));
  EXPECT_FALSE(calendar.known(2030));
}

TEST(Calendar, GivesEachLegalHolidayOfEachYearADayOff) {
  const auto calendar = loaded();
  for (auto year = 2014y; year <= 2027y; ++year)
    for (const auto day : {1 / 1d, 4 / 30d, 5 / 1d, 9 / 2d})
      EXPECT_FALSE(calendar.works(sys_days(year / day)))
          << int(year) << ' ' << unsigned(day.month());
}

TEST(Calendar, EndsATermAtTheEndOfItsLastWorkingDay) {
  struct Row {
    std::string_view from, end;
    std::uint32_t days;
  };
  constexpr Row rows[] = {
      {"2026-11-16T09:00:00+07:00", "2026-11-17T23:59:59.999999999+07:00", 1},
      {"2026-11-16T23:59:59+07:00", "2026-11-17T23:59:59.999999999+07:00", 1},
      {"2026-11-16T17:30:00Z", "2026-11-18T23:59:59.999999999+07:00", 1},  // the 17th in Vietnam
      {"2026-11-20T09:00:00+07:00", "2026-11-23T23:59:59.999999999+07:00", 1},  // over a weekend
      {"2026-02-13T09:00:00+07:00", "2026-02-23T23:59:59.999999999+07:00", 1},  // over Tết
      {"2026-08-21T09:00:00+07:00", "2026-08-22T23:59:59.999999999+07:00", 1},  // a worked Saturday
      {"2026-08-28T09:00:00+07:00", "2026-09-09T23:59:59.999999999+07:00", 5},
      {"2026-11-22T09:00:00+07:00", "2026-11-22T23:59:59.999999999+07:00", 0},
  };
  const auto calendar = loaded();
  for (const auto& row : rows) {
    SCOPED_TRACE(row.from);
    EXPECT_EQ(calendar.after_working_days(at(row.from), row.days), at(row.end));
  }
}

TEST(Calendar, DoesNotOverflowAtTheEndOfTime) {
  const auto from = at("2261-12-31T00:00:00Z");
  EXPECT_GT(loaded().after_working_days(from, 100'000), from);
}

TEST(Calendar, RefusesAFileItCannotHonourWithItsPlace) {
  struct Row {
    std::string_view yaml, error;
  };
  constexpr Row rows[] = {
      {"", "c.yml:1: a file holds exactly one calendar"},
      {"weekly: [monday]", "c.yml:1: a calendar needs 'weekly' and 'years'"},
      {"weekly: []\nyears: {}", "c.yml:1: 'weekly' needs at least one day, as [monday, friday]"},
      {"weekly: [mondey]\nyears: {}", "c.yml:1: unknown day 'mondey'; did you mean 'monday'?"},
      {"weekly: [monday]\nyear: {}", "c.yml:2: unknown key 'year'; did you mean 'years'?"},
      {"weekly: [monday]\nyears:\n  2026: {off: {}}",
       "c.yml:3: say 'complete: true' or 'complete: false'"},
      {"weekly: [monday]\nyears:\n  2026:\n    complete: true\n    off: {2025-01-01: x}",
       "c.yml:5: '2025-01-01' does not lie in 2026"},
      {"weekly: [monday]\nyears:\n  2026:\n    complete: true\n    off: {2026-02-30: x}",
       "c.yml:5: '2026-02-30' must be a day as 2026-01-01, or days as 2026-02-16..2026-02-20, at "
       "most 32"},
      {"weekly: [monday]\nyears:\n  2026:\n    complete: true\n    off: {2026-01-01: x}\n    "
       "worked: {2026-01-01: y}",
       "c.yml:6: '2026-01-01' holds a day that is named already"},
  };
  for (const auto& row : rows) EXPECT_EQ(refused(row.yaml), row.error);
}

}  // namespace
}  // namespace haidang
