#include "app/rules_command.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/catalogue_path.hpp"
#include "app/detect_settings.hpp"
#include "app/output.hpp"
#include "app/watch_rules.hpp"
#include "base/json_text.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"

namespace haidang::app {
namespace {

struct CheckSettings {
  Format format = Format::table;
  std::string catalogue{};
  std::vector<std::string> paths{};
};

Settings declare(CheckSettings& chosen) {
  Settings settings("haidang rules check",
                    "name every Sigma rule that cannot be honoured, and why");
  settings.choice({"format", "FORM", "lines for people, or JSON lines"}, chosen.format,
                  {{"table", Format::table}, {"ndjson", Format::ndjson}});
  settings.text({"catalogue", "DIR", "folder of mappings and placeholders"}, chosen.catalogue);
  settings.positionals({"DIR", "DIR|FILE", "Sigma rules (*.yml)"}, chosen.paths, {1, 100'000});
  return settings;
}

struct Remark {
  std::string_view kind;  // "refused" | "note"
  std::string where;
  std::string what;
};

std::string written(const detect::Logsource& logsource) {
  std::vector<std::string> parts;
  if (!logsource.product.empty()) parts.push_back("product=" + logsource.product);
  if (!logsource.category.empty()) parts.push_back("category=" + logsource.category);
  if (!logsource.service.empty()) parts.push_back("service=" + logsource.service);
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
  return text.empty() ? "(none)" : text;
}

void remark_refused(const detect::RuleSet& rules, std::vector<Remark>& remarks) {
  for (const auto& error : rules.refused) remarks.push_back({"refused", error.where, error.what});
}

// One note a logsource: a set of rules for clouds that a city has not would bury all else.
void remark_unreachable(const detect::RuleSet& rules, const detect::Mappings& mappings,
                        std::vector<Remark>& remarks) {
  std::map<detect::Logsource, std::vector<const detect::Rule*>> lost;
  for (const auto& rule : rules.rules)
    if (!mappings.reachable(rule.logsource)) lost[rule.logsource].push_back(&rule);
  for (const auto& [logsource, those] : lost) {
    remarks.push_back(
        {"note", those.front()->header.place(),
         fmt::format("no mapping gives logsource {}: {} rules see only events of unknown kind, or "
                     "all with --logsource {}",
                     written(logsource), those.size(), written(logsource))});
  }
}

void remark_duplicates(const detect::RuleSet& rules, std::vector<Remark>& remarks) {
  std::map<std::string, std::string> first;
  const auto look = [&](const detect::Header& header) {
    const auto [known, fresh] = first.try_emplace(header.id, header.place());
    if (!fresh)
      remarks.push_back({"note", header.place(),
                         fmt::format("its id {} is that of {} too", header.id, known->second)});
  };
  for (const auto& rule : rules.rules) look(rule.header);
  for (const auto& correlation : rules.correlations) look(correlation.header);
}

std::string for_people(const detect::RuleSet& rules, const std::vector<Remark>& remarks) {
  constexpr std::size_t widest = 1000;
  std::string out;
  for (const auto& remark : remarks)
    out += fmt::format("{}: {}: {}\n", text::shown(remark.where, widest), remark.kind,
                       text::shown(remark.what, widest));
  return out + fmt::format("{} rules, {} correlations, {} filters read from {} files; {} refused\n",
                           rules.rules.size(), rules.correlations.size(), rules.filters,
                           rules.files, rules.refused.size());
}

std::string for_machines(const detect::RuleSet& rules, const std::vector<Remark>& remarks) {
  std::string out;
  for (const auto& remark : remarks) {
    out += '{';
    for (const auto& [key, value] :
         {std::pair<std::string_view, std::string_view>{"kind", remark.kind},
          {"where", remark.where},
          {"what", remark.what}}) {
      append_json_key(out, key);
      append_json_string(out, value);
    }
    out += "}\n";
  }
  return out +
         fmt::format(
             R"({{"kind":"summary","rules":{},"correlations":{},"filters":{},"files":{},"refused":{}}})"
             "\n",
             rules.rules.size(), rules.correlations.size(), rules.filters, rules.files,
             rules.refused.size());
}

Result<ExitCode> check(const CheckSettings& chosen, const Terminal& terminal) {
  TRY(const auto catalogue, find_catalogue(catalogue_hints(chosen.catalogue)));
  TRY(const auto placeholders, placeholders_of(catalogue));
  TRY(const auto mappings, mappings_of(catalogue));
  TRY(const auto rules, detect::load_rules(chosen.paths, placeholders));
  std::vector<Remark> remarks;
  remark_refused(rules, remarks);
  remark_unreachable(rules, mappings, remarks);
  remark_duplicates(rules, remarks);
  const bool people = chosen.format == Format::table;
  Output output(terminal.output);
  if (!output.write(people ? for_people(rules, remarks) : for_machines(rules, remarks)))
    return ExitCode::output_failed;
  return rules.refused.empty() ? ExitCode::done : ExitCode::unread;
}

ExitCode run_check(Arguments arguments, const Terminal& terminal) {
  CheckSettings chosen;
  Settings settings = declare(chosen);
  const auto parsed = settings.parse(arguments);
  if (!parsed) {
    fmt::print(terminal.messages, "haidang rules check: {}\n", parsed.error().message());
    return ExitCode::usage;
  }
  if (*parsed == Settings::Parsed::help)
    return Output(terminal.output).write(settings.help()) ? ExitCode::done
                                                          : ExitCode::output_failed;
  const auto code = check(chosen, terminal);
  if (code) return *code;
  fmt::print(terminal.messages, "haidang rules check: {}\n", code.error().message());
  return ExitCode::unread;
}

}  // namespace

ExitCode run_rules(Arguments arguments, const Terminal& terminal) {
  constexpr std::array<std::string_view, 1> known{"check"};
  constexpr std::array<std::string_view, 1> help{"--help"};
  if (!arguments.empty() && arguments.front() == known.front())
    return run_check(arguments.subspan(1), terminal);
  if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h"))
    return run_check(help, terminal);
  const std::string_view word = arguments.empty() ? "" : arguments.front();
  fmt::print(terminal.messages,
             "haidang rules: '{}' is not known{}; usage: haidang rules check DIR…\n",
             text::shown(word), did_you_mean(word, known));
  return ExitCode::usage;
}

}  // namespace haidang::app
