#include "app/wiring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/trial.hpp"

namespace haidang::app {
namespace {

using testing::HasSubstr;

TEST(Program, TellsWhatItCanDo) {
  struct Row {
    std::vector<std::string> arguments;
    ExitCode code;
    std::string_view output, messages;
  };
  const Row rows[] = {
      {{"--help"}, ExitCode::done, "detect", ""},
      {{"help"}, ExitCode::done, "detect", ""},
      {{"help", "detect"}, ExitCode::done, "--threads N", ""},
      {{"detect", "--help"}, ExitCode::done, "--threads N", ""},
      {{"help", "rules"}, ExitCode::done, "haidang rules check", ""},
      {{"--version"}, ExitCode::done, "haidang ", ""},
      {{}, ExitCode::usage, "", "detect"},
      {{"detct"}, ExitCode::usage, "", "did you mean 'detect'"},
      {{"help", "detct"}, ExitCode::usage, "", "did you mean 'detect'"},
      {{"rules"}, ExitCode::usage, "", "rules check"},
      {{"rules", "chek"}, ExitCode::usage, "", "did you mean 'check'"},
      {{"detect"}, ExitCode::usage, "", "FILE is missing"},
      {{"detect", "--thread", "1", "-"}, ExitCode::usage, "", "did you mean '--threads'"},
      {{"detect", "--utc-offset", "7", "-"}, ExitCode::usage, "", "+07:00"},
      {{"detect", "--logsource", "x", "-"}, ExitCode::usage, "", "product="},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::PrintToString(row.arguments));
    const auto said = run_caught(row.arguments);
    EXPECT_EQ(said.code, row.code);
    EXPECT_THAT(said.output, HasSubstr(row.output));
    EXPECT_THAT(said.messages, HasSubstr(row.messages));
  }
}

}  // namespace
}  // namespace haidang::app
