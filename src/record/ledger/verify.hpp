// The verifier: reads a ledger as a stranger would and names every place where it is not whole.
//
// Finds a changed byte in any act, a removed or inserted act, a broken chain, a cut tail and a
// history hashed again (both by checkpoints), and a projection that differs from its acts. Goes on
// after a finding where it can, to at most `most_findings`. Changes nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/ledger/checkpoint.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::ledger {

struct Finding {
  enum class Kind : std::uint8_t {
    changed,         // the content of act `seq` is not what its hash says
    broken_link,     // act `seq` does not follow from the one before
    gap,             // the act that should be `seq` is absent
    cut_tail,        // a checkpoint knows act `seq`, the ledger ends before it
    rewritten,       // the ledger's act `seq` is whole but not the one a checkpoint signed
    bad_checkpoint,  // its signature is wrong, or it is another ledger's
    projection,      // a table differs from what the acts make
    unreadable,      // the database cannot be read at this place
  };
  Kind kind;
  std::uint64_t seq = 0;
  std::string what;  // for people: table, row, checkpoint's file and line
};

struct Verified {
  std::uint64_t acts = 0;
  Digest head{};
  std::uint64_t checkpoints = 0;
  std::vector<Finding> findings{};
};

struct VerifyOptions {
  std::string address;
  std::vector<Checkpoint> checkpoints{};
  std::string public_key{};               // hex; empty: checkpoints are not asked for
  std::vector<Projection> projections{};  // empty: only acts are verified
  std::size_t most_findings = 100;
  std::function<void(std::uint64_t done, std::uint64_t of)> progress{};
};

// "changed", "broken_link" … as the kinds are called above.
std::string_view name_of(Finding::Kind kind);

// Fails only where there is nothing to read (no such file or server, no ledger in it).
Result<Verified> verify(const VerifyOptions& options);

}  // namespace haidang::ledger
