#include "watch/detect/correlate.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "base/check.hpp"
#include "watch/detect/number.hpp"
#include "watch/detect/window_groups.hpp"
#include "watch/detect/window_plan.hpp"

namespace haidang::detect {
namespace {

constexpr std::size_t most_evidence = 100;

const std::string* value_of(const Values& values, const std::string& name) {
  const auto found = std::ranges::find(values, name, &Values::value_type::first);
  return found == values.end() ? nullptr : &found->second;
}

// The values of all `names` as one text; false if one is missing.
bool tuple_of(const Values& values, const std::vector<std::string>& names, std::string& tuple) {
  tuple.clear();
  for (const auto& name : names) {
    const auto* value = value_of(values, name);
    if (value == nullptr) return false;
    append_value(tuple, *value);
  }
  return true;
}

std::unique_ptr<const Values> carried_of(const Values& values,
                                         const std::vector<std::string>& names) {
  if (names.empty()) return nullptr;
  auto carried = std::make_unique<Values>();
  for (const auto& name : names)
    if (const auto* value = value_of(values, name)) carried->emplace_back(name, *value);
  return carried;
}

Values named(const std::vector<std::string>& names, std::vector<std::string> values) {
  Values pairs;
  for (std::size_t i = 0; i < names.size(); ++i) pairs.emplace_back(names[i], std::move(values[i]));
  return pairs;
}

}  // namespace

class Correlator::State {
 public:
  State(std::shared_ptr<const RuleSet> rules, Limits limits)
      : rules_(std::move(rules)),
        limits_(limits),
        plan_(plan_of(*rules_)),
        told_(rules_->reported_correlations) {
    told_.resize(rules_->correlations.size(), true);  // a set that was not read tells all
    for (const auto& correlation : rules_->correlations)
      groups_.emplace_back(terms_of(correlation));
  }

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const Stats& stats() const { return stats_; }

  void see(const Occurrence& occurrence, std::vector<Correlated>& out) {
    ++stats_.seen;
    newest_ = std::max(newest_, occurrence.time);
    if (newest_ - occurrence.time > limits_.lateness) {
      ++stats_.late;
      return;
    }
    for (const auto& listener : plan_.of_rule[occurrence.rule]) hear(listener, occurrence, out);
    forget_idle();
  }

 private:
  // A report, and what outer correlations are told of it.
  struct Told {
    Correlated correlated;
    Values values;
  };

  void hear(const Listener& listener, const Occurrence& occurrence, std::vector<Correlated>& out) {
    if (!tuple_of(occurrence.values, listener.group_by, key_)) {
      ++stats_.without_group;
      return;
    }
    auto moment = moment_of(listener, occurrence);
    if (!moment) {
      ++stats_.without_value;
      return;
    }
    // Told only when all is in place: outer correlations may drop the group to make room.
    for (auto& told : put(listener.correlation, std::move(*moment))) tell(std::move(told), out);
  }

  std::optional<Moment> moment_of(const Listener& listener, const Occurrence& occurrence) {
    Moment moment{.at = {occurrence.time, occurrence.origin, listener.reference},
                  .carried = carried_of(occurrence.values, plan_.carried[listener.correlation])};
    switch (wanted(groups_[listener.correlation].terms())) {
      case Wanted::nothing: break;
      case Wanted::text:
        if (!tuple_of(occurrence.values, listener.fields, text_)) return {};
        break;
      case Wanted::number: {
        const auto* value = value_of(occurrence.values, listener.fields.front());
        const auto number = value == nullptr ? std::nullopt : finite_number_of(*value);
        if (!number) return {};
        moment.number = *number;
      }
    }
    return moment;
  }

  std::vector<Told> put(std::uint32_t correlation, Moment moment) {
    Groups& groups = groups_[correlation];
    const auto groups_before = groups.size();
    Group& group = groups.touch(key_, ++turn_);
    stats_.groups += groups.size() - groups_before;
    stats_.occurrences -= group.window.forget(groups.terms(), newest_, limits_.lateness);
    make_room(group);
    group.window.put(groups.terms(), std::move(moment), text_, found_);
    ++stats_.occurrences;
    std::vector<Told> told;
    told.reserve(found_.reports.size());
    for (const auto& report : found_.reports) told.push_back(told_of(correlation, group, report));
    return told;
  }

  Told told_of(std::uint32_t correlation, const Group& group, const Window::Report& report) {
    const Moment& moment = *report.moment;
    Told told{
        .correlated = {.correlation = correlation,
                       .time = moment.at.time,
                       .origin = moment.at.origin,
                       .group = named(rules_->correlations[correlation].group_by, values_of(key_)),
                       .value = report.value,
                       .evidence = group.window.evidence(groups_[correlation].terms(), moment,
                                                         most_evidence)},
        .values = {}};
    told.values = told.correlated.group;
    if (moment.carried)
      told.values.insert(told.values.end(), moment.carried->begin(), moment.carried->end());
    return told;
  }

  void tell(Told told, std::vector<Correlated>& out) {
    const auto& listeners = plan_.of_correlation[told.correlated.correlation];
    const Occurrence occurrence{.rule = told.correlated.correlation,
                                .time = told.correlated.time,
                                .origin = told.correlated.origin,
                                .values = std::move(told.values)};
    if (told_[told.correlated.correlation]) out.push_back(std::move(told.correlated));
    for (const auto& listener : listeners) hear(listener, occurrence, out);
  }

  // --- Limits ----------------------------------------------------------------------------------

  void make_room(Group& current) {
    while (stats_.groups > std::max<std::size_t>(limits_.most_groups, 1)) drop_oldest_group();
    while (stats_.occurrences >= std::max<std::size_t>(limits_.most_occurrences, 1))
      if (Groups& groups = with_oldest_group(); groups.oldest() == &current)
        drop_oldest_of(current);
      else
        drop_oldest_group();
    while (current.window.size() >= std::max<std::size_t>(limits_.most_in_group, 1))
      drop_oldest_of(current);
  }

  // PERF: looks at every correlation, but only while a limit is reached.
  Groups& with_oldest_group() {
    return *std::ranges::min_element(groups_, {}, [](Groups& groups) {
      const Group* oldest = groups.oldest();
      return oldest == nullptr ? std::numeric_limits<std::uint64_t>::max() : oldest->touched;
    });
  }

  void drop_oldest_of(Group& group) {
    if (group.window.drop_oldest()) ++stats_.forgotten;
    --stats_.occurrences;
  }

  void drop_oldest_group() {
    Groups& groups = with_oldest_group();
    stats_.forgotten += groups.oldest()->window.size_inside();
    drop(groups);
  }

  void drop(Groups& groups) {
    stats_.occurrences -= groups.oldest()->window.size();
    groups.drop_oldest();
    --stats_.groups;
  }

  // One correlation at a time, so that each group costs what its making cost.
  void forget_idle() {
    Groups& groups = groups_[++sweep_ % groups_.size()];
    for (auto* group = groups.oldest(); group != nullptr && idle(groups, *group);
         group = groups.oldest())
      drop(groups);
  }

  [[nodiscard]] bool idle(const Groups& groups, const Group& group) const {
    const auto last = group.window.last();
    return !last || (newest_ - *last) - limits_.lateness >= groups.terms().timespan;
  }

  std::shared_ptr<const RuleSet> rules_;
  Limits limits_;
  Plan plan_;
  std::vector<bool> told_;      // by correlation: does it leave this class?
  std::vector<Groups> groups_;  // by correlation
  Stats stats_;
  Time newest_{};  // no time lies before 1970
  std::uint64_t turn_ = 0;
  std::size_t sweep_ = 0;
  std::string key_;   // working space: of the group at hand
  std::string text_;  // working space: the values that are counted
  Window::Found found_;
};

Correlator::Correlator(std::shared_ptr<const RuleSet> rules, Limits limits)
    : state_(std::make_unique<State>(std::move(rules), limits)) {}
Correlator::~Correlator() = default;

const std::vector<std::string>& Correlator::fields_of(std::uint32_t rule) const {
  return state_->plan().fields_of_rule[rule];
}

bool Correlator::wants(std::uint32_t rule) const { return !state_->plan().of_rule[rule].empty(); }

void Correlator::see(const Occurrence& occurrence, std::vector<Correlated>& out) {
  if (wants(occurrence.rule)) state_->see(occurrence, out);
}

const Correlator::Stats& Correlator::stats() const { return state_->stats(); }

}  // namespace haidang::detect
