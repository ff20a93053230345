// Events against all rules, on one thread.
//
//   event --paths--> dataset --routing values--> Plan (rules and fields of these logsources)
//     each value of a field of the plan --remembered?--> verdict: the tests that hold, as a number
//     all verdicts together, the signature --remembered?--> the rules that match
//
// PERF: what rules ask of single values depends on nothing else, so the answer for an event is a
// function of its verdicts. 96 % of values and 94 % of signatures were seen before; for those a
// match costs one probe a field and one for the signature, however many rules there are. It is
// the rule set's decision table, built lazily as RE2 builds a DFA. See docs/adr/0004; make bench.
//
// What is remembered is bounded by Options::most_bytes and then begun anew. The same answer
// comes from a fresh Matcher as from a warm one. Not for several threads.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "watch/detect/engine.hpp"
#include "watch/detect/evaluator.hpp"
#include "watch/detect/memo.hpp"
#include "watch/detect/needles.hpp"
#include "watch/event/event.hpp"

namespace haidang::detect {

class Matcher {
 public:
  struct Options {
    std::size_t most_bytes = 256U << 20;
    std::optional<Logsource> logsource{};  // of every event, whatever it looks like
    Offset clock = vietnam;                // of dates in `|hour` and of stamps without a zone
    Time reference = now();                // supplies the year where a stamp has none
  };
  struct Stats {
    std::uint64_t events = 0;
    std::uint64_t values = 0;
    std::uint64_t value_misses = 0;
    std::uint64_t signature_misses = 0;
    std::uint64_t candidates = 0;  // rules looked at on a miss
    std::uint64_t late = 0;        // rules settled on the event itself
    std::uint64_t forgotten = 0;   // times the memory was full and begun anew
  };

  Matcher(std::shared_ptr<const Engine> engine, Options options);
  explicit Matcher(std::shared_ptr<const Engine> engine) : Matcher(std::move(engine), Options()) {}
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;
  ~Matcher();

  // Indices of the rules that match, ascending; valid until the next call. `names` are those
  // the event was read with.
  const std::vector<RuleIndex>& match(const event::Event& event, event::Names& names);
  // Call when another Names (or an emptied one) takes the place of the last.
  void forget_names();

  // About the event matched last:
  [[nodiscard]] std::string_view dataset() const;
  [[nodiscard]] std::vector<Logsource> logsources() const;
  [[nodiscard]] std::optional<Time> time() const;
  [[nodiscard]] std::string host() const;
  // The first value of a Sigma field, undone of escapes.
  [[nodiscard]] std::optional<std::string> value(std::string_view sigma_field) const;
  std::vector<Reason> explain(RuleIndex rule);

  [[nodiscard]] const Stats& stats() const { return stats_; }
  [[nodiscard]] const Engine& engine() const { return *engine_; }

 private:
  using Verdict = std::uint32_t;  // index into verdicts_: the tests that hold; 0: none
  static constexpr Verdict absent = ~0U;
  static constexpr std::size_t longest_remembered = 65536;  // longer values are asked each time
  static constexpr std::size_t most_shapes = 4096;

  // Field number `at` of an event gives the value of a slot.
  struct Use {
    std::uint32_t at;
    std::uint32_t slot;
    FieldId field;
    // PERF: half of all values are those of the event before; then no hash is needed.
    std::string_view last{};  // kept by the memo
    event::Kind last_kind = event::Kind::null;
    Verdict last_verdict = 0;
  };
  // Events with the same paths in the same order. PERF: there are few of them, so what paths
  // mean is looked up once a shape, not once a field.
  struct Shape {
    std::uint32_t dataset = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> routing{};  // field number, which one
  };
  // Sigma field -> numbers of the fields of an event of some shape; filled as asked.
  using Positions =
      std::unordered_map<std::string, std::vector<std::uint32_t>, TextHash, std::equal_to<>>;
  struct Outcome {
    std::vector<RuleIndex> yes{};
    std::vector<RuleIndex> maybe{};
  };
  // Which memberships and extractions (indices into the dataset's) hold for an event.
  struct PlanKey {
    std::uint32_t dataset = 0;
    std::vector<std::uint32_t> held{};
    std::vector<std::uint32_t> extractions{};
    auto operator<=>(const PlanKey&) const = default;
  };
  // The rules for such events, the fields they ask for, and what was learnt.
  struct Plan {
    PlanKey key{};
    std::vector<bool> rules{};
    std::vector<RuleIndex> unanchored{};
    std::vector<FieldId> slots{};  // slot -> field, ascending
    std::vector<Verdict> on_absence{};
    std::vector<std::pair<std::uint32_t, FieldId>> keywords{};  // slot and field
    std::shared_ptr<const Needles> needles{};                   // of all of them
    std::vector<std::optional<std::vector<Use>>> uses{};        // by shape
    std::vector<Positions> positions{};                         // by shape
    std::vector<Verdict> present{};                             // the event at hand: by slot
    Memo signatures{};                                          // `present` -> index into outcomes
    std::vector<Outcome> outcomes{};
  };
  std::uint32_t shape_of(const event::Event& event);
  [[nodiscard]] Shape make_shape(const event::Event& event) const;
  [[nodiscard]] std::uint32_t dataset_of(const event::Event& event) const;
  Plan& plan_of(const event::Event& event, std::uint32_t shape);
  std::string_view routing_key(const event::Event& event, const Shape& shape);
  std::uint32_t make_plan(std::uint32_t dataset);
  [[nodiscard]] bool applies(const RuleGroup& group, const PlanKey& key) const;
  void choose_rules(Plan& plan);
  [[nodiscard]] bool conditions_hold(const std::vector<Membership::Condition>& when,
                                     std::uint32_t dataset) const;
  void extend(const event::Event& event);
  void extract(const Extraction& extraction, const event::Field& from);
  [[nodiscard]] const std::vector<std::uint32_t>& positions_of(std::string_view sigma) const;

  void collect(const event::Event& event, std::uint32_t shape, Plan& plan);
  void collect_keywords(const event::Event& event, Plan& plan);
  std::shared_ptr<const Needles> needles_for(std::vector<std::string> keywords);
  [[nodiscard]] std::vector<Use> uses_of(const event::Event& event, const Plan& plan) const;
  static bool remembered(const event::Field& value);
  Memo& memo_of(FieldId field, const event::Field& value);
  Verdict verdict(Use& use, const event::Field& value);
  Verdict ask(FieldId field, const event::Field& value);
  Verdict intern(const std::vector<TestId>& tests);
  Verdict join(Verdict one, Verdict other);
  const Outcome& outcome(Plan& plan);
  Outcome evaluate(const Plan& plan);
  void settle_late(const std::vector<RuleIndex>& maybe);
  bool late_holds(const Test& test, TestId id);
  bool remembered_regex(const Test& test, TestId id, const event::Field& value);
  void set_truth(const Plan& plan, bool holds);
  void forget_if_full();

  std::shared_ptr<const Engine> engine_;
  Options options_;
  event::Names* names_ = nullptr;
  Evaluator evaluator_;
  ValuesOf values_of_;

  Memo shape_ids_;  // paths -> index into shapes_
  std::vector<Shape> shapes_;
  std::vector<Memo> routes_;  // by dataset: routing values -> index into plans_
  std::array<const event::Field*, most_routing> routing_values_{};
  std::vector<std::unique_ptr<Plan>> plans_;
  std::map<PlanKey, std::uint32_t> plan_ids_;
  std::map<std::vector<std::string>, std::shared_ptr<const Needles>> needles_;

  std::vector<Memo> values_;  // by field: bytes as they stand in the record -> verdict
  std::unordered_map<TestId, std::array<Memo, 2>> late_;  // late regexes: value -> 0 or 1
  std::vector<std::vector<TestId>> verdicts_;
  Memo verdict_ids_;

  FieldMatcher::Scratch scratch_;
  std::vector<TestId> found_;
  std::vector<bool> truth_;
  std::vector<bool> looked_at_;
  std::string key_;
  std::vector<event::PathId> paths_;
  event::Event extended_;
  std::deque<std::string> extracted_texts_;  // what extracted fields point into

  Plan* plan_ = nullptr;
  const event::Event* event_ = nullptr;
  std::uint32_t shape_ = 0;  // of event_
  Values late_values_;
  std::vector<RuleIndex> matched_;
  Stats stats_;
};

}  // namespace haidang::detect
