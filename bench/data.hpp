// What the benchmarks read: the real data beside the project, where it is there.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "watch/detect/engine.hpp"

namespace haidang::bench {

// The folder of shared test data: $HAIDANG_SHARED, else ../shared beside the project.
std::optional<std::string> shared_data();

std::shared_ptr<const detect::RuleSet> sigma_rules();
std::shared_ptr<const detect::Mappings> mappings();

// A file unpacked to memory, with Chunk::padding bytes of zeros behind (not counted in size).
struct Text {
  std::string bytes;
  std::size_t size = 0;
};
std::optional<Text> read_events(const std::string& path);

// The process creations among these events, again and again with fresh command lines and ids in
// a third of them, up to `count`.
Text process_creations(const Text& events, std::size_t count);

// Each rule `times` times, the copies with other literals: as if there were more of the kind.
std::shared_ptr<const detect::RuleSet> multiplied(const detect::RuleSet& rules, unsigned times);

}  // namespace haidang::bench
