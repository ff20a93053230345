#include "app/report.hpp"

#include <utility>

#include <fmt/format.h>

#include "app/example.hpp"

namespace haidang::app {

MakeRecorder Telling::recorders() const {
  if (ndjson) return [form = ndjson] { return make_ndjson_recorder(form); };
  return [shown = live ? table.get() : nullptr] { return make_tally_recorder(shown); };
}

Report::Report(std::shared_ptr<const detect::RuleSet> rules, Telling telling, Output& output,
               Notices& notices, Progress& progress)
    : rules_(rules),
      telling_(std::move(telling)),
      output_(output),
      notices_(notices),
      progress_(progress),
      correlating_(std::move(rules),
                   telling_.live ? Correlating::Mode::live : Correlating::Mode::at_end,
                   [this](const detect::Correlated& correlated) { found(correlated); }) {}

bool Report::take(Batch& batch) {
  totals_.events += batch.events;
  totals_.matches += batch.matches;
  totals_.bytes += batch.bytes;
  totals_.timeless += batch.timeless;
  if (batch.unreadable_count > 0 || !batch.errors.empty() || !batch.text.empty()) progress_.clear();
  notices_.take(batch);
  merge(tally_, batch.tally);
  text_.clear();
  correlating_.take(batch.occurrences);
  progress_.show(totals_.bytes, totals_.events);
  return output_.write(batch.text) && output_.write(text_);
}

void Report::found(const detect::Correlated& correlated) {
  constexpr std::size_t piece = 256U << 10;
  ++totals_.matches;
  if (telling_.ndjson) {
    telling_.ndjson->append(text_, correlated);
  } else {
    tally(correlated);
  }
  if (text_.size() < piece) return;
  output_.write(text_);
  text_.clear();
}

void Report::tally(const detect::Correlated& correlated) {
  const auto rule = static_cast<std::uint32_t>(rules_->rules.size()) + correlated.correlation;
  const auto& correlation = rules_->correlations[correlated.correlation];
  const Example example = example_of(correlated, correlation, telling_.table->language());
  Tallied& tallied = tally_[rule];
  tallied.happened(correlated.time);
  if (!tallied.example) tallied.example = example;
  if (telling_.live) text_ += telling_.table->live_line(rule, correlated.time, example);
}

void Report::finish_correlations() {
  text_.clear();
  correlating_.finish();
  output_.write(text_);
}

void Report::finish(std::uint64_t files) {
  totals_.files = files;
  totals_.unreadable = notices_.unreadable();
  progress_.clear();
  notices_.finish();
  say_what_correlations_missed();
  if (telling_.table) output_.write(telling_.table->render(tally_, totals_));
}

void Report::say_what_correlations_missed() {
  const auto& stats = correlating_.correlator().stats();
  if (totals_.timeless > 0)
    notices_.say(
        fmt::format("{} matches have no time that can be read, so correlations could not "
                    "use them",
                    totals_.timeless));
  if (stats.late > 0)
    notices_.say(
        fmt::format("{} matches came too late for correlations; give fewer files at once, "
                    "or files of one time",
                    stats.late));
  if (stats.forgotten > 0)
    notices_.say(fmt::format("{} matches left correlations early, because memory is bounded",
                             stats.forgotten));
}

}  // namespace haidang::app
