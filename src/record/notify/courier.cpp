#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "record/notify/channels.hpp"
#include "record/notify/outbox.hpp"
#include "record/notify/wording.hpp"

namespace haidang::notify {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t most_in_round = 64;  // of one channel
constexpr std::size_t side_by_side = 4;    // attempts of one channel at a time
constexpr milliseconds look_again{1000};   // for what falls due, and what was queued unheard

// Between whoever queues and whoever delivers; outlives the courier in the ledger's listener.
class Bell {
 public:
  void ring() {
    {
      const std::scoped_lock lock(mutex_);
      ++rung_;
    }
    heard_.notify_all();
  }
  void stop() {
    stopped_ = true;
    ring();
  }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] std::uint64_t rung() {
    const std::scoped_lock lock(mutex_);
    return rung_;
  }
  // Until it rings again after `before`.
  void wait(std::uint64_t before, milliseconds at_most) {
    std::unique_lock lock(mutex_);
    heard_.wait_for(lock, at_most, [&] { return rung_ != before; });
  }

  std::atomic<std::uint64_t> queued{0}, sent{0}, failed{0}, dead{0};

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  std::uint64_t rung_ = 0;
  std::atomic<bool> stopped_{false};
};

struct Counted {
  std::string_view kind;
  std::atomic<std::uint64_t> Bell::* count;
};
constexpr std::array counted{
    Counted{"notice.queued", &Bell::queued}, Counted{"notice.sent", &Bell::sent},
    Counted{"notice.failed", &Bell::failed}, Counted{"notice.dead", &Bell::dead}};

void hear(Bell& bell, std::span<const ledger::Act> acts) {
  bool due = false;
  for (const auto& act : acts) {
    const auto found = std::ranges::find(counted, std::string_view(act.kind), &Counted::kind);
    if (found != counted.end()) ++(bell.*(found->count));
    due = due || act.kind == "notice.queued" || act.kind == "notice.retried";
  }
  if (due) bell.ring();
}

// Notices of one round, handed out one by one to its workers; what became of them, gathered.
class Round {
 public:
  explicit Round(std::vector<Due> due, std::size_t workers)
      : due_(std::move(due)), workers_(workers) {}

  const Due* next() {
    const std::scoped_lock lock(mutex_);
    return halted_ || next_ == due_.size() ? nullptr : &due_[next_++];
  }
  void halt() {
    const std::scoped_lock lock(mutex_);
    halted_ = true;
  }
  void put(Outcome outcome) {
    {
      const std::scoped_lock lock(mutex_);
      outcomes_.push_back(std::move(outcome));
    }
    gathered_.notify_one();
  }
  void worker_done() {
    {
      const std::scoped_lock lock(mutex_);
      --workers_;
    }
    gathered_.notify_one();
  }
  // What has gathered since; waits for the first. Empty: all workers are done.
  std::vector<Outcome> take() {
    std::unique_lock lock(mutex_);
    gathered_.wait(lock, [&] { return !outcomes_.empty() || workers_ == 0; });
    return std::exchange(outcomes_, {});
  }

  void went_silent(const std::string& destination) {
    const std::scoped_lock lock(mutex_);
    silent_.insert(destination);
  }
  bool is_silent(const std::string& destination) {
    const std::scoped_lock lock(mutex_);
    return silent_.contains(destination);
  }

 private:
  std::mutex mutex_;
  std::condition_variable gathered_;
  std::vector<Due> due_;
  std::size_t next_ = 0;
  std::size_t workers_;
  bool halted_ = false;
  std::vector<Outcome> outcomes_;
  std::set<std::string> silent_;
};

// 1, 2, 4 … times the first wait, at most the longest.
seconds back_off(const Gateways& gateways, std::uint32_t attempt) {
  seconds wait = gateways.first_retry;
  for (std::uint32_t i = 1; i < attempt && wait < gateways.longest_retry; ++i) wait *= 2;
  return std::min(wait, gateways.longest_retry);
}

Outcome judge(const Gateways& gateways, const Due& due, const Result<>& tried, Time at) {
  Outcome outcome{.notice = due.what.notice, .attempt = due.what.attempts + 1};
  if (tried) return outcome;
  outcome.error = tried.error().message();
  const Time last = due.since + gateways.give_up_after;
  if (tried.error().kind != Error::Kind::unavailable || at >= last) {
    outcome.kind = Outcome::Kind::dead;
  } else {
    outcome.kind = Outcome::Kind::failed;
    outcome.next_attempt = std::min<Time>(at + back_off(gateways, outcome.attempt), last);
  }
  return outcome;
}

// Never the last word: nothing dies untried.
Outcome postpone(const Gateways& gateways, const Due& due, Time at) {
  return {.kind = Outcome::Kind::failed,
          .notice = due.what.notice,
          .attempt = due.what.attempts,
          .error = "not tried: the server did not answer a moment ago",
          .next_attempt = at + back_off(gateways, due.what.attempts + 1)};
}

}  // namespace

struct Courier::State {
  // Each channel goes on its own, so that a dead mail server holds no SMS up.
  struct Lane {
    Channel channel;
    std::mutex busy{};
    std::vector<Outcome> unwritten{};  // sent, but the ledger would not take it
  };

  ledger::Ledger& ledger;
  Templates templates;
  Gateways gateways;
  Log& log;
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  std::array<Lane, 3> lanes{Lane{Channel::mail}, Lane{Channel::sms}, Lane{Channel::webhook}};

  State(ledger::Ledger& of, Templates texts, Gateways by, Log& to)
      : ledger(of), templates(std::move(texts)), gateways(std::move(by)), log(to) {}

  Result<> attempt(const Delivered& notice) const;
  Outcome attempt(Round& round, const Due& due) const;
  void work(Round& round) const;
  Result<> write_down(Lane& lane);
  void tell(const Outcome& outcome);
  Result<> deliver(Lane& lane, std::vector<Due> due);
  Result<std::size_t> round(Lane& lane);
  void keep_going(Lane& lane);
};

Result<> Courier::State::attempt(const Delivered& notice) const {
  const Notice& what = notice.notice;
  json::object values = what.values;
  values[link_value] = link_to(gateways, what);
  TRY(const auto text, templates.fill(what.template_name, what.to.language, values));
  return hand_over(gateways, notice, text, ledger.time());
}

// One that let us wait for half the deadline is not asked again in this round.
Outcome Courier::State::attempt(Round& round, const Due& due) const {
  const std::string where = destination(due.what.notice);
  if (round.is_silent(where)) return postpone(gateways, due, ledger.time());
  const auto start = std::chrono::steady_clock::now();
  const Result<> tried = attempt(due.what);
  const bool slow = std::chrono::steady_clock::now() - start > gateways.deadline / 2;
  if (!tried && slow && tried.error().kind == Error::Kind::unavailable) round.went_silent(where);
  return judge(gateways, due, tried, ledger.time());
}

void Courier::State::work(Round& round) const {
  while (!bell->stopped()) {
    const Due* due = round.next();
    if (due == nullptr) break;
    round.put(attempt(round, *due));
  }
  round.worker_done();
}

void Courier::State::tell(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::sent: return;
    case Outcome::Kind::failed:
      return log.info("a notice was not delivered yet",
                      {{"notice", outcome.notice.id},
                       {"channel", channel_name(outcome.notice.to.channel)},
                       {"attempt", outcome.attempt},
                       {"why", outcome.error}});
    case Outcome::Kind::dead:
      return log.warning("a notice is dead", {{"notice", outcome.notice.id},
                                              {"template", outcome.notice.template_name},
                                              {"case", outcome.notice.case_id},
                                              {"channel", channel_name(outcome.notice.to.channel)},
                                              {"attempt", outcome.attempt},
                                              {"why", outcome.error}});
  }
}

Result<> Courier::State::write_down(Lane& lane) {
  if (lane.unwritten.empty()) return {};
  const Result<> written = ledger.write([&](ledger::Writer& writer) -> Result<> {
    for (const Outcome& outcome : lane.unwritten) TRY_VOID(record(writer, outcome));
    return {};
  });
  if (!written) return written;
  for (const Outcome& outcome : lane.unwritten) tell(outcome);
  lane.unwritten.clear();
  return {};
}

// Outcomes that gather while the disk takes others go in one transaction. Once the ledger takes
// none, nothing more is sent: what cannot be recorded would be sent again and again.
Result<> Courier::State::deliver(Lane& lane, std::vector<Due> due) {
  const std::size_t workers = std::min(side_by_side, due.size());
  Round round(std::move(due), workers);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < workers; ++i) threads.emplace_back([&] { work(round); });
  Result<> written{};
  for (;;) {
    std::vector<Outcome> some = round.take();
    if (some.empty()) return written;
    std::ranges::move(some, std::back_inserter(lane.unwritten));
    if (written) written = write_down(lane);
    if (!written) round.halt();
  }
}

Result<std::size_t> Courier::State::round(Lane& lane) {
  const std::scoped_lock one_at_a_time(lane.busy);
  TRY_VOID(write_down(lane));
  TRY(std::vector<Due> found, ledger.read([&](ledger::Sql& sql) {
    return due(sql, lane.channel, ledger.time(), most_in_round);
  }));
  const std::size_t count = found.size();
  if (count > 0) TRY_VOID(deliver(lane, std::move(found)));
  return count;
}

void Courier::State::keep_going(Lane& lane) {
  while (!bell->stopped()) {
    const std::uint64_t before = bell->rung();
    const auto done = round(lane);
    if (!done) {
      log.error("notices cannot be delivered now",
                {{"channel", channel_name(lane.channel)}, {"why", done.error().message()}});
    }
    if (!done || *done == 0) bell->wait(before, look_again);
  }
}

Courier::Courier(ledger::Ledger& ledger, Templates templates, Gateways gateways, Log& log)
    : state_(std::make_unique<State>(ledger, std::move(templates), std::move(gateways), log)) {
  ledger.listen([bell = state_->bell](std::span<const ledger::Act> acts) { hear(*bell, acts); });
}

Courier::~Courier() { stop(); }

void Courier::run() {
  std::vector<std::jthread> threads;
  for (auto& lane : state_->lanes) threads.emplace_back([&] { state_->keep_going(lane); });
}

void Courier::stop() { state_->bell->stop(); }

void Courier::wake() { state_->bell->ring(); }

Result<std::size_t> Courier::deliver_due() {
  std::array<Result<std::size_t>, 3> done{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < done.size(); ++i) {
      threads.emplace_back([&, i] { done.at(i) = state_->round(state_->lanes.at(i)); });
    }
  }
  std::size_t count = 0;
  for (auto& one : done) {
    TRY(const std::size_t attempted, std::move(one));
    count += attempted;
  }
  return count;
}

Counters Courier::counters() const {
  const Bell& bell = *state_->bell;
  return {.queued = bell.queued, .sent = bell.sent, .failed = bell.failed, .dead = bell.dead};
}

}  // namespace haidang::notify
