#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/quantity.hpp"
#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

constexpr std::size_t longest_name = 48;
constexpr std::size_t longest_text = 2000;
constexpr std::size_t most_problems = 200;

std::string_view word_for(Sort sort) {
  switch (sort) {
    case Sort::field: return "field";
    case Sort::state: return "state";
    case Sort::action: return "action";
    case Sort::party: return "party";
    case Sort::document: return "kind of document";
    case Sort::regime: return "regime";
    case Sort::procedure: return "procedure";
    case Sort::access_role: return "role";
    case Sort::directive_role: return "role of the directive";
    case Sort::registry_kind: return "kind of registry entry";
    case Sort::notice_template: return "notice";
    case Sort::start: return "action, state or 'open'";
    case Sort::stop: return "action or state";
  }
  return "name";
}

bool is_name(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= longest_name && text.front() >= 'a' &&
         text.front() <= 'z' &&
         std::ranges::all_of(text, [&](char c) { return plain(c) || c == '_'; });
}

template <class T>
bool digits(std::string_view text, T& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<std::chrono::sys_days> day_in(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!digits(text.substr(0, 4), year) || !digits(text.substr(5, 2), month) ||
      !digits(text.substr(8, 2), day))
    return std::nullopt;
  const auto date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace

void Reader::problem(std::uint32_t line, std::string what) {
  if (problems.size() >= most_problems) return;
  problems.push_back({Error::Kind::invalid, std::move(what), fmt::format("{}:{}", file_, line)});
}

bool Reader::is_mapping(const Node& node, std::string_view what) {
  if (node.is_mapping()) return true;
  problem(node, fmt::format("{} must be a mapping of names to values", what));
  return false;
}

std::string Reader::text(const Node& node) {
  if (!node.is_scalar() || node.text.empty()) {
    problem(node, fmt::format("'{}' must be a text", node.key));
    return {};
  }
  if (node.text.size() > longest_text) {
    problem(node, fmt::format("'{}' is longer than {} bytes", node.key, longest_text));
    return {};
  }
  return node.text;
}

Label Reader::label(const Node& node) {
  static constexpr std::array keys{Key<Label>{"vi", read_text<&Label::vi>, true},
                                   Key<Label>{"en", read_text<&Label::en>, true}};
  Label label;
  read_keys(*this, node, keys, "a label", label);
  return label;
}

bool Reader::flag(const Node& node) {
  if (node.is_scalar() && node.plain && (node.text == "true" || node.text == "false"))
    return node.text == "true";
  problem(node, fmt::format("'{}' must be true or false", node.key));
  return false;
}

std::uint32_t Reader::count(const Node& node, std::uint32_t most) {
  const auto number = parse_integer(node.text);
  if (node.is_scalar() && number && *number >= 1 && *number <= most)
    return static_cast<std::uint32_t>(*number);
  problem(node, fmt::format("'{}' must be a number from 1 to {}", node.key, most));
  return 1;
}

std::optional<std::chrono::nanoseconds> Reader::duration(const Node& node) {
  const auto duration = parse_duration(node.text);
  if (node.is_scalar() && duration && duration->count() > 0) return *duration;
  problem(node, duration ? "must be longer than nothing" : duration.error().what);
  return std::nullopt;
}

std::optional<std::chrono::sys_days> Reader::day(const Node& node) {
  const auto day = day_in(node.text);
  if (!day) problem(node, fmt::format("'{}' must be a day as 2026-07-01", node.key));
  return day;
}

std::string Reader::identifier(const Node& node) {
  if (!is_name(node.key))
    problem(node, fmt::format("'{}' is not a name: use a-z, 0-9 and _, at most {}, a letter first",
                              node.key, longest_name));
  return node.key;
}

std::string Reader::name(const Node& node, Sort sort) {
  if (node.is_scalar()) return name(node.text, node, sort);
  problem(node, fmt::format("must be the name of one {}", word_for(sort)));
  return {};
}

std::string Reader::name(std::string_view word, const Node& at, Sort sort) {
  const auto all = known(sort);
  if (std::ranges::find(all, word) == all.end())
    problem(at, fmt::format("unknown {} '{}'{}", word_for(sort), word, did_you_mean(word, all)));
  return std::string(word);
}

std::vector<std::string> Reader::names(const Node& node, Sort sort) {
  std::vector<std::string> found;
  for (const Node* item : list(node)) {
    auto word = name(*item, sort);
    if (std::ranges::find(found, word) != found.end())
      problem(*item, fmt::format("'{}' is named twice", word));
    else
      found.push_back(std::move(word));
  }
  return found;
}

std::vector<const Node*> Reader::list(const Node& node) {
  std::vector<const Node*> items;
  if (!node.is_sequence()) return {&node};
  for (const auto& item : node.items) items.push_back(&item);
  return items;
}

std::span<const std::string_view> Reader::known(Sort sort) const {
  const auto found = names_.find(sort);
  if (found == names_.end()) return {};
  return found->second;
}

void Reader::remember(std::string_view what, const Node& node) {
  lines_[fmt::format("{} {}", what, node.key)] = node.line;
}

std::uint32_t Reader::line(std::string_view what, std::string_view part) const {
  const auto found = lines_.find(fmt::format("{} {}", what, part));
  return found == lines_.end() ? 1 : found->second;
}

const Field* Reader::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

void Reader::collect(const Node& root, std::string_view section, Sort sort) {
  const Node* part = root.find(section);
  if (part == nullptr || !part->is_mapping()) return;
  for (const auto& item : part->items) names_[sort].push_back(item.key);
}

void Reader::collect(const std::vector<std::string>& from, Sort sort) {
  names_[sort].assign(from.begin(), from.end());
}

// Clocks name actions and states alike, so that no word may be both.
void Reader::collect_moments() {
  auto& stops = names_[Sort::stop];
  for (const auto sort : {Sort::action, Sort::state})
    stops.insert(stops.end(), names_[sort].begin(), names_[sort].end());
  auto& starts = names_[Sort::start];
  starts = stops;
  starts.emplace_back("open");
}

void Reader::collect_names(const Node& root) {
  collect(root, "fields", Sort::field);
  collect(root, "states", Sort::state);
  collect(root, "actions", Sort::action);
  collect(root, "parties", Sort::party);
  collect(root, "documents", Sort::document);
  collect(root, "regimes", Sort::regime);
  collect(known_.procedures, Sort::procedure);
  collect(known_.access_roles, Sort::access_role);
  collect(known_.directive_roles, Sort::directive_role);
  collect(known_.registry_kinds, Sort::registry_kind);
  collect(known_.notice_templates, Sort::notice_template);
  collect_moments();
}

void refuse_unknown_keys(Reader& in, const Node& node, std::span<const std::string_view> known,
                         std::string_view what) {
  for (const auto& item : node.items)
    if (std::ranges::find(known, item.key) == known.end())
      in.problem(item, fmt::format("unknown key '{}' in {}{}", item.key, what,
                                   did_you_mean(item.key, known)));
}

}  // namespace haidang::procedure::parsing
