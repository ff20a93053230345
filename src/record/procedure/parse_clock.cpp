#include <array>

#include <fmt/format.h>

#include "base/quantity.hpp"
#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

constexpr std::uint32_t most_working_days = 1000;
constexpr std::uint32_t most_repeats = 100;

// "5 working days", "1 working day", or a duration in calendar time.
std::optional<Due> due_in(Reader& in, const Node& node) {
  for (const std::string_view unit : {" working days", " working day"}) {
    if (!node.is_scalar() || !node.text.ends_with(unit)) continue;
    const auto days =
        parse_integer(std::string_view(node.text).substr(0, node.text.size() - unit.size()));
    if (days && *days >= 1 && *days <= most_working_days)
      return Due{.working_days = static_cast<std::uint32_t>(*days)};
    in.problem(node, fmt::format("'{}': working days are 1 to {}", node.text, most_working_days));
    return std::nullopt;
  }
  const auto duration = in.duration(node);
  if (!duration) return std::nullopt;
  return Due{.calendar = *duration};
}

// One term for any regime, or a mapping of regimes to terms.
void read_due(Reader& in, const Node& node, Clock& into) {
  if (!node.is_mapping()) {
    if (const auto due = due_in(in, node)) into.due[""] = *due;
    return;
  }
  for (const auto& item : node.items) {
    const auto regime = in.name(item.key, item, Sort::regime);
    if (const auto due = due_in(in, item)) into.due[regime] = *due;
  }
}

void read_when(Reader& in, const Node& node, Clock& into) { into.when = read_condition(in, node); }
void read_on_due(Reader& in, const Node& node, Clock& into) {
  into.on_due = read_effects(in, node);
}
void read_repeat(Reader& in, const Node& node, Clock& into) { into.repeat = in.duration(node); }
void read_most(Reader& in, const Node& node, Clock& into) {
  into.most_repeats = in.count(node, most_repeats);
}

constexpr std::array keys{
    Key<Clock>{"label", read_label<&Clock::label>, true},
    Key<Clock>{"source", read_text<&Clock::source>, true},
    Key<Clock>{"starts_on", read_names<&Clock::starts_on, Sort::start>, true},
    Key<Clock>{"when", read_when},
    Key<Clock>{"counts_from", read_name<&Clock::counts_from, Sort::field>},
    Key<Clock>{"due", read_due, true},
    Key<Clock>{"stops_on", read_names<&Clock::stops_on, Sort::stop>, true},
    Key<Clock>{"stopped_by", read_name<&Clock::stopped_by, Sort::party>},
    Key<Clock>{"on_due", read_on_due, true},
    Key<Clock>{"repeat", read_repeat},
    Key<Clock>{"most_repeats", read_most},
};

}  // namespace

void read_clocks(Reader& in, const Node& node, std::vector<Clock>& into) {
  read_parts(in, node, keys, "clock", into);
}

}  // namespace haidang::procedure::parsing
