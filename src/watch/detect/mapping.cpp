#include "watch/detect/mapping.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "watch/detect/regex.hpp"

namespace haidang::detect {
namespace {

constexpr std::size_t most_file_bytes = 1U << 20;
constexpr std::size_t most_groups = 15;  // Matcher::extract has room for these
constexpr std::string_view unknown = "unknown";

std::string casefolded(std::string_view text) {
  std::string out;
  text::casefold(text, out);
  return out;
}

std::vector<Membership::Condition> conditions(const yaml::Node* when) {
  std::vector<Membership::Condition> found;
  if (when == nullptr) return found;
  for (const auto& item : when->items) {
    Membership::Condition condition{.field = item.key};
    for (const auto& text : item.texts()) condition.values.push_back(casefolded(text));
    found.push_back(std::move(condition));
  }
  return found;
}

// {Sigma: source} or {Sigma: [source, …]}
std::vector<Membership::Rename> renames(const yaml::Node* fields) {
  std::vector<Membership::Rename> found;
  if (fields == nullptr) return found;
  for (const auto& item : fields->items)
    for (auto& source : item.texts()) found.push_back({item.key, std::move(source)});
  return found;
}

std::vector<std::string> texts(const yaml::Node& node, std::string_view key) {
  const auto* found = node.find(key);
  return found == nullptr ? std::vector<std::string>() : found->texts();
}

std::vector<Membership> read_memberships(const yaml::Node& document) {
  std::vector<Membership> found;
  const auto* list = document.find("logsources");
  if (list == nullptr) return found;
  for (const auto& node : list->items) {
    Membership membership{
        .logsource = {std::string(node.text_of("product")), std::string(node.text_of("category")),
                      std::string(node.text_of("service"))},
        .when = conditions(node.find("when")),
        .fields = renames(node.find("fields"))};
    found.push_back(std::move(membership));
  }
  return found;
}

Result<std::vector<Extraction>> read_extractions(const yaml::Node& document,
                                                 const std::string& file) {
  std::vector<Extraction> found;
  const auto* list = document.find("extract");
  if (list == nullptr) return found;
  for (const auto& node : list->items) {
    auto compiled = compile_regex(std::string(node.text_of("pattern")));
    if (!compiled) return invalid(compiled.error().what, yaml::place(file, node));
    Extraction extraction{.from = std::string(node.text_of("from")),
                          .when = conditions(node.find("when")),
                          .pattern = std::move(*compiled)};
    for (const auto& [index, name] : extraction.pattern->CapturingGroupNames())
      extraction.names.push_back(name);
    const auto groups = static_cast<std::size_t>(extraction.pattern->NumberOfCapturingGroups());
    if (extraction.names.size() != groups)
      return invalid("every group of an extraction must be named: (?P<name>…)",
                     yaml::place(file, node));
    if (groups > most_groups)
      return invalid(fmt::format("more than {} groups in an extraction", most_groups),
                     yaml::place(file, node));
    found.push_back(std::move(extraction));
  }
  return found;
}

// "Event.UserData.*." fits "Event.UserData.EventXML.Param": what stands behind it, or nothing.
std::string_view behind(std::string_view path, std::string_view prefix) {
  const auto star = prefix.find('*');
  if (star == std::string_view::npos)
    return path.starts_with(prefix) ? path.substr(prefix.size()) : std::string_view();
  if (!path.starts_with(prefix.substr(0, star))) return {};
  const auto dot = path.find('.', star);
  return dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
}

// "Threat Name" is ThreatName to Sigma; evtx_dump keeps the text of an element with attributes
// in "#text".
std::string tidy(std::string_view name) {
  constexpr std::string_view text = ".#text";
  if (name.ends_with(text)) name.remove_suffix(text.size());
  std::string out(name);
  std::erase(out, ' ');
  return out;
}

void collect_fields(const std::vector<Membership::Condition>& when, std::vector<std::string>& to) {
  for (const auto& condition : when)
    if (std::ranges::find(to, condition.field) == to.end()) to.push_back(condition.field);
}

}  // namespace

bool Membership::Condition::accepts(std::string_view folded) const {
  return std::ranges::any_of(values, [folded](const std::string& value) {
    return value.ends_with('*') ? folded.starts_with(value.substr(0, value.size() - 1))
                                : folded == value;
  });
}

std::vector<std::string> Dataset::sigma_names(std::string_view path,
                                              const std::vector<std::uint32_t>& held) const {
  std::vector<std::string> found;
  const auto add = [&found](std::string sigma) {
    if (!sigma.empty() && std::ranges::find(found, sigma) == found.end())
      found.push_back(std::move(sigma));
  };
  for (const auto& prefix : prefixes) add(tidy(behind(path, prefix)));
  for (const auto& [sigma, source] : names)
    if (source == path) add(sigma);
  for (const std::uint32_t i : held)
    for (const auto& [sigma, source] : memberships[i].fields)
      if (source == path || std::ranges::find(found, source) != found.end()) add(sigma);
  return found;
}

Result<Mappings> Mappings::load(const std::string& directory) {
  TRY(const auto paths, list_files(directory, {.extensions = {".yml", ".yaml"}}));
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& path : paths) {
    TRY(auto text, read_file(path, most_file_bytes));
    files.emplace_back(path.string(), std::move(text));
  }
  return parse(files);
}

Result<Mappings> Mappings::parse(const std::vector<std::pair<std::string, std::string>>& files) {
  Mappings mappings;
  for (const auto& [file, text] : files) TRY_VOID(mappings.add_file(file, text));
  mappings.add_unknown();
  // No stable_sort: clang 19 rejects that of libstdc++ 12.
  std::ranges::sort(mappings.recognitions_, {}, [](const Recognition& r) {
    return std::pair(most_markers - r.wanted.count(), r.dataset);
  });
  return mappings;
}

Result<> Mappings::add_file(const std::string& file, const std::string& text) {
  TRY(const auto documents, yaml::parse(text, file));
  for (const auto& document : documents) {
    const auto* datasets = document.find("datasets");
    if (datasets == nullptr || !datasets->is_mapping())
      return invalid("'datasets' is missing", yaml::place(file, document));
    const auto memberships = read_memberships(document);
    TRY(const auto extractions, read_extractions(document, file));
    for (const auto& node : datasets->items)
      TRY_VOID(add_dataset(node, file, memberships, extractions));
  }
  return {};
}

Result<> Mappings::add_dataset(const yaml::Node& node, const std::string& file,
                               const std::vector<Membership>& memberships,
                               const std::vector<Extraction>& extractions) {
  if (named(node.key) < datasets_.size())
    return invalid(fmt::format("dataset '{}' is described twice", node.key),
                   yaml::place(file, node));
  Dataset dataset{.name = node.key,
                  .prefixes = texts(node, "prefixes"),
                  .names = renames(node.find("names")),
                  .time = texts(node, "time"),
                  .host = texts(node, "host"),
                  .memberships = memberships,
                  .extractions = extractions};
  if (dataset.prefixes.empty()) dataset.prefixes.emplace_back();
  for (const auto& membership : memberships) collect_fields(membership.when, dataset.routing);
  for (const auto& extraction : extractions) collect_fields(extraction.when, dataset.routing);
  if (dataset.routing.size() > most_routing)
    return invalid(fmt::format("more than {} different fields in 'when'", most_routing),
                   yaml::place(file, node));
  datasets_.push_back(std::move(dataset));
  const auto* has = node.find("has");
  if (has == nullptr) return {};  // only by its reader's word
  TRY(const Marks unwanted, marks_of(node.find("has_not"), file));
  for (const auto& paths : has->items) {
    TRY(const Marks wanted, marks_of(&paths, file));
    recognitions_.push_back({wanted, unwanted, static_cast<std::uint32_t>(datasets_.size() - 1)});
  }
  return {};
}

Result<Marks> Mappings::marks_of(const yaml::Node* paths, const std::string& file) {
  Marks marks;
  if (paths == nullptr) return marks;
  for (const auto& path : paths->texts()) {
    if (mark_of(path).none()) markers_.push_back(path);
    if (markers_.size() > most_markers)
      return invalid(fmt::format("more than {} different paths in 'has'", most_markers),
                     yaml::place(file, *paths));
    marks |= mark_of(path);
  }
  return marks;
}

void Mappings::add_unknown() {
  Dataset dataset{.name = std::string(unknown), .prefixes = {""}};
  dataset.time = {"@timestamp", "timestamp", "time", "ts", "eventTime", "UtcTime"};
  dataset.host = {"host", "hostname", "Computer", "host.name"};
  dataset.memberships.push_back({});
  dataset.everything = true;
  datasets_.push_back(std::move(dataset));
}

Marks Mappings::mark_of(std::string_view path) const {
  const auto found = std::ranges::find(markers_, path);
  Marks mark;
  if (found != markers_.end()) mark.set(static_cast<std::size_t>(found - markers_.begin()));
  return mark;
}

std::uint32_t Mappings::named(std::string_view dataset) const {
  const auto found = std::ranges::find(datasets_, dataset, &Dataset::name);
  return static_cast<std::uint32_t>(found - datasets_.begin());
}

std::uint32_t Mappings::recognised(Marks seen) const {
  for (const auto& [wanted, unwanted, dataset] : recognitions_)
    if ((seen & wanted) == wanted && (seen & unwanted).none()) return dataset;
  return static_cast<std::uint32_t>(datasets_.size() - 1);
}

bool Mappings::reachable(const Logsource& rule) const {
  return std::ranges::any_of(datasets_, [&rule](const Dataset& dataset) {
    return !dataset.everything &&
           std::ranges::any_of(dataset.memberships, [&rule](const Membership& membership) {
             return rule.covers(membership.logsource);
           });
  });
}

}  // namespace haidang::detect
