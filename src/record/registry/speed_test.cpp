// What a person waits for: a list of 50 by text among 100,000.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include <gtest/gtest.h>

#include "record/registry/tables.hpp"
#include "record/registry/trial_registry.hpp"

namespace haidang::registry {
namespace {

constexpr int many = 100'000;

// Straight into the table: what is measured is reading.
void fill(ledger::TrialLedger& trial) {
  const auto sql = trial.connect();
  ledger::must(sql->run("BEGIN"));
  for (int n = 0; n < many; ++n) {
    const auto id = "don-vi-" + std::to_string(n);
    const auto name = "Ủy ban nhân dân phường số " + std::to_string(n);
    ledger::must(sql->run(
        "INSERT INTO registry_entry (kind, id, version, unit, name, parent, day_from, day_to, "
        "newest, origin, origin_day, words, fields) VALUES "
        "('unit', ?, ?, ?, ?, 'ubnd-tp', 16000, ?, 1, '', 0, ?, '{\"kind\":\"phuong\"}')",
        {id, std::int64_t{n} + 1, id, name, open_end, words_key({name, id})}));
    for (const auto& head : heads_of(words_of(name + " " + id))) {
      ledger::must(
          sql->run("INSERT INTO registry_word (kind, head, id) VALUES ('unit', ?, ?)", {head, id}));
    }
  }
  ledger::must(sql->run("COMMIT"));
}

double median_ms(TrialRegistry& trial, std::string_view text, std::size_t found) {
  std::vector<double> times;
  for (int turn = 0; turn < 9; ++turn) {
    const auto start = std::chrono::steady_clock::now();
    const auto page =
        trial.list({.kind = "unit", .at = day("2026-01-01"), .text = std::string(text)});
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
    EXPECT_EQ(page->entries.size(), found) << text;
  }
  std::ranges::sort(times);
  std::printf("'%s': %.1f ms\n", std::string(text).c_str(), times[4]);
  return times[4];
}

TEST(Speed, FiftyByTextAmongAHundredThousand) {
  TrialRegistry trial;
  fill(trial.ledger());
  double slowest = 0;
  for (const auto* const text : {"uy ban phuong", "phuong 9999", "99998", "khong co ai"}) {
    const std::size_t found = std::string_view(text) == "uy ban phuong" ? 50
                              : std::string_view(text) == "phuong 9999" ? 11
                              : std::string_view(text) == "99998"       ? 1
                                                                        : 0;
    slowest = std::max(slowest, median_ms(trial, text, found));
  }
  EXPECT_LT(slowest, 20.0);
}

}  // namespace
}  // namespace haidang::registry
