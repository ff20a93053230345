// Takes what the pipeline finds, in order, and tells it: output, messages, correlations, sums.
//
//   Batch --> text to the output, tally, notices, totals
//         --> occurrences --Correlating--> text or tally
//
// Called by one thread at a time (Delivery sees to that).
#pragma once

#include <memory>
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
  Report(std::shared_ptr<const detect::RuleSet> rules, Telling telling, Output& output,
         Notices& notices, Progress& progress);

  [[nodiscard]] const detect::Correlator& correlator() const { return correlating_.correlator(); }
  // False: the output failed, there is no use in going on.
  bool take(Batch& batch);
  // After the last batch: correlations that wait for it.
  void finish_correlations();
  void finish(std::uint64_t files);
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  void found(const detect::Correlated& correlated);
  void tally(const detect::Correlated& correlated);
  void say_what_correlations_missed();

  std::shared_ptr<const detect::RuleSet> rules_;
  Telling telling_;
  Output& output_;
  Notices& notices_;
  Progress& progress_;
  Correlating correlating_;
  Tally tally_;
  Totals totals_;
  std::string text_;
};

}  // namespace haidang::app
