#include "record/ledger/verify.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "record/ledger/findings.hpp"
#include "record/ledger/readers.hpp"
#include "record/ledger/tables.hpp"

namespace haidang::ledger {
namespace {

using Kind = Finding::Kind;

constexpr std::uint64_t tell_every = 10'000;

std::string of(const Checkpoint& checkpoint) {
  return fmt::format("the checkpoint of {} for act {}", format_time(checkpoint.at), checkpoint.seq);
}

// Goes through the acts in order and holds each to the one before and to the checkpoints.
class Chain {
 public:
  Chain(const std::string& identity, std::vector<Checkpoint> checkpoints, Findings& findings)
      : checkpoints_(std::move(checkpoints)), findings_(findings), stored_(genesis(identity)) {
    std::ranges::sort(checkpoints_, {}, &Checkpoint::seq);
    made_ = stored_;
    meet_checkpoints(0, true);
  }

  void take(const Row& row) {
    const auto* number = std::get_if<std::int64_t>(&row.cell(0));
    if (number == nullptr || *number < 1)
      return findings_.add(Kind::changed, 0, "a row of acts has no number of an act");
    const auto seq = static_cast<std::uint64_t>(*number);
    check_number(seq);
    ++count_;
    if (auto read = read_act(row, act_); !read) {
      linked_ = false;
      return findings_.add(Kind::changed, seq, read.error().what);
    }
    check_content();
  }

  void end() {
    for (; next_ < checkpoints_.size(); ++next_)
      findings_.add(
          Kind::cut_tail, checkpoints_[next_].seq,
          fmt::format("{} knows it; the ledger ends with act {}", of(checkpoints_[next_]), last_));
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] const Digest& head() const { return stored_; }

 private:
  void check_number(std::uint64_t seq) {
    if (seq != last_ + 1) {
      const auto absent = seq - last_ - 1;
      findings_.add(Kind::gap, last_ + 1,
                    absent == 1 ? "it is absent"
                                : fmt::format("acts {} to {} are absent", last_ + 1, seq - 1));
      linked_ = false;
    }
    last_ = seq;
  }

  void check_content() {
    const Digest made = hash_of(act_);
    const bool whole = made == act_.hash;
    if (!whole) findings_.add(Kind::changed, act_.seq, "its content is not what its hash says");
    // A changed hash or content before has been told of there; it does not break this link too.
    if (linked_ && act_.previous != stored_ && act_.previous != made_)
      findings_.add(Kind::broken_link, act_.seq, "it does not follow from the act before");
    stored_ = act_.hash;
    made_ = made;
    linked_ = true;
    meet_checkpoints(act_.seq, whole);
  }

  void meet_checkpoints(std::uint64_t seq, bool whole) {
    for (; next_ < checkpoints_.size() && checkpoints_[next_].seq <= seq; ++next_) {
      const Checkpoint& checkpoint = checkpoints_[next_];
      if (whole && checkpoint.seq == seq && checkpoint.hash != stored_)
        findings_.add(Kind::rewritten, seq, of(checkpoint) + " was signed over another hash");
    }
  }

  std::vector<Checkpoint> checkpoints_;
  Findings& findings_;
  std::size_t next_ = 0;
  Act act_{};
  std::uint64_t last_ = 0;
  std::uint64_t count_ = 0;
  Digest stored_;  // the hash of the act before, as it stands there
  Digest made_{};  // and as its content gives it
  bool linked_ = true;
};

// Those that are signed and of this ledger.
std::vector<Checkpoint> check_checkpoints(const VerifyOptions& options, std::string_view identity,
                                          Findings& findings) {
  std::vector<Checkpoint> good;
  if (options.public_key.empty()) return good;
  for (const Checkpoint& checkpoint : options.checkpoints) {
    if (!signed_by(checkpoint, options.public_key))
      findings.add(Kind::bad_checkpoint, checkpoint.seq, of(checkpoint) + " has a wrong signature");
    else if (checkpoint.ledger != identity)
      findings.add(Kind::bad_checkpoint, checkpoint.seq,
                   of(checkpoint) + " is of another ledger, " + checkpoint.ledger);
    else
      good.push_back(checkpoint);
  }
  return good;
}

Result<std::unique_ptr<Sql>> connect(const std::string& address) {
  constexpr std::string_view sqlite = "sqlite:";
  if (address.starts_with(sqlite) && !std::filesystem::exists(address.substr(sqlite.size())))
    return fail(Error::Kind::not_found, "there is no such database", address.substr(sqlite.size()));
  TRY(auto sql, Sql::connect(address));
  if (sql->dialect() == Dialect::sqlite) TRY_VOID(sql->run("PRAGMA query_only=ON"));
  return sql;
}

// A ledger that has lost its identity is still worth reading.
Result<std::string> find_identity(Sql& sql, Findings& findings) {
  auto identity = read_identity(sql);
  if (identity || identity.error().kind != Error::Kind::corrupt) return identity;
  findings.add(Kind::unreadable, 0, identity.error().what);
  return std::string();
}

void check_pages(Sql& sql, std::size_t most, Findings& findings) {
  if (sql.dialect() != Dialect::sqlite) return;
  const auto told = sql.rows(fmt::format("PRAGMA integrity_check({})", most));
  if (!told) return findings.add(Kind::unreadable, 0, told.error().what);
  for (const Row& row : *told)
    if (row.text(0) != "ok") findings.add(Kind::unreadable, 0, "SQLite: " + row.text(0));
}

std::uint64_t highest(Sql& sql) {
  const auto row = sql.row("SELECT MAX(seq) FROM acts");
  if (!row || !*row || (*row)->cell(0).index() != 1) return 0;
  return static_cast<std::uint64_t>((*row)->integer(0));
}

Result<> stop() { return fail(Error::Kind::conflict, "enough findings"); }

void check_acts(Sql& sql, const VerifyOptions& options, Chain& chain, Findings& findings) {
  const std::uint64_t of = options.progress ? highest(sql) : 0;
  const auto statement = fmt::format("SELECT {} FROM acts ORDER BY seq", act_columns);
  const auto read = sql.each(statement, {}, [&](const Row& row) -> Result<> {
    chain.take(row);
    if (options.progress && chain.count() % tell_every == 0) options.progress(chain.count(), of);
    return findings.full() ? stop() : Result<>{};
  });
  if (!read && !findings.full())
    findings.add(Kind::unreadable, chain.last() + 1, read.error().message());
  else
    chain.end();
  if (options.progress) options.progress(chain.count(), of);
}

}  // namespace

std::string_view name_of(Finding::Kind kind) {
  switch (kind) {
    case Kind::changed: return "changed";
    case Kind::broken_link: return "broken_link";
    case Kind::gap: return "gap";
    case Kind::cut_tail: return "cut_tail";
    case Kind::rewritten: return "rewritten";
    case Kind::bad_checkpoint: return "bad_checkpoint";
    case Kind::projection: return "projection";
    case Kind::unreadable: return "unreadable";
  }
  return "";
}

Result<Verified> verify(const VerifyOptions& options) {
  TRY(const auto sql, connect(options.address));
  Verified verified{.checkpoints = options.public_key.empty() ? 0 : options.checkpoints.size()};
  Findings findings(verified.findings, options.most_findings);
  TRY(const auto identity, find_identity(*sql, findings));
  TRY_VOID(begin_reading(*sql));
  check_pages(*sql, options.most_findings, findings);
  Chain chain(identity, check_checkpoints(options, identity, findings), findings);
  check_acts(*sql, options, chain, findings);
  verified.acts = chain.count();
  verified.head = chain.head();
  if (!options.projections.empty() && !findings.full())
    TRY_VOID(compare_projections(*sql, options, findings));
  return verified;
}

}  // namespace haidang::ledger
