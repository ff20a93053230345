#include "record/ledger/ledger.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/ledger/projections.hpp"
#include "record/ledger/readers.hpp"
#include "record/ledger/tables.hpp"
#include "record/ledger/writer_lock.hpp"

namespace haidang::ledger {
namespace {

constexpr std::size_t most_body = 1U << 20;
constexpr std::size_t most_kind = 64;
constexpr std::size_t most_name = 200;

// What the next act follows.
struct Head {
  std::uint64_t seq = 0;
  Time at{};
  Digest hash{};
};

bool is_kind(std::string_view kind) {
  bool word = false;
  for (const char c : kind) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!letter && (c != '.' || !word)) return false;
    word = letter;
  }
  return word && kind.size() <= most_kind;
}

Result<> check_name(std::string_view what, std::string_view text) {
  if (text.size() > most_name)
    return invalid(fmt::format("over {} bytes", most_name), std::string(what));
  if (!text::valid_utf8(text)) return invalid("not UTF-8", std::string(what));
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return invalid("holds a control character", std::string(what));
  return {};
}

Result<> check_draft(const Draft& draft) {
  if (draft.actor.empty()) return invalid("an act needs somebody who did it", "actor");
  TRY_VOID(check_name("actor", draft.actor));
  TRY_VOID(check_name("unit", draft.unit));
  TRY_VOID(check_name("case_id", draft.case_id));
  if (!is_kind(draft.kind))
    return invalid("not words of a-z0-9_ joined by dots: " + text::shown(draft.kind), "kind");
  return {};
}

Result<Act> make_act(Draft draft, const Head& head, Time at) {
  TRY_VOID(check_draft(draft));
  TRY(auto canonical, canonical_json(draft.body));
  if (canonical.size() > most_body)
    return invalid(fmt::format("over {} bytes; put it into a document", most_body), "body");
  Act act{.seq = head.seq + 1,
          .at = at,
          .actor = std::move(draft.actor),
          .unit = std::move(draft.unit),
          .case_id = std::move(draft.case_id),
          .kind = std::move(draft.kind),
          .body = std::move(draft.body),
          .canonical = std::move(canonical),
          .previous = head.hash};
  act.hash = hash_of(act);
  return act;
}

class Transaction final : public Writer {
 public:
  Transaction(Sql& sql, const Projections& projections, const Head& head, Time at)
      : sql_(sql), projections_(projections), head_(head), at_(at) {}

  Result<Act> append(Draft draft) override {
    if (failed_) return std::unexpected(*failed_);
    TRY(auto act, make_act(std::move(draft), head_, at_));
    if (auto kept = keep(act); !kept) {
      // Half an act may stand in the tables: nothing of this transaction is committed now,
      // whatever the work makes of the error.
      failed_ = kept.error();
      return std::unexpected(*failed_);
    }
    head_ = {act.seq, act.at, act.hash};
    acts_.push_back(act);
    return act;
  }
  Sql& sql() override { return sql_; }
  [[nodiscard]] Time at() const override { return at_; }

  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }
  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] const std::vector<Act>& acts() const { return acts_; }

 private:
  Result<> keep(const Act& act) {
    if (!sql_.in_transaction())
      return fail(Error::Kind::unavailable, "the transaction was ended by the database");
    TRY_VOID(insert_act(sql_, act));
    return projections_.apply(sql_, act);
  }

  Sql& sql_;
  const Projections& projections_;
  Head head_;
  Time at_;
  std::vector<Act> acts_{};
  std::optional<Error> failed_{};
};

std::string_view begin_writing(Dialect dialect) {
  return dialect == Dialect::sqlite ? "BEGIN IMMEDIATE" : "BEGIN";
}

// Ends the transaction by ROLLBACK unless it was committed.
class Undo {
 public:
  explicit Undo(Sql& sql) : sql_(sql) {}
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() {
    // Where this fails too the connection is lost, and the transaction with it.
    if (sql_.in_transaction()) (void)sql_.run("ROLLBACK");
  }

 private:
  Sql& sql_;
};

Result<> in_transaction(Sql& sql, const std::function<Result<>()>& work) {
  TRY_VOID(begin(sql, begin_writing(sql.dialect())));
  const Undo undo(sql);
  TRY_VOID(work());
  TRY_VOID(sql.run("COMMIT"));
  return {};
}

Result<> create_if_absent(Sql& sql) {
  TRY(const bool there, has_ledger(sql));
  if (there) return {};
  return in_transaction(sql, [&] { return create_ledger(sql, random_identity()); });
}

std::unexpected<Error> damaged(std::uint64_t seq, std::string what) {
  return fail(Error::Kind::corrupt, std::move(what) + "; run `haidang ledger verify`",
              fmt::format("act {}", seq));
}

// Only the last act and its link: all of them are for the verifier.
Result<Head> read_head(Sql& sql, const std::string& identity) {
  TRY(const auto last, last_act(sql));
  if (!last) return Head{.hash = genesis(identity)};
  if (hash_of(*last) != last->hash)
    return damaged(last->seq, "its content is not what its hash says");
  Digest before = genesis(identity);
  if (last->seq > 1) {
    TRY(const auto pair, acts_after(sql, last->seq - 2, 1));
    if (pair.empty() || pair.front().seq != last->seq - 1)
      return damaged(last->seq, "the act before it is absent");
    before = pair.front().hash;
  }
  if (last->previous != before) return damaged(last->seq, "it does not follow from the act before");
  return Head{last->seq, last->at, last->hash};
}

}  // namespace

struct Ledger::State {
  State(Options chosen, WriterLock taken, std::unique_ptr<Sql> connected, Projections made)
      : options(std::move(chosen)),
        lock(std::move(taken)),
        writer(std::move(connected)),
        projections(std::move(made)),
        readers(options.address, std::max(1U, options.readers)) {}

  Result<> start();
  Result<> recover();
  void publish(const Head& to, std::span<const Act> acts);
  [[nodiscard]] Time next_time() const {
    return std::max<Time>(head.at, std::chrono::floor<std::chrono::microseconds>(options.clock()));
  }

  Options options;
  WriterLock lock;
  std::mutex writing;  // all that follows, up to the readers
  std::unique_ptr<Sql> writer;
  Projections projections;
  Head head{};
  bool head_known = false;
  std::uint64_t connection = 0;
  std::vector<std::function<void(std::span<const Act>)>> listeners{};
  std::string identity{};
  std::atomic<std::uint64_t> committed = 0;
  mutable Readers readers;
};

Result<> Ledger::State::start() {
  TRY_VOID(WriterLock::take_connection(*writer));
  TRY_VOID(create_if_absent(*writer));
  TRY(identity, read_identity(*writer));
  TRY(head, read_head(*writer, identity));
  TRY_VOID(in_transaction(*writer, [&] { return projections.bring_up_to_date(*writer); }));
  committed = head.seq;
  head_known = true;
  connection = writer->connections();
  return {};
}

void Ledger::State::publish(const Head& to, std::span<const Act> acts) {
  head = to;
  committed = to.seq;
  if (acts.empty()) return;
  for (const auto& listener : listeners) listener(acts);
}

// After a COMMIT whose outcome is not known, or on a new connection: the lock is taken again, and
// what was committed after all is told to the listeners.
Result<> Ledger::State::recover() {
  if (head_known && connection == writer->connections()) return {};
  TRY_VOID(WriterLock::take_connection(*writer));
  TRY(const auto found, read_head(*writer, identity));
  if (found.seq < head.seq) return damaged(head.seq, "it was committed and is absent");
  while (head.seq < found.seq) {
    TRY(const auto acts, acts_after(*writer, head.seq, 1000));
    if (acts.empty()) return damaged(head.seq + 1, "it is absent");
    publish({acts.back().seq, acts.back().at, acts.back().hash}, acts);
  }
  connection = writer->connections();
  head_known = true;
  return {};
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(Options options, std::vector<Projection> projections) {
  TRY(auto checked, Projections::of(std::move(projections)));
  TRY(auto lock, WriterLock::take_file(options.address));
  TRY(auto writer, Sql::connect(options.address));
  auto state = std::make_unique<State>(std::move(options), std::move(lock), std::move(writer),
                                       std::move(checked));
  TRY_VOID(state->start());
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

Result<> Ledger::write_all(const std::function<Result<>(Writer&)>& work) {
  State& state = *state_;
  const std::scoped_lock alone(state.writing);
  Sql& sql = *state.writer;
  TRY_VOID(begin(sql, begin_writing(sql.dialect())));
  const Undo undo(sql);
  TRY_VOID(state.recover());
  Transaction transaction(sql, state.projections, state.head, state.next_time());
  TRY_VOID(work(transaction));
  if (transaction.failed()) return std::unexpected(*transaction.failed());
  if (transaction.acts().empty()) return {};
  TRY_VOID(state.projections.mark_strangers(sql));
  state.head_known = false;
  TRY_VOID(sql.run("COMMIT"));
  state.head_known = true;
  state.publish(transaction.head(), transaction.acts());
  return {};
}

Result<> Ledger::read_all(const std::function<Result<>(Sql&)>& work) const {
  return state_->readers.run(work);
}

std::uint64_t Ledger::head() const { return state_->committed; }
Time Ledger::time() const { return state_->options.clock(); }
const std::string& Ledger::identity() const { return state_->identity; }

Result<std::vector<Act>> Ledger::acts(std::uint64_t after, std::size_t limit) const {
  return read([&](Sql& sql) { return acts_after(sql, after, limit); });
}

void Ledger::listen(std::function<void(std::span<const Act>)> listener) {
  const std::scoped_lock alone(state_->writing);
  state_->listeners.push_back(std::move(listener));
}

Result<> Ledger::rebuild(const std::function<void(std::uint64_t done)>& progress) {
  State& state = *state_;
  const std::scoped_lock alone(state.writing);
  return in_transaction(*state.writer, [&]() -> Result<> {
    TRY_VOID(state.recover());
    return state.projections.rebuild(*state.writer, progress);
  });
}

}  // namespace haidang::ledger
