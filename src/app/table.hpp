// Findings for people: rule by rule, gravest first, then sums.
//
//   CRITICAL    SSH log-on after password guessing                                3
//               2026-11-22 10:00:01 – 10:14:07 · web1
//               examples/ssh-guessing/auth.log:120   src_ip: 203.0.113.7
//
// Whatever comes from logs or rules is shown with its control characters escaped, and clipped to
// the terminal's columns.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "app/language.hpp"
#include "app/recorder.hpp"
#include "app/tally.hpp"
#include "app/totals.hpp"
#include "base/time.hpp"
#include "watch/detect/rule_set.hpp"

namespace haidang::app {

struct TableStyle {
  Language language = Language::en;
  std::size_t width = 100;
  bool colour = false;
  Offset clock = vietnam;
  std::size_t top = 100;  // rules shown
};

class Table {
 public:
  Table(std::shared_ptr<const detect::RuleSet> rules, std::vector<std::string> files,
        TableStyle style)
      : rules_(std::move(rules)), files_(std::move(files)), style_(style) {}

  [[nodiscard]] Language language() const { return style_.language; }
  [[nodiscard]] std::string render(const Tally& tally, const Totals& totals) const;
  // One finding on one line, as it happens (--follow).
  [[nodiscard]] std::string live_line(std::uint32_t rule, std::optional<Time> time,
                                      const Example& example) const;

 private:
  using Row = std::pair<std::uint32_t, const Tallied*>;

  [[nodiscard]] const detect::Header& header(std::uint32_t rule) const;
  [[nodiscard]] std::string title(std::uint32_t rule, std::size_t width) const;
  [[nodiscard]] std::string level_cell(detect::Level level) const;
  [[nodiscard]] std::vector<Row> sorted(const Tally& tally) const;
  [[nodiscard]] std::string count(std::uint64_t number) const;
  [[nodiscard]] std::string when(const Tallied& tallied) const;
  [[nodiscard]] std::string hosts(const Tallied& tallied) const;
  [[nodiscard]] std::string place(const detect::Origin& origin) const;

  void append_heading(std::string& out, const Totals& totals) const;
  void append_rules(std::string& out, const std::vector<Row>& rows) const;
  void append_rule(std::string& out, const Row& row) const;
  void append_example(std::string& out, const Example& example) const;
  void append_severities(std::string& out, const std::vector<Row>& rows) const;
  void append_tactics(std::string& out, const std::vector<Row>& rows) const;
  void append_sum(std::string& out, std::string_view what, std::uint64_t rules,
                  std::uint64_t matches) const;
  void append_nothing(std::string& out, const Totals& totals) const;

  std::shared_ptr<const detect::RuleSet> rules_;
  std::vector<std::string> files_;
  TableStyle style_;
};

// Tallies; with `live` it also writes each finding as a line.
std::unique_ptr<Recorder> make_tally_recorder(const Table* live);

}  // namespace haidang::app
