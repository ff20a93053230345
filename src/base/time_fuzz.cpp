// Any text: read or refused, and what is read can be written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/time.hpp"

namespace {

void check_round_trip(haidang::Time time) {
  using haidang::Fraction;
  for (const haidang::Offset offset : {haidang::utc, haidang::vietnam}) {
    const auto again = haidang::parse_time(haidang::format_time(time, Fraction::nanos, offset));
    CHECK(again && *again == time, "a time that is written is read again");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = haidang::parse_time(text)) check_round_trip(*time);
  for (const std::int64_t reference : {INT64_MIN, std::int64_t{0}, INT64_MAX}) {
    const haidang::Time at{std::chrono::nanoseconds{reference}};
    if (const auto time = haidang::parse_syslog_time(text, at)) check_round_trip(*time);
  }
  return 0;
}
