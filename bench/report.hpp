// Figures of one run, as a table for people and as JSON for machines.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace haidang::bench {

struct Figure {
  std::string group;  // "match"
  std::string name;   // "1 core, cold"
  double value = 0;
  std::string unit;  // "× limit"
  std::optional<double> bar{};
  bool at_most = false;  // the bar is an upper one
  std::string note{};

  [[nodiscard]] bool reached() const { return !bar || (at_most ? value <= *bar : value >= *bar); }
};

class Report {
 public:
  void add(Figure figure);  // printed at once
  void skip(const std::string& group, const std::string& why);
  // One JSON file a group.
  bool write(const std::string& directory) const;

 private:
  std::vector<Figure> figures_;
};

// Each measures its part; all leave a line in the report, if only why they did not measure.
void bench_load(Report& report);
void bench_match(Report& report);
void bench_correlate(Report& report);
void bench_ledger(Report& report);
void bench_net(Report& report);
void bench_api(Report& report);

}  // namespace haidang::bench
