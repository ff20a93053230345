// The one value that makes a finding plain to a person: the command line, not the event's number.
#pragma once

#include "app/language.hpp"
#include "app/recorder.hpp"
#include "app/tally.hpp"
#include "watch/detect/correlation.hpp"

namespace haidang::app {

// The longest value that met a test of the rule, cut so that what met it comes early.
Example example_of(const Matched& matched, detect::RuleIndex rule);

// "src_ip: 203.0.113.7 · 10 events"
Example example_of(const detect::Correlated& correlated, const detect::Correlation& correlation,
                   Language language);

// `value` from a little before `wanted` on (ASCII case aside), if that stands far inside it.
std::string focused(std::string_view value, std::string_view wanted);

}  // namespace haidang::app
