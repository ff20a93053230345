#include "app/table.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/example.hpp"
#include "app/table_words.hpp"
#include "app/tactics.hpp"
#include "base/text.hpp"

namespace haidang::app {
namespace {

using detect::Level;

constexpr std::size_t level_width = 12;
constexpr std::size_t count_width = 11;
constexpr std::size_t sum_width = 26;
constexpr std::size_t most_hosts_shown = 4;
constexpr std::array<Level, 5> gravest_first{Level::critical, Level::high, Level::medium,
                                             Level::low, Level::informational};

// Of a terminal (ECMA-48, SGR), by level.
constexpr std::array<std::string_view, 5> colours{"2", "36", "33", "31", "1;31"};

std::string date(const WallClock& at) {
  return fmt::format("{:04}-{:02}-{:02}", at.year, at.month, at.day);
}
std::string time_of_day(const WallClock& at) {
  return fmt::format("{:02}:{:02}:{:02}", at.hour, at.minute, at.second);
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  double number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; number >= 1024 && unit + 1 < units.size(); ++unit) number /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", number, units[unit]);
}

std::string offset_text(Offset offset) {
  const auto minutes = std::abs(offset.count());
  return fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

// The words that follow a file and line: "src_ip: 203.0.113.7".
std::string telling(const Example& example, std::size_t width) {
  const std::string field = example.field.empty() ? "" : example.field + ": ";
  return text::shown(field + example.value, width);
}

std::set<std::string> tactics_of(const detect::Header& header) {
  std::set<std::string> tactics;
  for (const auto& tag : header.tags)
    if (auto tactic = tactic_of(tag)) tactics.insert(std::move(*tactic));
  if (tactics.empty()) tactics.insert("");
  return tactics;
}

}  // namespace

std::string Table::render(const Tally& tally, const Totals& totals) const {
  std::string out;
  const auto rows = sorted(tally);
  append_heading(out, totals);
  if (rows.empty()) {
    append_nothing(out, totals);
    return out;
  }
  append_rules(out, rows);
  append_severities(out, rows);
  append_tactics(out, rows);
  return out;
}

const detect::Header& Table::header(std::uint32_t rule) const {
  const std::size_t first = rules_->rules.size();
  return rule < first ? rules_->rules[rule].header : rules_->correlations[rule - first].header;
}

std::string Table::title(std::uint32_t rule, std::size_t width) const {
  const auto& own = header(rule);
  const bool vietnamese = style_.language == Language::vi && !own.title_vi.empty();
  return text::shown(vietnamese ? own.title_vi : own.title, width);
}

std::string Table::level_cell(Level level) const {
  std::string word = text::fit(level_word(level, style_.language), level_width);
  if (!style_.colour) return word;
  return fmt::format("\x1b[{}m{}\x1b[0m", colours[static_cast<std::size_t>(level)], word);
}

std::vector<Table::Row> Table::sorted(const Tally& tally) const {
  std::vector<Row> rows;
  for (const auto& [rule, tallied] : tally) rows.emplace_back(rule, &tallied);
  std::ranges::sort(rows, [this](const Row& one, const Row& other) {
    const auto level = [this](const Row& row) { return header(row.first).level; };
    if (level(one) != level(other)) return level(one) > level(other);
    if (one.second->count != other.second->count) return one.second->count > other.second->count;
    return one.first < other.first;
  });
  return rows;
}

std::string Table::count(std::uint64_t number) const { return grouped(number, style_.language); }

std::string Table::when(const Tallied& tallied) const {
  if (!tallied.first || !tallied.last) return "";
  const WallClock first = wall_clock(*tallied.first, style_.clock);
  const WallClock last = wall_clock(*tallied.last, style_.clock);
  std::string text = date(first) + ' ' + time_of_day(first);
  if (date(first) != date(last)) return text + " – " + date(last) + ' ' + time_of_day(last);
  return time_of_day(first) == time_of_day(last) ? text : text + " – " + time_of_day(last);
}

std::string Table::hosts(const Tallied& tallied) const {
  std::vector<std::string> shown;
  for (const auto& host : tallied.hosts)
    if (shown.size() < most_hosts_shown) shown.push_back(text::shown(host, 40));
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  const std::size_t rest = tallied.hosts.size() - shown.size();
  if (rest > 0) text += fmt::format(" +{}", rest);
  if (tallied.more_hosts) text += fmt::format(" {}", table_words(style_.language).more_hosts);
  return text;
}

std::string Table::place(const detect::Origin& origin) const {
  return text::shown(files_[origin.file]) + ':' + std::to_string(origin.line);
}

void Table::append_heading(std::string& out, const Totals& totals) const {
  const auto& words = table_words(style_.language);
  out += fmt::format("Hải Đăng · {} {}, {} {}", count(rules_->rules.size()), words.rules,
                     count(rules_->correlations.size()), words.correlations);
  if (!rules_->refused.empty())
    out += fmt::format(" ({} {})", count(rules_->refused.size()), words.refused);
  out += fmt::format("\n{}: {} {}, {} {}, {}, {} {} · {}{}\n\n", words.read, count(totals.files),
                     words.files, count(totals.events), words.events, human_bytes(totals.bytes),
                     count(totals.unreadable), words.unreadable, words.times_at,
                     offset_text(style_.clock));
}

void Table::append_rules(std::string& out, const std::vector<Row>& rows) const {
  const std::size_t shown = std::min(rows.size(), style_.top);
  for (std::size_t i = 0; i < shown; ++i) append_rule(out, rows[i]);
  if (shown < rows.size())
    out += fmt::format("… {} {}\n\n", count(rows.size() - shown),
                       table_words(style_.language).more_rules);
}

void Table::append_rule(std::string& out, const Row& row) const {
  const auto& [rule, tallied] = row;
  const std::size_t room = style_.width - level_width - count_width;
  out += fmt::format("{}{}{:>{}}\n", level_cell(header(rule).level),
                     text::fit(title(rule, room), room), count(tallied->count), count_width);
  const std::string time = when(*tallied);
  const std::string where = hosts(*tallied);
  const std::string_view between = time.empty() || where.empty() ? "" : " · ";
  if (!time.empty() || !where.empty())
    out += fmt::format("{:{}}{}{}{}\n", "", level_width, time, between, where);
  if (tallied->example) append_example(out, *tallied->example);
  out += '\n';
}

void Table::append_example(std::string& out, const Example& example) const {
  const std::string where = place(example.origin);
  const std::size_t room = style_.width - level_width;
  const std::size_t used = text::columns(where) + 3;
  const std::string value = telling(example, room);
  out += fmt::format("{:{}}{}", "", level_width, where);
  if (value.empty()) {
    out += '\n';
  } else if (used + text::columns(value) <= room) {
    out += fmt::format("   {}\n", value);
  } else {
    out += fmt::format("\n{:{}}{}\n", "", level_width, value);
  }
}

void Table::append_severities(std::string& out, const std::vector<Row>& rows) const {
  out += fmt::format("{}\n", table_words(style_.language).by_severity);
  for (const Level level : gravest_first) {
    std::uint64_t rules = 0;
    std::uint64_t matches = 0;
    for (const auto& [rule, tallied] : rows) {
      if (header(rule).level != level) continue;
      ++rules;
      matches += tallied->count;
    }
    if (rules > 0) append_sum(out, level_word(level, style_.language), rules, matches);
  }
}

void Table::append_tactics(std::string& out, const std::vector<Row>& rows) const {
  struct Sum {
    std::uint64_t rules = 0;
    std::uint64_t matches = 0;
  };
  std::map<std::pair<std::size_t, std::string>, Sum> sums;
  for (const auto& [rule, tallied] : rows)
    for (const auto& tactic : tactics_of(header(rule))) {
      const std::size_t place = tactic.empty() ? ~std::size_t{0} : tactic_order(tactic);
      auto& sum = sums[{place, tactic}];
      ++sum.rules;
      sum.matches += tallied->count;
    }
  const auto& words = table_words(style_.language);
  out += fmt::format("\n{}\n", words.by_tactic);
  for (const auto& [key, sum] : sums) {
    const auto& tactic = key.second;
    const std::string name = tactic.empty() ? std::string(words.no_tactic)
                                            : tactic_name(text::shown(tactic), style_.language);
    append_sum(out, name, sum.rules, sum.matches);
  }
}

void Table::append_sum(std::string& out, std::string_view what, std::uint64_t rules,
                       std::uint64_t matches) const {
  const auto& words = table_words(style_.language);
  out += fmt::format("  {}{:>7} {}{:>{}} {}\n", text::fit(what, sum_width), count(rules),
                     text::fit(rules == 1 ? words.one_rule : words.rules, 5), count(matches),
                     count_width, matches == 1 ? words.one_match : words.matches);
}

void Table::append_nothing(std::string& out, const Totals& totals) const {
  const auto& words = table_words(style_.language);
  if (totals.events == 0) {
    out += fmt::format("{}\n{}\n", words.nothing_read, words.try_inputs);
  } else {
    out += fmt::format("{}\n{}\n{}\n", words.nothing_found, words.try_rules, words.try_check);
  }
}

std::string Table::live_line(std::uint32_t rule, std::optional<Time> time,
                             const Example& example) const {
  const WallClock at = wall_clock(time.value_or(now()), style_.clock);
  return fmt::format("{} {} {}{} · {} · {}\n", date(at), time_of_day(at),
                     level_cell(header(rule).level), title(rule, 80), place(example.origin),
                     telling(example, 80));
}

// --- recording ---------------------------------------------------------------------------------

namespace {

class TallyRecorder final : public Recorder {
 public:
  explicit TallyRecorder(const Table* live) : live_(live) {}

  void matched(const Matched& matched, Batch& batch) override {
    const auto time = matched.matcher.time();
    const std::string host = matched.matcher.host();
    for (const auto rule : matched.rules) {
      Tallied& tallied = batch.tally[rule];
      tallied.happened(time);
      tallied.on_host(host);
      // The first of the input is the first of some worker, so one a worker is enough.
      if (explained_.insert(rule).second) tallied.example = example_of(matched, rule);
      if (live_ != nullptr) batch.text += live_->live_line(rule, time, example_of(matched, rule));
    }
  }

 private:
  const Table* live_;
  std::set<detect::RuleIndex> explained_;
};

}  // namespace

std::unique_ptr<Recorder> make_tally_recorder(const Table* live) {
  return std::make_unique<TallyRecorder>(live);
}

}  // namespace haidang::app
