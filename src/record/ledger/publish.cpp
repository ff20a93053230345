#include "record/ledger/publish.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "record/ledger/syslog.hpp"
#include "record/ledger/timestamp.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds most_pause{1000};

struct Way {
  Outlet outlet;
  std::function<Result<>(const Checkpoint&)> send;
};

// Through links: what is named outside may lie inside.
Result<fs::path> real(const fs::path& path) {
  std::error_code failed;
  fs::path found = fs::weakly_canonical(fs::absolute(path, failed), failed);
  if (failed)
    return fail(Error::Kind::unavailable, "cannot look at: " + failed.message(), path.string());
  return found.has_filename() ? found : found.parent_path();
}

Result<> check_outside(const PublishOptions& options) {
  if (options.file.empty() || options.data_dir.empty()) return {};
  TRY(const fs::path file, real(options.file));
  TRY(const fs::path data, real(options.data_dir));
  const auto [end, _] = std::ranges::mismatch(data, file);
  if (end != data.end()) return {};
  return invalid(
      "the file of checkpoints must lie outside the data directory, where who can "
      "change the ledger cannot change it too; name another",
      options.file.string());
}

Result<> check_options(const PublishOptions& options) {
  if (options.every <= std::chrono::milliseconds(0) || options.every_acts == 0) {
    return invalid("checkpoints need an interval of more than 0, in time and in acts");
  }
  if (!options.stamp_url.empty() && options.file.empty()) {
    return invalid("time-stamps are kept beside the file of checkpoints; name one");
  }
  return check_outside(options);
}

Result<std::optional<Act>> act_at(const Ledger& ledger, std::uint64_t seq) {
  TRY(auto acts, ledger.acts(seq - 1, 1));
  if (acts.empty() || acts.front().seq != seq) return std::nullopt;
  return std::move(acts.front());
}

Result<> check_follows(const Ledger& ledger, const Checkpoint& last, const std::string& where) {
  if (last.ledger != ledger.identity()) {
    return fail(Error::Kind::conflict,
                "these checkpoints are of another ledger; keep the file and name a new one", where);
  }
  TRY(const auto act, act_at(ledger, last.seq));
  if (act && act->hash == last.hash) return {};
  return fail(
      Error::Kind::corrupt,
      fmt::format("the ledger {} act {} that its last checkpoint signed; run 'haidang ledger "
                  "verify', or name a new file after a restore",
                  act ? "holds another" : "ends before", last.seq),
      where);
}

// The last one in the file, if it has any.
Result<std::optional<Checkpoint>> last_in(const fs::path& file) {
  if (file.empty()) return std::nullopt;
  auto read = read_checkpoints(file);
  if (!read && read.error().kind == Error::Kind::not_found) return std::nullopt;
  if (!read) return std::unexpected(read.error());
  if (read->empty()) return std::nullopt;
  return std::move(read->back());
}

}  // namespace

struct CheckpointPublisher::State {
  State(const Ledger& of, Signer by, PublishOptions chosen, Post how, Log& to)
      : ledger(of),
        signer(std::move(by)),
        options(std::move(chosen)),
        post(std::move(how)),
        log(to) {}

  Result<> start();
  void add_ways();
  Result<> stamp(const Checkpoint& checkpoint) const;
  Result<> sign_head(std::uint64_t head);
  Result<> round();
  Result<> send(Way& way);
  bool due(Clock::time_point now) const;
  void watch(const std::stop_token& stop);

  const Ledger& ledger;
  Signer signer;
  PublishOptions options;
  Post post;
  Log& log;
  mutable std::mutex sending{};  // a round at a time; guards `last` and when it was
  mutable std::mutex telling{};  // guards what outlets() shows, so that it never waits for a round
  std::vector<Way> ways{};
  std::optional<Checkpoint> last{};
  Clock::time_point last_round = Clock::now();
  std::uint64_t round_head = 0;
  std::jthread thread{};  // last: it uses all of the above
};

Result<> CheckpointPublisher::State::start() {
  TRY_VOID(check_options(options));
  if (!options.stamp_url.empty() && !post) return invalid("time-stamps need a way to be asked for");
  add_ways();
  TRY(last, last_in(options.file));
  if (!last) return {};
  TRY_VOID(check_follows(ledger, *last, options.file.string()));
  round_head = last->seq;
  for (Way& way : ways) {
    if (way.outlet.name == "file") way.outlet.seq = last->seq;
  }
  // With another key it must be signed again; the old line stays.
  if (last->key != signer.public_key()) last.reset();
  return {};
}

void CheckpointPublisher::State::add_ways() {
  if (!options.file.empty()) {
    ways.push_back({{.name = "file"},
                    [this](const Checkpoint& one) { return append_line(options.file, one); }});
  }
  if (!options.syslog_socket.empty()) {
    ways.push_back({{.name = "syslog"}, [this](const Checkpoint& one) {
                      return send_syslog(options.syslog_socket,
                                         syslog_message(one.at, "checkpoint", to_line(one)));
                    }});
  }
  if (!options.stamp_url.empty()) {
    ways.push_back({{.name = "timestamp"}, [this](const Checkpoint& one) { return stamp(one); }});
  }
}

// Over the line as it stands in the file, without its end.
Result<> CheckpointPublisher::State::stamp(const Checkpoint& checkpoint) const {
  const StampQuery query = StampQuery::of(to_line(checkpoint));
  TRY(const std::string reply,
      post(options.stamp_url, "application/timestamp-query", query.bytes()));
  TRY_VOID(query.check(reply, options.stamp_roots));
  return write_file(fmt::format("{}.{}.tsr", options.file.string(), checkpoint.seq), reply);
}

// An unchanged head keeps its line, so that what is sent later matches what was sent before.
Result<> CheckpointPublisher::State::sign_head(std::uint64_t head) {
  if (last && last->seq == head) return {};
  TRY(const auto act, act_at(ledger, head));
  if (!act) return fail(Error::Kind::corrupt, fmt::format("act {} is absent", head));
  last = signer.sign(
      {.ledger = ledger.identity(), .seq = head, .hash = act->hash, .at = ledger.time()});
  return {};
}

Result<> CheckpointPublisher::State::round() {
  const std::scoped_lock alone(sending);
  last_round = Clock::now();
  const std::uint64_t head = ledger.head();
  round_head = head;
  if (head == 0) return {};
  if (auto signed_one = sign_head(head); !signed_one) {
    log.error("no checkpoint could be signed", {{"error", signed_one.error().message()}});
    return signed_one;
  }
  Result<> first{};
  for (Way& way : ways) {
    if (way.outlet.seq >= head) continue;
    if (auto sent = send(way); !sent && first) first = std::move(sent);
  }
  return first;
}

Result<> CheckpointPublisher::State::send(Way& way) {
  const Result<> sent = way.send(*last);
  const std::scoped_lock alone(telling);
  if (sent) {
    way.outlet.seq = last->seq;
    ++way.outlet.sent;
    way.outlet.last_error.clear();
    return {};
  }
  ++way.outlet.failed;
  way.outlet.last_error = sent.error().message();
  log.error("a checkpoint could not be published", {{"outlet", way.outlet.name},
                                                    {"seq", last->seq},
                                                    {"failed", way.outlet.failed},
                                                    {"error", way.outlet.last_error}});
  return sent;
}

bool CheckpointPublisher::State::due(Clock::time_point now) const {
  const std::scoped_lock alone(sending);
  return now - last_round >= options.every || ledger.head() >= round_head + options.every_acts;
}

void CheckpointPublisher::State::watch(const std::stop_token& stop) {
  std::mutex waiting;
  std::condition_variable_any stopped;
  const auto pause = std::min<std::chrono::milliseconds>(options.every, most_pause);
  std::unique_lock lock(waiting);
  while (!stop.stop_requested()) {
    if (due(Clock::now())) static_cast<void>(round());  // every failure is counted and logged there
    stopped.wait_for(lock, stop, pause, [] { return false; });
  }
}

CheckpointPublisher::CheckpointPublisher(std::unique_ptr<State> state) : state_(std::move(state)) {}
CheckpointPublisher::~CheckpointPublisher() = default;

Result<std::unique_ptr<CheckpointPublisher>> CheckpointPublisher::open(const Ledger& ledger,
                                                                       Signer signer,
                                                                       PublishOptions options,
                                                                       Post post, Log& log) {
  auto state =
      std::make_unique<State>(ledger, std::move(signer), std::move(options), std::move(post), log);
  TRY_VOID(state->start());
  return std::unique_ptr<CheckpointPublisher>(new CheckpointPublisher(std::move(state)));
}

void CheckpointPublisher::run() {
  state_->thread =
      std::jthread([state = state_.get()](const std::stop_token& stop) { state->watch(stop); });
}

Result<> CheckpointPublisher::publish() { return state_->round(); }

std::vector<Outlet> CheckpointPublisher::outlets() const {
  const std::scoped_lock alone(state_->telling);
  std::vector<Outlet> all;
  for (const Way& way : state_->ways) all.push_back(way.outlet);
  return all;
}

}  // namespace haidang::ledger
