// Takes what the pipeline finds, in order, and tells it: output, messages, correlations, sums.
//
//   Batch --> text to the output, tally, notices, totals
//         --> occurrences --Correlating--> text or tally
//
// A reload of the rules begins a chapter: a batch is told by the rules it was matched with, and
// correlations begin anew. Safe from any thread.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/batch.hpp"
#include "app/correlating.hpp"
#include "app/ndjson.hpp"
#include "app/notices.hpp"
#include "app/output.hpp"
#include "app/progress.hpp"
#include "app/recorder.hpp"
#include "app/table.hpp"
#include "app/totals.hpp"
#include "watch/detect/rule_set.hpp"

namespace haidang::app {

// How findings are told: exactly one of the two.
struct Telling {
  std::shared_ptr<const NdjsonForm> ndjson{};
  std::shared_ptr<const Table> table{};
  bool live = false;  // as it happens

  [[nodiscard]] MakeRecorder recorders() const;
};

class Report {
 public:
  Report(Output& output, Notices& notices, Progress& progress)
      : output_(output), notices_(notices), progress_(progress) {}

  // For the rulebooks in the order of their numbers, before each is put in force.
  const detect::Correlator& begin(const std::shared_ptr<const detect::RuleSet>& rules,
                                  Telling telling);
  // False: the output failed, there is no use in going on.
  bool take(Batch& batch);
  // After the last batch: correlations that wait for it.
  void finish_correlations();
  void finish(std::uint64_t files);
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  struct Chapter {
    std::shared_ptr<const detect::RuleSet> rules;
    Telling telling;
    std::unique_ptr<Correlating> correlating;
    Tally tally{};
  };
  void found(Chapter& chapter, const detect::Correlated& correlated);
  void tally(Chapter& chapter, const detect::Correlated& correlated);
  void say_what_correlations_missed();

  std::mutex mutex_;
  std::deque<Chapter> chapters_;  // by the number of their rulebook; they stay where they are
  Output& output_;
  Notices& notices_;
  Progress& progress_;
  Totals totals_;
  std::string text_;
};

}  // namespace haidang::app
