// docs/formats/verify_ledger.py, written from docs/formats/ledger.md, on a ledger that we wrote.
#include <cstdio>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "record/ledger/checkpoint.hpp"
#include "record/ledger/trial.hpp"
#include "record/ledger/trial_projection.hpp"

namespace haidang::ledger {
namespace {

// Its output and, at the end, its exit code.
std::string verified_by_stranger(const TrialLedger& trial) {
  const std::string command =
      fmt::format("python3 -B {}/docs/formats/verify_ledger.py {}/record.db {}/checkpoints 2>&1",
                  HAIDANG_SOURCE_DIR, trial.dir().string(), trial.dir().string());
  FILE* pipe = ::popen(command.c_str(), "r");
  CHECK(pipe != nullptr, "a shell starts");
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  const int status = ::pclose(pipe);
  return said + std::to_string(WEXITSTATUS(status));
}

TEST(Format, AVerifierWrittenFromItsPageAgreesWithUs) {
  TrialLedger trial({names_projection()});
  const auto signer = must(Signer::open(trial.dir() / "key"));
  for (int i = 0; i < 12; ++i)
    must(put_name(*trial, fmt::format("khoá {}", i), "Sở Khoa học \"và\" Công nghệ\n\x01"));
  const auto last = must(trial->acts(11, 1)).front();
  const Checkpoint unsigned_one{.ledger = trial->identity(),
                                .seq = last.seq,
                                .hash = last.hash,
                                .at = last.at,
                                .key = signer.public_key(),
                                .signature = {}};
  must(append_line(trial.dir() / "checkpoints", signer.sign(unsigned_one)));
  EXPECT_EQ(verified_by_stranger(trial), "whole\n0");

  must(trial.connect()->run("UPDATE acts SET body = REPLACE(body, 'khoá 4', 'khoá 5')"));
  EXPECT_EQ(verified_by_stranger(trial), "act 5: changed\n1");
  must(trial.connect()->run("DELETE FROM acts WHERE seq >= 5"));
  EXPECT_THAT(verified_by_stranger(trial), testing::StartsWith("act 12: not what the checkpoint"));
}

}  // namespace
}  // namespace haidang::ledger
