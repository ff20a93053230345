#include "watch/detect/rule_set.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "base/file.hpp"

namespace haidang::detect {
namespace {

constexpr std::size_t most_file_bytes = 4U << 20;

// A filter waits until all rules are known.
struct Filter {
  Header header{};
  Logsource logsource{};
  std::vector<std::string> rules{};  // ids or names; "any" for all of the logsource
  Expr expr{};
  std::vector<Test> tests{};
};

// What one file, or a share of all files, gave.
struct Yield {
  std::vector<Rule> rules{};
  std::vector<Correlation> correlations{};
  std::vector<Filter> filters{};
  std::vector<Error> refused{};
};

void move_into(auto& to, auto& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// --- Rule collections: `action: global | reset | repeat` over the documents of one file ---------

// What `over` says wins; mappings are joined.
void merge(yaml::Node& base, const yaml::Node& over) {
  for (const auto& item : over.items) {
    const auto own = std::ranges::find(base.items, item.key, &yaml::Node::key);
    if (own == base.items.end())
      base.items.push_back(item);
    else if (own->is_mapping() && item.is_mapping())
      merge(*own, item);
    else
      *own = item;
  }
  base.line = over.line;
}

void drop_key(yaml::Node& node, std::string_view key) {
  std::erase_if(node.items, [key](const yaml::Node& item) { return item.key == key; });
}

std::vector<yaml::Node> without_actions(std::vector<yaml::Node> documents) {
  yaml::Node global{.kind = yaml::Node::Kind::mapping};
  yaml::Node previous = global;
  std::vector<yaml::Node> plain;
  for (auto& document : documents) {
    if (!document.is_mapping()) {  // refused when it is read
      plain.push_back(std::move(document));
      continue;
    }
    const std::string action(document.text_of("action"));
    drop_key(document, "action");
    if (action == "reset") {
      global.items.clear();
      continue;
    }
    yaml::Node whole = action == "repeat" ? previous : global;
    merge(whole, document);
    if (action == "global") {
      global = std::move(whole);
      continue;
    }
    previous = whole;
    plain.push_back(std::move(whole));
  }
  return plain;
}

// --- One document ------------------------------------------------------------------------------

Result<Filter> parse_filter(const yaml::Node& document, std::string_view file, std::size_t number,
                            const Placeholders& placeholders) {
  Filter filter{.header = parse_header(document, file, number),
                .logsource = parse_logsource(document)};
  yaml::Node body = *document.find("filter");
  const auto* rules = body.find("rules");
  if (rules == nullptr || rules->texts().empty())
    return invalid("filter: 'rules' is missing: name the rules it works on, or 'any'",
                   yaml::place(file, body));
  filter.rules = rules->texts();
  drop_key(body, "rules");
  TRY(filter.expr, parse_detection(body, file, placeholders, filter.tests));
  return filter;
}

template <class T>
void keep(Result<T> parsed, std::vector<T>& kept, std::vector<Error>& refused) {
  if (parsed)
    kept.push_back(std::move(*parsed));
  else
    refused.push_back(std::move(parsed.error()));
}

void read_document(const yaml::Node& document, std::string_view file, std::size_t number,
                   const Placeholders& placeholders, Yield& yield) {
  if (!document.is_mapping())
    yield.refused.push_back(
        {Error::Kind::invalid, "a rule must be a mapping", yaml::place(file, document)});
  else if (document.find("correlation") != nullptr)
    keep(parse_correlation(document, file, number), yield.correlations, yield.refused);
  else if (document.find("filter") != nullptr)
    keep(parse_filter(document, file, number, placeholders), yield.filters, yield.refused);
  else
    keep(parse_rule(document, file, number, placeholders), yield.rules, yield.refused);
}

void read_text(std::string_view text, std::string_view file, const Placeholders& placeholders,
               Yield& yield) {
  auto documents = yaml::parse(text, file);
  if (!documents) return yield.refused.push_back(std::move(documents.error()));
  std::size_t number = 0;
  for (const auto& document : without_actions(std::move(*documents)))
    read_document(document, file, ++number, placeholders, yield);
}

// --- All together ------------------------------------------------------------------------------

// Rules and correlations by id and by name; the first of a name wins.
class Directory {
 public:
  explicit Directory(const RuleSet& set) {
    for (std::uint32_t i = 0; i < set.rules.size(); ++i) add(set.rules[i].header, {{}, false, i});
    for (std::uint32_t i = 0; i < set.correlations.size(); ++i)
      add(set.correlations[i].header, {{}, true, i});
  }
  [[nodiscard]] const Correlation::Reference* find(const std::string& text) const {
    const auto known = known_.find(text);
    return known == known_.end() ? nullptr : &known->second;
  }

 private:
  void add(const Header& header, const Correlation::Reference& reference) {
    known_.emplace(header.id, reference);
    if (!header.name.empty()) known_.emplace(header.name, reference);
  }
  std::map<std::string, Correlation::Reference> known_;
};

void shift_tests(Expr& expr, std::uint32_t by) {
  if (expr.kind == Expr::Kind::test) expr.test += by;
  for (auto& item : expr.items) shift_tests(item, by);
}

// rule and filter (specification: the filter's condition says what must hold besides).
void add_filter(Rule& rule, const Filter& filter) {
  Expr extra = filter.expr;
  shift_tests(extra, static_cast<std::uint32_t>(rule.tests.size()));
  rule.tests.insert(rule.tests.end(), filter.tests.begin(), filter.tests.end());
  Expr both{.kind = Expr::Kind::all, .test = 0, .items = {}};
  both.items.push_back(std::move(rule.expr));
  both.items.push_back(std::move(extra));
  rule.expr = std::move(both);
}

void apply_filter(const Filter& filter, const Directory& directory, RuleSet& set) {
  for (const auto& text : filter.rules) {
    if (text == "any") {
      for (auto& rule : set.rules)
        if (filter.logsource.covers(rule.logsource)) add_filter(rule, filter);
      continue;
    }
    const auto* found = directory.find(text);
    if (found == nullptr || found->correlation) {
      set.refused.push_back({Error::Kind::invalid,
                             fmt::format("filter: there is no detection rule '{}'", text),
                             filter.header.place()});
      continue;
    }
    Rule& rule = set.rules[found->index];
    if (filter.logsource.covers(rule.logsource)) add_filter(rule, filter);
  }
}

// Resolves what can be; a correlation that refers to nothing, or through others to itself, goes.
class Resolver {
 public:
  explicit Resolver(RuleSet& set) : set_(set) {}

  void run() {
    for (bool changed = true; changed;) changed = drop_unresolved() || drop_circles();
  }

 private:
  bool drop_unresolved() {
    const Directory directory(set_);
    for (std::size_t i = 0; i < set_.correlations.size(); ++i) {
      for (auto& reference : set_.correlations[i].references) {
        const auto* found = directory.find(reference.text);
        if (found == nullptr) return drop(i, fmt::format("there is no rule '{}'", reference.text));
        reference.correlation = found->correlation;
        reference.index = found->index;
      }
    }
    return false;
  }

  bool drop_circles() {
    for (std::uint32_t i = 0; i < set_.correlations.size(); ++i) {
      std::vector<bool> seen(set_.correlations.size(), false);
      if (reaches(i, i, seen)) return drop(i, "it refers to itself in a circle");
    }
    return false;
  }

  bool reaches(std::uint32_t from, std::uint32_t to, std::vector<bool>& seen) const {
    for (const auto& reference : set_.correlations[from].references) {
      if (!reference.correlation || seen[reference.index]) continue;
      if (reference.index == to) return true;
      seen[reference.index] = true;
      if (reaches(reference.index, to, seen)) return true;
    }
    return false;
  }

  bool drop(std::size_t i, const std::string& why) {
    set_.refused.push_back(
        {Error::Kind::invalid, "correlation: " + why, set_.correlations[i].header.place()});
    set_.correlations.erase(set_.correlations.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }

  RuleSet& set_;
};

// What is referred to is silent, unless one of those that refer to it says `generate`.
void decide_what_is_reported(RuleSet& set) {
  set.reported.assign(set.rules.size(), true);
  set.reported_correlations.assign(set.correlations.size(), true);
  for (const bool generate : {false, true})
    for (const auto& correlation : set.correlations) {
      if (correlation.generate != generate) continue;
      for (const auto& reference : correlation.references)
        (reference.correlation ? set.reported_correlations : set.reported)[reference.index] =
            generate;
    }
}

RuleSet join(std::vector<Yield> yields) {
  RuleSet set;
  std::vector<Filter> filters;
  for (auto& yield : yields) {
    move_into(set.rules, yield.rules);
    move_into(set.correlations, yield.correlations);
    move_into(filters, yield.filters);
    move_into(set.refused, yield.refused);
  }
  set.filters = filters.size();
  const Directory directory(set);
  for (const auto& filter : filters) apply_filter(filter, directory, set);
  Resolver(set).run();
  decide_what_is_reported(set);
  return set;
}

void read_files(const std::vector<std::string>& files, const Placeholders& placeholders,
                std::atomic<std::size_t>& next, std::vector<Yield>& yields) {
  for (std::size_t i = next++; i < files.size(); i = next++) {
    const auto text = read_file(files[i], most_file_bytes);
    if (text)
      read_text(*text, files[i], placeholders, yields[i]);
    else
      yields[i].refused.push_back(text.error());
  }
}

}  // namespace

Result<std::vector<std::string>> rule_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    TRY(const auto listed, list_files(path, {.extensions = {".yml", ".yaml"}}));
    for (const auto& file : listed) files.push_back(file.string());
  }
  std::ranges::sort(files);
  files.erase(std::ranges::unique(files).begin(), files.end());
  return files;
}

RuleSet read_rules(std::string_view text, std::string_view file, const Placeholders& placeholders) {
  std::vector<Yield> yields(1);
  read_text(text, file, placeholders, yields.front());
  RuleSet set = join(std::move(yields));
  set.files = 1;
  return set;
}

Result<RuleSet> load_rules(const std::vector<std::string>& paths,
                           const Placeholders& placeholders) {
  TRY(const auto files, rule_files(paths));
  std::vector<Yield> yields(files.size());
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back([&] { read_files(files, placeholders, next, yields); });
  threads.clear();  // joins
  RuleSet set = join(std::move(yields));
  set.files = files.size();
  return set;
}

Result<Placeholders> load_placeholders(const std::string& directory) {
  Placeholders placeholders;
  TRY(const auto files, rule_files({directory}));
  for (const auto& file : files) {
    TRY(const auto text, read_file(file, most_file_bytes));
    TRY(const auto documents, yaml::parse(text, file));
    for (const auto& document : documents)
      for (const auto& item : document.items) {
        auto& values = placeholders[item.key];
        for (auto& value : item.texts()) values.push_back(std::move(value));
      }
  }
  return placeholders;
}

}  // namespace haidang::detect
