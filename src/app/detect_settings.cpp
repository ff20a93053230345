#include "app/detect_settings.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"

namespace haidang::app {
namespace {

constexpr std::size_t most_paths = 1'000'000;

struct Part {
  std::string_view name;
  std::string detect::Logsource::* member;
};
constexpr std::array parts{Part{"product", &detect::Logsource::product},
                           Part{"category", &detect::Logsource::category},
                           Part{"service", &detect::Logsource::service}};

Result<> set_part(std::string_view word, detect::Logsource& into) {
  const std::size_t equals = std::min(word.find('='), word.size());
  const std::string_view name = word.substr(0, equals);
  const auto part = std::ranges::find(parts, name, &Part::name);
  if (part == parts.end() || equals + 1 >= word.size()) {
    return invalid(fmt::format("'{}' is not product=…, category=… or service=…", text::shown(word)),
                   "--logsource");
  }
  into.*(part->member) = word.substr(equals + 1);
  return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Settings declare(DetectSettings& chosen) {
  Settings settings("haidang detect", "find attacks in logs with Sigma rules");
  settings.texts({"rules", "DIR", "Sigma rules; without it: those of the catalogue"}, chosen.rules);
  settings.choice({"format", "FORM", "a table for people, or a JSON line a match"}, chosen.format,
                  {{"table", Format::table}, {"ndjson", Format::ndjson}});
  settings.flag({"stats", "", "end with a line of figures (JSON) on standard error"}, chosen.stats);
  settings.number({"threads", "N", "threads that match; 0: one a core"}, chosen.threads,
                  {0U, 256U});
  settings.flag({"explain", "", "say which field met which value (ndjson)"}, chosen.explain);
  settings.flag({"no-event", "", "leave the event out (ndjson)"}, chosen.no_event);
  settings.flag({"follow", "", "go on as the files grow, until interrupted"}, chosen.follow);
  settings.text({"logsource", "product=…,category=…,service=…",
                 "what all events are, whatever they look like"},
                chosen.logsource);
  settings.text({"utc-offset", "+HH:MM", "clock of stamps without a zone and of times shown"},
                chosen.utc_offset);
  settings.text({"catalogue", "DIR", "folder of mappings, placeholders and rules"},
                chosen.catalogue);
  settings.flag({"no-cache", "", "read the rules anew, not from ~/.cache/haidang"},
                chosen.no_cache);
  settings.number({"top", "N", "rules that the table shows"}, chosen.top,
                  {std::size_t{1}, std::size_t{1'000'000}});
  declare_language(settings, chosen.language);
  settings.positionals({"FILE", "FILE|DIR|-", "logs, plain, .gz or .zst; - is standard input"},
                       chosen.paths, {1, most_paths});
  return settings;
}

void declare_language(Settings& settings, Language& language) {
  language = language_of_environment();
  settings.choice({"lang", "LANG", "language of words for people"}, language,
                  {{"en", Language::en}, {"vi", Language::vi}});
}

Result<detect::Logsource> parse_logsource_option(std::string_view text) {
  detect::Logsource logsource;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    TRY_VOID(set_part(text.substr(0, comma), logsource));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return logsource;
}

Result<Offset> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return utc;
  std::string digits;
  std::ranges::copy_if(text.substr(std::min<std::size_t>(1, text.size())),
                       std::back_inserter(digits), [](char c) { return c != ':'; });
  const bool formed = !text.empty() && (text[0] == '+' || text[0] == '-') && digits.size() == 4 &&
                      std::ranges::all_of(digits, is_digit);
  const int hours = formed ? std::stoi(digits.substr(0, 2)) : 99;
  const int minutes = formed ? std::stoi(digits.substr(2)) : 99;
  if (hours > 14 || minutes > 59) {
    return invalid(
        fmt::format("'{}' is no offset from UTC; write it like +07:00", text::shown(text)),
        "--utc-offset");
  }
  const Offset offset(hours * 60 + minutes);
  return text[0] == '-' ? -offset : offset;
}

Result<std::optional<detect::Logsource>> DetectSettings::chosen_logsource() const {
  if (logsource.empty()) return std::nullopt;
  TRY(auto parsed, parse_logsource_option(logsource));
  return parsed;
}

Result<Offset> DetectSettings::clock() const { return parse_offset(utc_offset); }

unsigned DetectSettings::chosen_threads() const {
  return threads > 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace haidang::app
