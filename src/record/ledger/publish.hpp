// Sends signed checkpoints out of the database, to where its administrator does not rule.
//
//   head of the ledger ──sign──► line ─┬─► file outside the data directory
//                                      ├─► system's log (RFC 5424)
//                                      └─► time-stamping authority (RFC 3161) ─► FILE.SEQ.tsr
//
// Due when `every` has passed or `every_acts` acts were written since the last round, where an
// outlet has not got the head yet. An outlet that fails stops no other; it is counted, logged, and
// tried again in the next round. With the checkpoint file at hand, start refuses a ledger that
// contradicts its last line. A thread of its own; all functions are safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "record/ledger/checkpoint.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::ledger {

struct PublishOptions {
  std::filesystem::path file{};           // empty: none
  std::filesystem::path syslog_socket{};  // "/dev/log"; empty: none
  std::string stamp_url{};                // needs `file`; empty: none
  std::filesystem::path stamp_roots{};    // PEM; empty: the system's
  std::filesystem::path data_dir{};       // where `file` must not lie
  std::chrono::milliseconds every = std::chrono::minutes(5);
  std::uint64_t every_acts = 1000;
};

// How an outlet fares.
struct Outlet {
  std::string name;       // "file", "syslog", "timestamp"
  std::uint64_t seq = 0;  // the last act it has a checkpoint of
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  std::string last_error{};  // empty after a success
};

class CheckpointPublisher {
 public:
  // POSTs `body` and gives the body of a 200 answer.
  using Post = std::function<Result<std::string>(
      const std::string& url, const std::string& content_type, const std::string& body)>;

  // `ledger` and `log` outlive it. Publishes nothing until run() or publish().
  static Result<std::unique_ptr<CheckpointPublisher>> open(const Ledger& ledger, Signer signer,
                                                           PublishOptions options, Post post,
                                                           Log& log);
  CheckpointPublisher(const CheckpointPublisher&) = delete;
  CheckpointPublisher& operator=(const CheckpointPublisher&) = delete;
  // A last round is not made: call publish() for that.
  ~CheckpointPublisher();

  // From now on a thread publishes whenever it is due. Once.
  void run();
  // A round now. The first failure, after every outlet has been tried.
  Result<> publish();
  [[nodiscard]] std::vector<Outlet> outlets() const;

 private:
  struct State;
  explicit CheckpointPublisher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace haidang::ledger
