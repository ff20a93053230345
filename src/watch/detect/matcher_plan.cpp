// The part of Matcher that is done once a kind of event: what its paths mean, which dataset it
// is of, which rules apply and what they ask for. The part done for each event: matcher.cpp.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "watch/detect/matcher.hpp"

namespace haidang::detect {

using event::Event;
using event::Field;

Matcher::Shape Matcher::make_shape(const Event& event) const {
  Shape shape{.dataset = dataset_of(event)};
  const Dataset& own = engine_->mappings().datasets()[shape.dataset];
  std::vector<bool> taken(own.routing.size(), false);
  for (std::uint32_t i = 0; i < event.fields.size(); ++i)
    for (const auto& name : own.sigma_names(names_->name(event.fields[i].path), {})) {
      const auto found = std::ranges::find(own.routing, name) - own.routing.begin();
      const auto slot = static_cast<std::size_t>(found);
      if (slot == own.routing.size() || taken[slot]) continue;
      taken[slot] = true;
      shape.routing.emplace_back(i, static_cast<std::uint32_t>(slot));
    }
  return shape;
}

std::uint32_t Matcher::dataset_of(const Event& event) const {
  const Mappings& mappings = engine_->mappings();
  if (!event.dataset.empty()) {
    const auto named = mappings.named(event.dataset);
    CHECK(named < routes_.size(), "a reader names a dataset that catalogue/mappings lacks");
    return named;
  }
  Marks seen;
  for (const auto& field : event.fields) seen |= mappings.mark_of(names_->name(field.path));
  return mappings.recognised(seen);
}

bool Matcher::conditions_hold(const std::vector<Membership::Condition>& when,
                              std::uint32_t dataset) const {
  const auto& routing = engine_->mappings().datasets()[dataset].routing;
  return std::ranges::all_of(when, [&](const Membership::Condition& condition) {
    const auto at = std::ranges::find(routing, condition.field) - routing.begin();
    const Field* value = routing_values_[static_cast<std::size_t>(at)];
    if (value == nullptr) return false;
    std::string scratch;
    std::string folded;
    text::casefold(event::plain(*value, scratch), folded);
    return condition.accepts(folded);
  });
}

std::uint32_t Matcher::make_plan(std::uint32_t dataset) {
  const Dataset& own = engine_->mappings().datasets()[dataset];
  PlanKey key{.dataset = dataset};
  for (std::uint32_t i = 0; i < own.memberships.size(); ++i)
    if (conditions_hold(own.memberships[i].when, dataset)) key.held.push_back(i);
  for (std::uint32_t i = 0; i < own.extractions.size(); ++i)
    if (conditions_hold(own.extractions[i].when, dataset)) key.extractions.push_back(i);
  const auto [known, fresh] = plan_ids_.try_emplace(key, static_cast<std::uint32_t>(plans_.size()));
  if (!fresh) return known->second;
  plans_.push_back(std::make_unique<Plan>(Plan{.key = key}));
  choose_rules(*plans_.back());
  return known->second;
}

bool Matcher::applies(const RuleGroup& group, const PlanKey& key) const {
  if (options_.logsource) return group.logsource.covers(*options_.logsource);
  const Dataset& own = engine_->mappings().datasets()[key.dataset];
  return own.everything || std::ranges::any_of(key.held, [&](std::uint32_t i) {
           return group.logsource.covers(own.memberships[i].logsource);
         });
}

void Matcher::choose_rules(Plan& plan) {
  plan.rules.assign(engine_->rules().rules.size(), false);
  std::vector<std::string> keywords;
  for (const auto& group : engine_->groups()) {
    if (!applies(group, plan.key)) continue;
    for (const RuleIndex rule : group.rules) plan.rules[rule] = true;
    plan.unanchored.insert(plan.unanchored.end(), group.unanchored.begin(), group.unanchored.end());
    plan.slots.insert(plan.slots.end(), group.fields.begin(), group.fields.end());
    keywords.insert(keywords.end(), group.keywords.begin(), group.keywords.end());
    if (group.keyword_field) plan.keywords.emplace_back(0, *group.keyword_field);
  }
  std::ranges::sort(plan.slots);
  plan.slots.erase(std::ranges::unique(plan.slots).begin(), plan.slots.end());
  for (auto& [slot, field] : plan.keywords)
    slot = static_cast<std::uint32_t>(std::ranges::lower_bound(plan.slots, field) -
                                      plan.slots.begin());
  if (!keywords.empty()) plan.needles = needles_for(std::move(keywords));
  for (const FieldId field : plan.slots)
    plan.on_absence.push_back(intern(engine_->matcher(field).on_absence()));
}

std::shared_ptr<const Needles> Matcher::needles_for(std::vector<std::string> keywords) {
  std::ranges::sort(keywords);
  keywords.erase(std::ranges::unique(keywords).begin(), keywords.end());
  auto& known = needles_[keywords];
  if (!known) known = std::make_shared<const Needles>(keywords);
  return known;
}

std::vector<Matcher::Use> Matcher::uses_of(const Event& event, const Plan& plan) const {
  const Dataset& own = engine_->mappings().datasets()[plan.key.dataset];
  std::vector<Use> uses;
  for (std::uint32_t i = 0; i < event.fields.size(); ++i)
    for (const auto& name : own.sigma_names(names_->name(event.fields[i].path), plan.key.held)) {
      const FieldId* field = engine_->field(name);
      if (field == nullptr) continue;
      const auto slot = std::ranges::lower_bound(plan.slots, *field);
      if (slot == plan.slots.end() || *slot != *field) continue;
      uses.push_back({.at = i,
                      .slot = static_cast<std::uint32_t>(slot - plan.slots.begin()),
                      .field = *field});
    }
  return uses;
}

}  // namespace haidang::detect
