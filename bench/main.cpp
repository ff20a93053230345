// haidang_bench [--out DIR] [load|match|correlate|ledger|net|api …]
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report.hpp"

namespace {

struct Bench {
  std::string_view name;
  void (*run)(haidang::bench::Report&);
};
constexpr std::array benches{Bench{"load", haidang::bench::bench_load},
                             Bench{"match", haidang::bench::bench_match},
                             Bench{"correlate", haidang::bench::bench_correlate},
                             Bench{"ledger", haidang::bench::bench_ledger},
                             Bench{"net", haidang::bench::bench_net},
                             Bench{"api", haidang::bench::bench_api}};

}  // namespace

int main(int argc, char** argv) {
  std::string out;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--out" && i + 1 < argc)
      out = argv[++i];
    else
      wanted.push_back(word);
  }
  haidang::bench::Report report;
  for (const auto& bench : benches)
    if (wanted.empty() || std::ranges::find(wanted, bench.name) != wanted.end()) bench.run(report);
  if (!out.empty() && !report.write(out)) {
    fmt::print(stderr, "{}: the figures could not be written there\n", out);
    return 1;
  }
}
