#include "flow.hpp"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "watch/ingest/sniff.hpp"
#include "watch/ingest/source.hpp"

namespace haidang {
namespace {

constexpr std::size_t most_complaints = 20;

template <class T>
T or_abort(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::abort();
}

// Stamps of syslog have no year; tests must not depend on today.
Time reference() { return parse_time("2026-12-01T00:00:00Z").value(); }

}  // namespace

std::filesystem::path repository(const std::string& path) {
  return std::filesystem::path(HAIDANG_SOURCE_DIR) / path;
}

std::shared_ptr<const detect::Mappings> catalogue_mappings() {
  static const auto mappings = std::make_shared<const detect::Mappings>(
      or_abort(detect::Mappings::load(repository("catalogue/mappings"))));
  return mappings;
}

const detect::Placeholders& catalogue_placeholders() {
  static const auto placeholders =
      or_abort(detect::load_placeholders(repository("catalogue/placeholders")));
  return placeholders;
}

Flow::Flow(std::shared_ptr<const detect::Engine> engine, Look look)
    : engine_(std::move(engine)),
      look_(std::move(look)),
      matcher_(engine_, {.reference = reference()}),
      correlator_(engine_->shared_rules()),
      names_(std::make_unique<event::Names>()) {}

Result<> Flow::read(const std::string& path) {
  TRY(const auto source, ingest::Source::open(path));
  TRY(const auto format, ingest::sniff(source->head(), path));
  source->set_framing(ingest::framing(format));
  const auto reader = ingest::make_reader(format);
  ingest::Buffer buffer;
  for (;;) {
    TRY(const bool more, source->next(buffer));
    if (!more) break;
    for (const auto& line : buffer.dropped()) unreadable(line.line, line.why());
    reader->read(buffer.chunk(), *names_, *this);
    begin_names_anew_if_full();
  }
  reader->finish(*names_, *this);
  return {};
}

void Flow::begin_names_anew_if_full() {
  if (!names_->full()) return;
  names_ = std::make_unique<event::Names>();
  matcher_.forget_names();
}

void Flow::event(const event::Event& event) {
  ++events;
  if (look_) look_(event, *names_);
  const auto& set = engine_->rules();
  for (const auto rule : matcher_.match(event, *names_)) {
    if (set.reported[rule]) findings.push_back({event.line, set.rules[rule].header.id});
    if (correlator_.wants(rule)) correlate(rule, event.line);
  }
}

void Flow::correlate(detect::RuleIndex rule, std::uint64_t line) {
  const auto time = matcher_.time();
  if (!time) return unreadable(line, "a match without a time cannot be correlated");
  detect::Occurrence occurrence{
      .rule = rule, .time = *time, .origin = {.file = 0, .line = line}, .values = {}};
  for (const auto& field : correlator_.fields_of(rule))
    if (auto value = matcher_.value(field))
      occurrence.values.emplace_back(field, std::move(*value));
  correlated_.clear();
  correlator_.see(occurrence, correlated_);
  for (const auto& found : correlated_)
    findings.push_back(
        {found.origin.line, engine_->rules().correlations[found.correlation].header.id});
}

void Flow::unreadable(std::uint64_t line, std::string_view why) {
  ++unreadable_lines;
  if (complaints.size() < most_complaints) complaints.push_back(fmt::format("{}: {}", line, why));
}

}  // namespace haidang
