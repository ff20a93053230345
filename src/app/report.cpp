#include "app/report.hpp"

#include <utility>

#include <fmt/format.h>

#include "app/example.hpp"

namespace haidang::app {

MakeRecorder Telling::recorders() const {
  if (ndjson) return [form = ndjson] { return make_ndjson_recorder(form); };
  return [shown = live ? table.get() : nullptr] { return make_tally_recorder(shown); };
}

const detect::Correlator& Report::begin(const std::shared_ptr<const detect::RuleSet>& rules,
                                        Telling telling) {
  const std::scoped_lock lock(mutex_);
  const auto mode = telling.live ? Correlating::Mode::live : Correlating::Mode::at_end;
  const std::size_t number = chapters_.size();
  const auto found_now = [this, number](const detect::Correlated& correlated) {
    found(chapters_[number], correlated);
  };
  return chapters_
      .emplace_back(rules, std::move(telling),
                    std::make_unique<Correlating>(rules, mode, found_now))
      .correlating->correlator();
}

bool Report::take(Batch& batch) {
  const std::scoped_lock lock(mutex_);
  Chapter& chapter = chapters_[batch.rulebook];
  totals_.events += batch.events;
  totals_.matches += batch.matches;
  totals_.bytes += batch.bytes;
  totals_.timeless += batch.timeless;
  if (batch.unreadable_count > 0 || !batch.errors.empty() || !batch.text.empty()) progress_.clear();
  notices_.take(batch);
  merge(chapter.tally, batch.tally);
  text_.clear();
  chapter.correlating->take(batch.occurrences);
  progress_.show(totals_.bytes, totals_.events);
  return output_.write(batch.text) && output_.write(text_);
}

void Report::found(Chapter& chapter, const detect::Correlated& correlated) {
  constexpr std::size_t piece = 256U << 10;
  ++totals_.matches;
  if (chapter.telling.ndjson) {
    chapter.telling.ndjson->append(text_, correlated);
  } else {
    tally(chapter, correlated);
  }
  if (text_.size() < piece) return;
  output_.write(text_);
  text_.clear();
}

void Report::tally(Chapter& chapter, const detect::Correlated& correlated) {
  const auto rule =
      static_cast<std::uint32_t>(chapter.rules->rules.size()) + correlated.correlation;
  const auto& correlation = chapter.rules->correlations[correlated.correlation];
  const Example example = example_of(correlated, correlation, chapter.telling.table->language());
  Tallied& tallied = chapter.tally[rule];
  tallied.happened(correlated.time);
  if (!tallied.example) tallied.example = example;
  if (chapter.telling.live)
    text_ += chapter.telling.table->live_line(rule, correlated.time, example);
}

void Report::finish_correlations() {
  text_.clear();
  for (auto& chapter : chapters_) chapter.correlating->finish();
  output_.write(text_);
}

void Report::finish(std::uint64_t files) {
  totals_.files = files;
  totals_.unreadable = notices_.unreadable();
  progress_.clear();
  notices_.finish();
  say_what_correlations_missed();
  for (const auto& [rules, telling, correlating, tally] : chapters_)
    if (telling.table && (!tally.empty() || &tally == &chapters_.back().tally))
      output_.write(telling.table->render(tally, totals_));
}

void Report::say_what_correlations_missed() {
  std::uint64_t late = 0;
  std::uint64_t forgotten = 0;
  for (const auto& chapter : chapters_) {
    late += chapter.correlating->correlator().stats().late;
    forgotten += chapter.correlating->correlator().stats().forgotten;
  }
  if (totals_.timeless > 0)
    notices_.say(
        fmt::format("{} matches have no time that can be read, so correlations could not "
                    "use them",
                    totals_.timeless));
  if (late > 0)
    notices_.say(
        fmt::format("{} matches came too late for correlations; give fewer files at once, "
                    "or files of one time",
                    late));
  if (forgotten > 0)
    notices_.say(
        fmt::format("{} matches left correlations early, because memory is bounded", forgotten));
}

}  // namespace haidang::app
