#include "watch/detect/rule.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "watch/detect/condition.hpp"
#include "watch/detect/field_item.hpp"

namespace haidang::detect {
namespace {

constexpr std::array<std::string_view, 5> level_names{"informational", "low", "medium", "high",
                                                      "critical"};
constexpr std::size_t most_tests = 100'000;

// Parts of `detection` that are no selections.
bool is_selection(std::string_view key) { return key != "condition" && key != "timeframe"; }

class Detection {
 public:
  Detection(std::string_view file, const Placeholders& placeholders, std::vector<Test>& tests)
      : file_(file), placeholders_(placeholders), tests_(tests) {}

  Result<Expr> read(const yaml::Node& detection) {
    if (!detection.is_mapping())
      return invalid("'detection' must be a mapping of selections and a condition",
                     yaml::place(file_, detection));
    Selections selections;
    for (const auto& item : detection.items) {
      if (!is_selection(item.key)) continue;
      TRY(selections[item.key], selection(item));
    }
    return condition(detection, selections);
  }

 private:
  Result<Expr> condition(const yaml::Node& detection, const Selections& selections) const {
    const yaml::Node* node = detection.find("condition");
    if (node == nullptr || node->texts().empty())
      return invalid("'condition' is missing", yaml::place(file_, detection));
    Expr any{.kind = Expr::Kind::any, .test = 0, .items = {}};
    for (const auto& text : node->texts()) {
      TRY(Expr one, parse_condition(text, selections, yaml::place(file_, *node)));
      any.items.push_back(std::move(one));
    }
    return any.items.size() == 1 ? Expr(any.items.front()) : any;
  }

  // A mapping: all its items. A list: any of its mappings or keywords. A text: a keyword.
  Result<Expr> selection(const yaml::Node& node) {
    if (tests_.size() > most_tests)
      return invalid("the rule has too many values", yaml::place(file_, node));
    if (node.is_mapping()) return all_items(node);
    if (node.is_scalar()) return keyword(node);
    if (node.items.empty())
      return invalid(fmt::format("selection '{}' is empty", node.key), yaml::place(file_, node));
    Expr any{.kind = Expr::Kind::any, .test = 0, .items = {}};
    for (const auto& item : node.items) {
      TRY(Expr one, selection(item));
      any.items.push_back(std::move(one));
    }
    return any;
  }

  Result<Expr> all_items(const yaml::Node& node) {
    if (node.items.empty())
      return invalid(fmt::format("selection '{}' is empty", node.key), yaml::place(file_, node));
    Expr all{.kind = Expr::Kind::all, .test = 0, .items = {}};
    for (const auto& item : node.items) {
      TRY(Expr one, parse_field_item(item, file_, placeholders_, tests_));
      all.items.push_back(std::move(one));
    }
    return all.items.size() == 1 ? Expr(all.items.front()) : all;
  }

  Result<Expr> keyword(const yaml::Node& node) {
    yaml::Node nameless = node;
    nameless.key.clear();
    return parse_field_item(nameless, file_, placeholders_, tests_);
  }

  std::string_view file_;
  const Placeholders& placeholders_;
  std::vector<Test>& tests_;
};

std::string_view sign(Compare compare) {
  constexpr std::array<std::string_view, 6> signs{"", "|neq", "|gt", "|gte", "|lt", "|lte"};
  return signs[static_cast<std::size_t>(compare)];
}

std::string_view part_name(TimePart part) {
  constexpr std::array<std::string_view, 7> names{"",      "|minute", "|hour", "|day",
                                                  "|week", "|month",  "|year"};
  return names[static_cast<std::size_t>(part)];
}

std::string_view place_name(Place place) {
  constexpr std::array<std::string_view, 4> names{"", "|startswith", "|endswith", "|contains"};
  return names[static_cast<std::size_t>(place)];
}

std::string pattern_written(const Test& test) {
  const std::string field = test.cased ? test.field + "|cased" : test.field;
  const auto literal = test.pattern.literal();
  switch (test.pattern.shape()) {
    case Shape::contains: return fmt::format("{}|contains: '{}'", field, literal);
    case Shape::starts_with: return fmt::format("{}|startswith: '{}'", field, literal);
    case Shape::ends_with: return fmt::format("{}|endswith: '{}'", field, literal);
    case Shape::equals: return fmt::format("{}: '{}'", field, literal);
    case Shape::any:
    case Shape::general: break;
  }
  return fmt::format("{}: '{}'", field, test.pattern.written());
}

}  // namespace

std::string Test::written() const {
  switch (op) {
    case Op::pattern: return pattern_written(*this);
    case Op::regex: return fmt::format("{}|re: '{}'", field, text);
    case Op::cidr: return fmt::format("{}|cidr: {}", field, text);
    case Op::null: return fmt::format("{}: null", field);
    case Op::exists: return fmt::format("{}|exists: true", field);
    case Op::number:
      return fmt::format("{}{}{}: {}", field, part_name(part), sign(compare), number);
    case Op::fieldref:
      return fmt::format("{}{}{}|fieldref: {}", field, cased ? "|cased" : "", place_name(place),
                         text);
  }
  return field;
}

std::string Test::key() const {
  std::string key;
  key.reserve(field.size() + text.size() + 96);
  for (const auto part_of_it :
       {std::to_underlying(op), std::uint8_t{cased}, std::to_underlying(compare),
        std::to_underlying(part), std::to_underlying(place)})
    key.push_back(static_cast<char>(part_of_it));
  const auto bits = std::bit_cast<std::array<char, sizeof number>>(number);
  key.append(bits.data(), bits.size());
  const auto add = [&key](std::string_view more) {
    const auto size = std::bit_cast<std::array<char, sizeof(std::size_t)>>(more.size());
    key.append(size.data(), size.size()).append(more);
  };
  add(field);
  add(text);
  for (const auto& piece : pattern.pieces()) {
    key.push_back(static_cast<char>(piece.kind));
    add(piece.text);
  }
  return key;
}

std::string_view name_of(Level level) { return level_names[static_cast<std::size_t>(level)]; }

std::optional<Level> level_of(std::string_view name) {
  const auto found = std::ranges::find(level_names, name);
  if (found == level_names.end()) return {};
  return static_cast<Level>(found - level_names.begin());
}

std::string Header::place() const { return fmt::format("{}:{}", file, line); }

Header parse_header(const yaml::Node& document, std::string_view file, std::size_t number) {
  Header header;
  header.file = file;
  header.line = document.line;
  header.id = document.text_of("id");
  if (header.id.empty()) header.id = fmt::format("{}#{}", file, number);
  header.name = document.text_of("name");
  header.title = document.text_of("title");
  header.description = document.text_of("description");
  header.level = level_of(document.text_of("level")).value_or(Level::medium);
  if (const auto* own = document.find("haidang")) header.title_vi = own->text_of("title_vi");
  if (const auto* tags = document.find("tags")) header.tags = tags->texts();
  return header;
}

Logsource parse_logsource(const yaml::Node& document) {
  const auto* node = document.find("logsource");
  if (node == nullptr) return {};
  return {std::string(node->text_of("product")), std::string(node->text_of("category")),
          std::string(node->text_of("service"))};
}

Result<Expr> parse_detection(const yaml::Node& detection, std::string_view file,
                             const Placeholders& placeholders, std::vector<Test>& tests) {
  return Detection(file, placeholders, tests).read(detection);
}

Result<Rule> parse_rule(const yaml::Node& document, std::string_view file, std::size_t number,
                        const Placeholders& placeholders) {
  Rule rule{.header = parse_header(document, file, number),
            .logsource = parse_logsource(document),
            .tests = {},
            .expr = {}};
  if (rule.header.title.empty()) return invalid("'title' is missing", rule.header.place());
  const auto level = document.text_of("level");
  if (!level.empty() && !level_of(level))
    return invalid(fmt::format("level '{}' is not one of Sigma's", level), rule.header.place());
  if (document.find("logsource") == nullptr)
    return invalid("'logsource' is missing", rule.header.place());
  const auto* detection = document.find("detection");
  if (detection == nullptr) return invalid("'detection' is missing", rule.header.place());
  TRY(rule.expr, parse_detection(*detection, file, placeholders, rule.tests));
  return rule;
}

}  // namespace haidang::detect
