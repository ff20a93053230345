// For tests: files through readers, Matcher and Correlator, as one worker of the program does it.
//
//   Flow flow(engine);  flow.read("events.ndjson");  flow.findings  // what was found where
//
// Findings of a file come in the order of its events; correlations stand at the line that
// completed them. A file that cannot be read at all is an error; unreadable lines are counted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "watch/detect/correlate.hpp"
#include "watch/detect/engine.hpp"
#include "watch/detect/matcher.hpp"
#include "watch/ingest/reader.hpp"

namespace haidang {

// Paths below the repository.
std::filesystem::path repository(const std::string& path);
// Our own field mappings and placeholder lists; aborts if they cannot be loaded.
std::shared_ptr<const detect::Mappings> catalogue_mappings();
const detect::Placeholders& catalogue_placeholders();

struct Finding {
  std::uint64_t line = 0;
  std::string rule{};
  auto operator<=>(const Finding&) const = default;
};

class Flow final : private ingest::Sink {
 public:
  using Look = std::function<void(const event::Event&, const event::Names&)>;

  explicit Flow(std::shared_ptr<const detect::Engine> engine, Look look = {});

  // Adds to what was found so far.
  Result<> read(const std::string& path);

  std::vector<Finding> findings;
  std::uint64_t events = 0;
  std::uint64_t unreadable_lines = 0;
  std::vector<std::string> complaints;  // "12: why", the first few

 private:
  void event(const event::Event& event) override;
  void unreadable(std::uint64_t line, std::string_view why) override;
  void begin_names_anew_if_full();
  void correlate(detect::RuleIndex rule, std::uint64_t line);

  std::shared_ptr<const detect::Engine> engine_;
  Look look_;
  detect::Matcher matcher_;
  detect::Correlator correlator_;
  std::unique_ptr<event::Names> names_;
  std::vector<detect::Correlated> correlated_;
};

}  // namespace haidang
