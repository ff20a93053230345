// The rules of a run, read and compiled.
//
// Rules that are refused are in `engine->rules().refused`; that nothing at all is left to look
// for is an error, because such a run would find nothing and look as if all were well.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/pipeline.hpp"
#include "base/result.hpp"
#include "watch/detect/correlate.hpp"
#include "watch/detect/engine.hpp"

namespace haidang::app {

Result<detect::Placeholders> placeholders_of(const std::string& catalogue);
Result<detect::Mappings> mappings_of(const std::string& catalogue);

// Where rules that were read wait for the next run: $XDG_CACHE_HOME/haidang, else
// ~/.cache/haidang; empty where neither is known.
std::string cache_directory();

// `directories` empty: the catalogue's own rules. `cache` empty: no cache.
Result<std::shared_ptr<const detect::Engine>> load_watch_rules(const std::string& catalogue,
                                                               std::vector<std::string> directories,
                                                               const std::string& cache);

std::vector<RuleUse> uses_of(const detect::RuleSet& rules, const detect::Correlator& correlator);

}  // namespace haidang::app
