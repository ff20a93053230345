#include "api/live.hpp"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace haidang::api {
namespace {

constexpr std::size_t page = 500;

struct Reader {
  access::Principal who;
  std::uint64_t next;  // after this act
  std::shared_ptr<net::EventStream> stream;
};

}  // namespace

struct Live::State {
  explicit State(Parts& those) : parts(those) {}

  Parts& parts;
  std::mutex mutex;
  std::condition_variable changed;
  std::list<Reader> readers;  // under the mutex; each is served by the one thread
  bool stopping = false;
  bool news = false;
  std::thread thread;

  void run();
  void serve(Reader& reader);
  void tell(Reader& reader, const ledger::Act& act);
};

Live::Live(Parts& parts) : state_(std::make_shared<State>(parts)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
  parts.ledger.listen([weak = std::weak_ptr(state_)](std::span<const ledger::Act>) {
    const auto state = weak.lock();
    if (!state) return;
    const std::scoped_lock lock(state->mutex);
    state->news = true;
    state->changed.notify_one();
  });
}

Live::~Live() { stop(); }

void Live::stop() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_one();
  }
  if (state_->thread.joinable()) state_->thread.join();
  for (auto& reader : state_->readers) reader.stream->close();
  state_->readers.clear();
}

Result<std::shared_ptr<net::EventStream>> Live::subscribe(access::Principal who,
                                                          std::optional<std::uint64_t> after) {
  const std::uint64_t head = state_->parts.ledger.head();
  auto stream = std::make_shared<net::EventStream>();
  std::uint64_t next = after ? std::min(*after, head) : head;
  if (head - next > most_missed) {
    stream->push({.id = fmt::format("{}", head), .type = "reset", .data = "{}"});
    next = head;
  }
  const std::scoped_lock lock(state_->mutex);
  const auto live = std::ranges::count_if(
      state_->readers, [](const Reader& reader) { return !reader.stream->closed(); });
  if (std::cmp_greater_equal(live, most_readers) || state_->stopping)
    return fail(Error::Kind::unavailable, "too many readers of live changes; try again later");
  state_->readers.push_back({std::move(who), next, stream});
  state_->news = true;
  state_->changed.notify_one();
  return stream;
}

void Live::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return news || stopping; });
    if (stopping) return;
    news = false;
    std::erase_if(readers, [](const Reader& reader) { return reader.stream->closed(); });
    std::vector<Reader*> now;
    for (auto& reader : readers) now.push_back(&reader);
    // Others only add to the list, so these stay where they are.
    lock.unlock();
    for (Reader* reader : now)
      if (!reader->stream->closed()) serve(*reader);
    lock.lock();
  }
}

void Live::State::serve(Reader& reader) {
  while (reader.next < parts.ledger.head()) {
    const auto acts = parts.ledger.acts(reader.next, page);
    if (!acts) {
      parts.log.warning("live changes could not be read", {{"why", acts.error().message()}});
      return;
    }
    if (acts->empty()) return;
    for (const auto& act : *acts) tell(reader, act);
    reader.next = acts->back().seq;
  }
}

void Live::State::tell(Reader& reader, const ledger::Act& act) {
  if (act.case_id.empty()) return;
  const auto sees = parts.engine.may_see(reader.who, act.case_id);
  if (!sees) parts.log.warning("a live change was not told", {{"why", sees.error().message()}});
  if (!sees.value_or(false)) return;
  reader.stream->push({.id = fmt::format("{}", act.seq),
                       .type = "case",
                       .data = boost::json::serialize(boost::json::object{
                           {"case", act.case_id}, {"kind", act.kind}, {"seq", act.seq}})});
}

}  // namespace haidang::api
