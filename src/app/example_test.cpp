#include "app/example.hpp"

#include <gtest/gtest.h>

namespace haidang::app {
namespace {

TEST(Example, BringsWhatMetTheTestNearTheStart) {
  const std::string far(100, 'x');
  struct Row {
    std::string value, wanted, shown;
  };
  const Row rows[] = {
      {"rm -rf /", "rm", "rm -rf /"},
      {far + "RM -rf /", "rm -rf", "…" + std::string(20, 'x') + "RM -rf /"},
      {far, "rm", far},
      {far, "", far},
      {std::string(60, 'x') + "ộộộộộộộộộộ!", "!", "…ộộộộộộ!"},  // never within a letter
  };
  for (const auto& row : rows) EXPECT_EQ(focused(row.value, row.wanted), row.shown);
}

TEST(Example, OfACorrelationIsItsGroupAndItsMeasure) {
  using Type = detect::Correlation::Type;
  const detect::Correlated correlated{
      .group = {{"src_ip", "203.0.113.7"}}, .value = 12, .evidence = {{0, 1}, {0, 2}}};
  struct Row {
    Type type;
    std::string_view shown;
  };
  constexpr Row rows[] = {
      {Type::event_count, "src_ip: 203.0.113.7 · 12 events"},
      {Type::value_count, "src_ip: 203.0.113.7 · 12 different values"},
      {Type::temporal, "src_ip: 203.0.113.7 · 2 events"},
      {Type::value_sum, "src_ip: 203.0.113.7 · value_sum 12"},
  };
  for (const auto& row : rows) {
    detect::Correlation correlation;
    correlation.type = row.type;
    EXPECT_EQ(example_of(correlated, correlation, Language::en).value, row.shown);
  }
}

}  // namespace
}  // namespace haidang::app
