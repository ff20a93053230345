// Mapping of text by utf8proc's options, in time that does not depend on who wrote it.
//
// Internal to base: the callers of text.hpp name what they want, not options.
// Ill-formed UTF-8 is read as U+FFFD. PERF: utf8proc_map() is not used, because it
// orders combining marks by exchanging neighbours: 40,000 marks on one letter took
// 5 s. Here each run of marks is sorted.
#pragma once

#include <string>
#include <string_view>

namespace haidang::text {

// `options`: utf8proc_option_t, or-ed; COMPOSE or DECOMPOSE among them.
std::string normalise(std::string_view text, unsigned options);

}  // namespace haidang::text
