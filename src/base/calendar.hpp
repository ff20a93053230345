// Working time: which days are worked, and when a term of working days ends.
//
// Days come from catalogue/calendars/*.yml: weekly working days, public holidays and make-up days,
// and the years for which they are complete. A day of a year that is not in the file is judged by
// the weekly days alone, and known() says so. Times are of
// Vietnam's wall clock. Terms follow the Civil Code 91/2015/QH13, articles 147-148: the first day
// is not counted, a term ends at the end of its last working day.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang {

class Calendar {
 public:
  static Result<Calendar> load(const std::filesystem::path& file);
  static Result<Calendar> parse(std::string_view yaml, std::string_view file);

  [[nodiscard]] bool works(std::chrono::sys_days day) const;
  // True where the holidays of that year have been published to us.
  [[nodiscard]] bool known(int year) const;
  // The last moment of the `days`-th working day after the day of `from`.
  [[nodiscard]] Time after_working_days(Time from, std::uint32_t days) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace haidang
