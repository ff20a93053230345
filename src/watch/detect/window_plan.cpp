#include "watch/detect/window_plan.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace haidang::detect {
namespace {

using Names = std::vector<std::string>;

void add_name(Names& names, const std::string& name) {
  if (!std::ranges::count(names, name)) names.push_back(name);
}

class Planner {
 public:
  explicit Planner(const RuleSet& rules)
      : rules_(rules), planned_(rules.correlations.size(), false) {
    plan_.of_rule.resize(rules.rules.size());
    plan_.fields_of_rule.resize(rules.rules.size());
    plan_.of_correlation.resize(rules.correlations.size());
    plan_.carried.resize(rules.correlations.size());
  }

  Plan plan() {
    for (std::uint32_t c = 0; c < rules_.correlations.size(); ++c) add_listeners(c);
    for (const auto c : outer_first()) pass_on(c);
    return std::move(plan_);
  }

 private:
  [[nodiscard]] std::vector<Listener>& listeners_of(const Correlation::Reference& reference) {
    return (reference.correlation ? plan_.of_correlation : plan_.of_rule)[reference.index];
  }

  [[nodiscard]] const Header& header_of(const Correlation::Reference& reference) const {
    return reference.correlation ? rules_.correlations[reference.index].header
                                 : rules_.rules[reference.index].header;
  }

  void add_listeners(std::uint32_t c) {
    const auto& correlation = rules_.correlations[c];
    for (std::uint32_t r = 0; r < correlation.references.size(); ++r) {
      auto& listeners = listeners_of(correlation.references[r]);
      if (std::ranges::count(listeners, c, &Listener::correlation)) continue;  // named twice
      listeners.push_back({.correlation = c,
                           .reference = r,
                           .group_by = resolved(correlation, r, correlation.group_by),
                           .fields = resolved(correlation, r, correlation.fields)});
    }
  }

  [[nodiscard]] Names resolved(const Correlation& correlation, std::uint32_t r,
                               const Names& names) const {
    Names fields;
    for (const auto& name : names)
      fields.push_back(field_for(correlation, correlation.references[r], name));
    return fields;
  }

  [[nodiscard]] std::string field_for(const Correlation& correlation,
                                      const Correlation::Reference& reference,
                                      const std::string& name) const {
    const auto alias = correlation.aliases.find(name);
    if (alias == correlation.aliases.end()) return name;
    const auto& header = header_of(reference);
    for (const auto& called : {reference.text, header.name, header.id})
      if (const auto field = alias->second.find(called); field != alias->second.end())
        return field->second;
    return name;
  }

  // Every correlation after all that refer to it.
  std::vector<std::uint32_t> outer_first() {
    std::vector<std::uint32_t> order;
    while (order.size() < rules_.correlations.size()) {
      const auto before = order.size();
      for (std::uint32_t c = 0; c < rules_.correlations.size(); ++c)
        if (!planned_[c] && heard_in_full(c)) {
          planned_[c] = true;
          order.push_back(c);
        }
      CHECK(order.size() > before, "correlations refer to each other in a circle");
    }
    return order;
  }

  [[nodiscard]] bool heard_in_full(std::uint32_t c) const {
    return std::ranges::all_of(plan_.of_correlation[c], [this](const Listener& listener) {
      return planned_[listener.correlation];
    });
  }

  // What `c` reads, and what is read through it, its references must bring.
  void pass_on(std::uint32_t c) {
    for (const auto& reference : rules_.correlations[c].references) {
      for (const auto& listener : listeners_of(reference))
        if (listener.correlation == c) {
          for (const auto& field : listener.group_by) bring(reference, field);
          for (const auto& field : listener.fields) bring(reference, field);
        }
      for (const auto& field : plan_.carried[c]) bring(reference, field);
    }
  }

  void bring(const Correlation::Reference& reference, const std::string& field) {
    if (!reference.correlation) return add_name(plan_.fields_of_rule[reference.index], field);
    const auto& group = rules_.correlations[reference.index].group_by;
    if (!std::ranges::count(group, field)) add_name(plan_.carried[reference.index], field);
  }

  const RuleSet& rules_;
  Plan plan_;
  std::vector<bool> planned_;
};

}  // namespace

Plan plan_of(const RuleSet& rules) { return Planner(rules).plan(); }

}  // namespace haidang::detect
