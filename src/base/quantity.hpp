// Whole numbers, durations and sizes as people write them: 12, 1h30m, 64MiB.
//
// The same words come in by settings, rules and procedures and go out in help
// and messages. Reads the whole text or fails with the mend; never rounds,
// never overflows. No fractions ("1.5h" is 1h30m), no unit left out but for 0.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace haidang {

Result<std::int64_t> parse_integer(std::string_view text);

// Units w d h m s ms us ns, each at most once, larger first. A day has 24 hours. Up to 106,751
// days.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::nanoseconds duration);  // 90 min is "1h30m"

// Bytes: B, KiB MiB GiB TiB (1024), kB MB GB TB (1000), case aside.
Result<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);  // in the largest binary unit that is exact

}  // namespace haidang
