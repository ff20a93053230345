#include "data.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include <fmt/format.h>

#include "base/check.hpp"
#include "watch/ingest/source.hpp"

namespace haidang::bench {
namespace {

const std::string root = HAIDANG_SOURCE_DIR;

std::string varied(const detect::Pattern& pattern, unsigned copy) {
  std::string text = pattern.written();
  return text.insert(text.size() / 2, fmt::format("q{}z", copy));
}

// The rule with other literals in place of its own; what chooses the kind of event stays. None
// where there is nothing to vary (expressions, references between fields): an equal rule twice
// would only find twice.
std::optional<detect::Rule> copy_of(const detect::Rule& rule, unsigned copy) {
  detect::Rule other = rule;
  other.header.id += fmt::format("-{}", copy);
  bool varies = false;
  for (auto& test : other.tests) {
    using Op = detect::Test::Op;
    if (test.op == Op::regex || test.op == Op::fieldref) return {};
    const bool kind = test.field == "EventID" || test.field == "Channel";
    if (kind || test.op != Op::pattern || test.pattern.literal().size() <= 3) continue;
    test.pattern = detect::Pattern::parse(varied(test.pattern, copy));
    varies = true;
  }
  if (!varies) return {};
  return other;
}

}  // namespace

std::optional<std::string> shared_data() {
  const char* set = std::getenv("HAIDANG_SHARED");
  const std::string folder = (set != nullptr ? std::string(set) : root + "/../shared") + "/data";
  if (std::filesystem::is_directory(folder)) return folder;
  return {};
}

std::shared_ptr<const detect::RuleSet> sigma_rules() {
  const auto placeholders = detect::load_placeholders(root + "/catalogue/placeholders");
  CHECK(placeholders, "catalogue/placeholders can be read");
  auto rules = detect::load_rules({*shared_data() + "/sigma"}, *placeholders);
  CHECK(rules, "the Sigma rules can be read");
  return std::make_shared<const detect::RuleSet>(std::move(*rules));
}

std::shared_ptr<const detect::Mappings> mappings() {
  auto loaded = detect::Mappings::load(root + "/catalogue/mappings");
  CHECK(loaded, "catalogue/mappings can be read");
  return std::make_shared<const detect::Mappings>(std::move(*loaded));
}

std::optional<Text> read_events(const std::string& path) {
  auto source = ingest::Source::open(path);
  if (!source) return {};
  Text text;
  ingest::Buffer buffer;
  for (auto more = (*source)->next(buffer); more && *more; more = (*source)->next(buffer))
    text.bytes += buffer.chunk().bytes;
  text.size = text.bytes.size();
  text.bytes.append(ingest::Chunk::padding, '\0');
  return text;
}

Text process_creations(const Text& events, std::size_t count) {
  std::vector<std::string_view> lines;
  const std::string_view all(events.bytes.data(), events.size);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const auto line = all.substr(at, end - at);
    if (line.find("\"CommandLine\":\"") != std::string_view::npos) lines.push_back(line);
    at = end + 1;
  }
  std::mt19937 random(24);
  Text text;
  for (std::size_t i = 0; i < count && !lines.empty(); ++i) {
    std::string line(lines[i % lines.size()]);
    if (random() % 3 == 0) {
      const auto at = line.find("\"CommandLine\":\"") + 15;
      line.insert(at, fmt::format("{} ", random()));
    }
    text.bytes += line;
    text.bytes += '\n';
  }
  text.size = text.bytes.size();
  text.bytes.append(ingest::Chunk::padding, '\0');
  return text;
}

std::shared_ptr<const detect::RuleSet> multiplied(const detect::RuleSet& rules, unsigned times) {
  auto more = std::make_shared<detect::RuleSet>();
  more->rules = rules.rules;
  for (unsigned copy = 1; copy < times; ++copy)
    for (const auto& rule : rules.rules)
      if (auto other = copy_of(rule, copy)) more->rules.push_back(std::move(*other));
  more->reported.assign(more->rules.size(), true);
  return more;
}

}  // namespace haidang::bench
