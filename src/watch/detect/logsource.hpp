// Which kind of log a rule speaks of (Sigma "logsource"), or an event comes from.
#pragma once

#include <string>

namespace haidang::detect {

struct Logsource {
  std::string product{};
  std::string category{};
  std::string service{};

  // Does a rule with this logsource apply to an event of `event`? What the rule leaves open fits.
  [[nodiscard]] bool covers(const Logsource& event) const {
    const auto fits = [](const std::string& rule, const std::string& own) {
      return rule.empty() || rule == own;
    };
    return fits(product, event.product) && fits(category, event.category) &&
           fits(service, event.service);
  }
  auto operator<=>(const Logsource&) const = default;
};

}  // namespace haidang::detect
