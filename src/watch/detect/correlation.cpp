#include "watch/detect/correlation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "watch/detect/number.hpp"

namespace haidang::detect {
namespace {

using Type = Correlation::Type;

constexpr std::array<std::string_view, 9> type_names{
    "event_count", "value_count", "temporal",  "temporal_ordered", "value_sum",
    "value_avg",   "value_min",   "value_max", "value_percentile"};

struct BoundName {
  std::string_view name;
  Compare compare;
};
constexpr std::array bound_names{
    BoundName{"eq", Compare::eq},   BoundName{"neq", Compare::neq}, BoundName{"gt", Compare::gt},
    BoundName{"gte", Compare::gte}, BoundName{"lt", Compare::lt},   BoundName{"lte", Compare::lte},
};

constexpr std::array<std::string_view, 7> known_keys{"type",     "rules",     "group-by", "aliases",
                                                     "timespan", "condition", "generate"};

constexpr std::size_t most_in_order = 32;

// What a correlation counts is 1 or more, for something has just happened. Is there a count,
// up to `most`, that meets all bounds? (Near the bounds, if anywhere.)
bool can_hold(const std::vector<Correlation::Bound>& bounds, double most) {
  const auto holds = [&](double count) {
    return count >= 1 && count <= most && meets(bounds, count);
  };
  return holds(1) || std::ranges::any_of(bounds, [&](const Correlation::Bound& bound) {
           const double near = std::floor(bound.value);
           return holds(near - 1) || holds(near) || holds(near + 1);
         });
}

// Seconds in one of "s", "m", "h", "d" (the specification's), "w", "M", "y" (pySigma's).
std::optional<std::int64_t> seconds_of(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3'600;
    case 'd': return 86'400;
    case 'w': return 604'800;
    case 'M': return 2'629'746;
    case 'y': return 31'556'952;
    default: return {};
  }
}

class Reader {
 public:
  Reader(const yaml::Node& document, std::string_view file, std::size_t number)
      : file_(file), document_(document), node_(document.find("correlation")) {
    read_.header = parse_header(document, file, number);
  }

  Result<Correlation> read() {
    if (read_.header.title.empty()) return refuse("'title' is missing", document_);
    const auto level = document_.text_of("level");
    if (!level.empty() && !level_of(level))
      return refuse(fmt::format("level '{}' is not one of Sigma's", level), part("level"));
    if (!node_->is_mapping()) return refuse("'correlation' must be a mapping", *node_);
    for (const auto& item : node_->items)
      if (!std::ranges::count(known_keys, item.key))
        return refuse(fmt::format("unknown key '{}'", item.key), item);
    TRY_VOID(read_type());
    TRY_VOID(read_rules());
    TRY_VOID(read_timespan());
    TRY_VOID(read_condition());
    TRY_VOID(read_group_by());
    TRY_VOID(read_aliases());
    TRY_VOID(read_generate());
    return std::move(read_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(std::string what, const yaml::Node& at) const {
    return invalid(fmt::format("correlation: {}", what), yaml::place(file_, at));
  }

  // The part of that name, for its line; where there is none, the whole.
  [[nodiscard]] const yaml::Node& part(std::string_view name) const {
    if (const auto* found = node_->find(name)) return *found;
    const auto* found = document_.find(name);
    return found != nullptr ? *found : *node_;
  }

  // Texts, one or a list of them, none twice.
  Result<std::vector<std::string>> texts(const yaml::Node& node) const {
    auto found = node.texts();
    const bool whole =
        node.is_scalar() || (node.is_sequence() && found.size() == node.items.size());
    if (!whole || found.empty() || std::ranges::count(found, ""))
      return refuse(fmt::format("'{}' must be a name or a list of names", node.key), node);
    for (const auto& text : found)
      if (std::ranges::count(found, text) > 1)
        return refuse(fmt::format("'{}' names '{}' twice", node.key, text), node);
    return found;
  }

  Result<> read_type() {
    const auto type = node_->text_of("type");
    const auto known = std::ranges::find(type_names, type);
    if (known == type_names.end())
      return refuse(
          fmt::format("unknown type '{}', not one of {}", type, fmt::join(type_names, ", ")),
          part("type"));
    read_.type = static_cast<Type>(known - type_names.begin());
    return {};
  }

  Result<> read_rules() {
    const auto* rules = node_->find("rules");
    if (rules == nullptr) return refuse("'rules' is missing", *node_);
    TRY(auto names, texts(*rules));
    for (auto& name : names) read_.references.push_back({.text = std::move(name)});
    if (read_.type == Type::temporal_ordered && read_.references.size() > most_in_order)
      return refuse(fmt::format("an order of more than {} rules", most_in_order), *rules);
    return {};
  }

  Result<> read_timespan() {
    const auto text = node_->text_of("timespan");
    const auto unit = text.empty() ? std::nullopt : seconds_of(text.back());
    const auto count =
        unit ? number_of<std::int64_t>(text.substr(0, text.size() - 1)) : std::nullopt;
    constexpr std::int64_t most_seconds = 10LL * 31'556'952;
    if (!count || *count <= 0 || *count > most_seconds / *unit)
      return refuse(
          fmt::format("timespan '{}' is not a number and one of s, m, h, d (up to 10 years)", text),
          part("timespan"));
    read_.timespan = std::chrono::seconds(*count * *unit);
    return {};
  }

  [[nodiscard]] bool temporal() const {
    return read_.type == Type::temporal || read_.type == Type::temporal_ordered;
  }

  [[nodiscard]] bool counts() const { return temporal() || read_.type == Type::event_count; }

  Result<> read_condition() {
    const auto* condition = node_->find("condition");
    if (condition == nullptr)
      return temporal() ? Result<>() : Result<>(refuse("'condition' is missing", *node_));
    if (!condition->is_mapping())
      return refuse("'condition' must be a mapping such as 'gte: 10'", *condition);
    for (const auto& item : condition->items) TRY_VOID(read_bound(item));
    if (read_.bounds.empty()) return refuse("'condition' has no bound (gte: 10 …)", *condition);
    TRY_VOID(check_fields(*condition));
    return check_bounds(*condition);
  }

  [[nodiscard]] Result<> check_fields(const yaml::Node& condition) const {
    const auto name = name_of(read_.type);
    if (counts() && !read_.fields.empty())
      return refuse(fmt::format("{} counts no values of a field: leave out 'field', or use "
                                "value_count",
                                name),
                    condition);
    if (!counts() && read_.fields.empty())
      return refuse(fmt::format("{} needs 'field' in its condition", name), condition);
    const bool tuple = read_.type == Type::value_count ||
                       (read_.type == Type::value_percentile && !read_.percentile);
    if (read_.fields.size() > 1 && !tuple)
      return refuse(fmt::format("{} works on one field, not on several", name), condition);
    return {};
  }

  [[nodiscard]] Result<> check_bounds(const yaml::Node& condition) const {
    if (!counts() && read_.type != Type::value_count) return {};
    const double most = temporal() ? static_cast<double>(read_.references.size()) : HUGE_VAL;
    if (can_hold(read_.bounds, most)) return {};
    return refuse(
        "'condition' can never hold: what is counted is at least 1 (that nothing "
        "happened cannot be noticed), and of rules at most all",
        condition);
  }

  Result<> read_bound(const yaml::Node& item) {
    if (item.key == "field") {
      TRY(read_.fields, texts(item));
      return {};
    }
    const auto number = finite_number_of(item.text);
    if (!number) return refuse(fmt::format("'{}: {}' is no number", item.key, item.text), item);
    if (item.key == "percentile" && read_.type == Type::value_percentile) {
      if (*number < 0 || *number > 100) return refuse("percentile lies in 0 to 100", item);
      read_.percentile = number;
      return {};
    }
    const auto known = std::ranges::find(bound_names, item.key, &BoundName::name);
    if (known == bound_names.end())
      return refuse(fmt::format("unknown bound '{}' in condition", item.key), item);
    read_.bounds.push_back({known->compare, *number});
    return {};
  }

  Result<> read_group_by() {
    const auto* groups = node_->find("group-by");
    if (groups == nullptr || groups->is_null()) return {};
    if (groups->is_sequence() && groups->items.empty()) return {};
    TRY(read_.group_by, texts(*groups));
    return {};
  }

  Result<> read_aliases() {
    const auto* aliases = node_->find("aliases");
    if (aliases == nullptr || aliases->is_null()) return {};
    if (!aliases->is_mapping()) return refuse("'aliases' must be a mapping", *aliases);
    for (const auto& alias : aliases->items) {
      if (!alias.is_mapping() || alias.items.empty())
        return refuse("an alias maps rule names to fields", alias);
      for (const auto& rule : alias.items) {
        if (!rule.is_scalar() || rule.text.empty())
          return refuse(fmt::format("alias '{}' names no field for '{}'", alias.key, rule.key),
                        rule);
        read_.aliases[alias.key][rule.key] = rule.text;
      }
    }
    return {};
  }

  // The specification's schema has it beside `correlation`, its text inside.
  Result<> read_generate() {
    for (const auto* node : {node_->find("generate"), document_.find("generate")}) {
      if (node == nullptr) continue;
      if (node->text != "true" && node->text != "false")
        return refuse("'generate' is either true or false", *node);
      read_.generate = node->text == "true";
      return {};
    }
    return {};
  }

  std::string_view file_;
  const yaml::Node& document_;
  const yaml::Node* node_;
  Correlation read_;
};

}  // namespace

bool meets(const Correlation::Bound& bound, double value) {
  switch (bound.compare) {
    case Compare::eq: return value == bound.value;
    case Compare::neq: return value != bound.value;
    case Compare::gt: return value > bound.value;
    case Compare::gte: return value >= bound.value;
    case Compare::lt: return value < bound.value;
    case Compare::lte: return value <= bound.value;
  }
  return false;
}

bool meets(const std::vector<Correlation::Bound>& bounds, double value) {
  return std::ranges::all_of(bounds, [value](const auto& bound) { return meets(bound, value); });
}

std::string_view name_of(Correlation::Type type) {
  return type_names[static_cast<std::size_t>(type)];
}

Result<Correlation> parse_correlation(const yaml::Node& document, std::string_view file,
                                      std::size_t number) {
  return Reader(document, file, number).read();
}

}  // namespace haidang::detect
