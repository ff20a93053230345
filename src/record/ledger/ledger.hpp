// The ledger: every change anyone makes is an act, chained by hashes and never changed again.
//
//   write: [validate against projections] -> append acts -> each projection takes them -> commit
//   read:  projections, on a connection of its own
//
// One writer at a time, in one process (a second one is refused); what write() has returned for
// is on the disk. Projections are tables made from acts alone, so that rebuild() makes them
// again, equal. All functions are safe from any thread; the listener is called on the writer's
// thread after the commit, in order of acts, and must not block or write.
// Refuses: opening a damaged head, a kind or body that is not well formed, a body over 1 MiB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/ledger/act.hpp"
#include "record/ledger/sql.hpp"

namespace haidang::ledger {

// Tables made from acts. `apply` depends on nothing but its own tables and the act: not on the
// clock, settings or another projection's tables. What it throws is a failure too. A change of
// `schema` or `version` makes the tables anew from the acts when the ledger is opened.
struct Projection {
  std::string name;                 // "registry"
  std::uint32_t version = 1;        // of what `apply` does
  std::vector<std::string> tables;  // all of them
  std::vector<std::string> schema;  // CREATE TABLE … and CREATE INDEX …, in order
  std::function<Result<>(Sql&, const Act&)> apply;
};

// Inside one transaction.
class Writer {
 public:
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  virtual ~Writer() = default;

  // Writes the act and lets every projection take it.
  virtual Result<Act> append(Draft draft) = 0;
  // Projections as they stand inside the transaction. To read by; only `append` changes them.
  virtual Sql& sql() = 0;
  // The time its acts carry.
  [[nodiscard]] virtual Time at() const = 0;

 protected:
  Writer() = default;
};

struct Options {
  std::string address;                // see Sql::connect
  unsigned readers = 4;               // connections that read
  std::function<Time()> clock = now;  // tests set it
};

class Ledger {
 public:
  static Result<std::unique_ptr<Ledger>> open(Options options, std::vector<Projection> projections);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  // Runs `work` alone, in one transaction: all of its acts or, where it fails, none.
  template <class Work>
  auto write(Work&& work) -> std::invoke_result_t<Work, Writer&> {
    return capture<std::invoke_result_t<Work, Writer&>>(
        [&](auto&& take) { return write_all([&](Writer& writer) { return take(work(writer)); }); });
  }
  // Runs `work` on a consistent view of the projections. It must not change them.
  template <class Work>
  auto read(Work&& work) const -> std::invoke_result_t<Work, Sql&> {
    return capture<std::invoke_result_t<Work, Sql&>>(
        [&](auto&& take) { return read_all([&](Sql& sql) { return take(work(sql)); }); });
  }

  // Sequence number of the last committed act; 0 while there is none.
  [[nodiscard]] std::uint64_t head() const;
  [[nodiscard]] Time time() const;  // by Options::clock
  // Random, made with the ledger, part of every checkpoint: one ledger is not another.
  [[nodiscard]] const std::string& identity() const;

  // Acts with seq > after, at most `limit`, in order.
  Result<std::vector<Act>> acts(std::uint64_t after, std::size_t limit) const;

  // Called with the acts of each commit.
  void listen(std::function<void(std::span<const Act>)> listener);

  // Makes all projections again from the acts, in one transaction.
  Result<> rebuild(const std::function<void(std::uint64_t done)>& progress = {});

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  Result<> write_all(const std::function<Result<>(Writer&)>& work);
  Result<> read_all(const std::function<Result<>(Sql&)>& work) const;

  // Runs `run` with a function that keeps the answer of the work and says only whether it failed.
  template <class Answer, class Run>
  static Answer capture(Run&& run) {
    Answer kept = invalid("the work was not run");
    const Result<> done = run([&](Answer answer) -> Result<> {
      kept = std::move(answer);
      if (!kept) return std::unexpected(kept.error());
      return {};
    });
    if (!done) return std::unexpected(done.error());
    return kept;
  }

  std::unique_ptr<State> state_;
};

}  // namespace haidang::ledger
