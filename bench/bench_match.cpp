// Matching against the limit: simdjson's DOM parsing the same bytes and doing nothing else.
//
// Both read from memory, on one core, alternately, in this same run; each figure is the median
// of five. "Cold": a new Matcher that has learnt nothing, as `haidang detect` begins. "Warm": the
// second pass of the same Matcher, as a server that has run for a while.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/check.hpp"
#include "data.hpp"
#include "report.hpp"
#include "watch/detect/matcher.hpp"
#include "watch/ingest/json_lines.hpp"

namespace haidang::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t piece = 256U << 10;
constexpr int repeats = 5;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Whole lines of about `piece` bytes.
std::vector<std::string_view> pieces_of(const Text& text) {
  std::vector<std::string_view> pieces;
  const std::string_view all(text.bytes.data(), text.size);
  for (std::size_t at = 0; at < all.size();) {
    std::size_t end = std::min(at + piece, all.size());
    if (end < all.size()) end = all.rfind('\n', end) + 1;
    pieces.push_back(all.substr(at, end - at));
    at = end;
  }
  return pieces;
}

class Worker final : public ingest::Sink {
 public:
  explicit Worker(std::shared_ptr<const detect::Engine> engine)
      : matcher_(std::move(engine)), reader_(ingest::make_json_lines()) {}
  void read(std::string_view bytes) { reader_->read({bytes, 1}, names_, *this); }
  void event(const event::Event& event) override {
    ++events;
    matches += matcher_.match(event, names_).size();
  }
  void unreadable(std::uint64_t /*line*/, std::string_view /*why*/) override { ++bad; }

  std::uint64_t events = 0;
  std::uint64_t matches = 0;
  std::uint64_t bad = 0;

 private:
  event::Names names_;
  detect::Matcher matcher_;
  std::unique_ptr<ingest::Reader> reader_;
};

double limit(const Text& text, std::size_t& events) {
  const auto start = Clock::now();
  simdjson::dom::parser parser;
  events = 0;
  const char* const end = text.bytes.data() + text.size;
  for (const char* at = text.bytes.data(); at < end;) {
    const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    const char* next = found == nullptr ? end : static_cast<const char*>(found);
    const auto parsed = parser.parse(at, static_cast<std::size_t>(next - at), false);
    events += parsed.error() == simdjson::SUCCESS ? 1 : 0;
    at = next + 1;
  }
  return seconds_since(start);
}

struct Pass {
  double cold = 0;
  double warm = 0;
  std::uint64_t matches = 0;
};

Pass one_core(const std::shared_ptr<const detect::Engine>& engine, const Text& text) {
  const auto pieces = pieces_of(text);
  Worker worker(engine);
  Pass pass;
  auto start = Clock::now();
  for (const auto bytes : pieces) worker.read(bytes);
  pass.cold = seconds_since(start);
  pass.matches = worker.matches;
  start = Clock::now();
  for (const auto bytes : pieces) worker.read(bytes);
  pass.warm = seconds_since(start);
  CHECK(worker.bad == 0 && worker.matches == 2 * pass.matches, "warm and cold agree");
  return pass;
}

// `rounds` times through the text, the pieces shared out as they are asked for.
double cores(const std::shared_ptr<const detect::Engine>& engine, const Text& text, unsigned count,
             std::size_t rounds) {
  const auto pieces = pieces_of(text);
  std::atomic<std::size_t> next = 0;
  const auto start = Clock::now();
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < count; ++i)
    threads.emplace_back([&] {
      Worker worker(engine);
      for (std::size_t at = next++; at < rounds * pieces.size(); at = next++)
        worker.read(pieces[at % pieces.size()]);
    });
  threads.clear();
  return seconds_since(start);
}

struct Measured {
  double limit = 0;
  double cold = 0;
  double warm = 0;
  std::size_t events = 0;
  std::uint64_t matches = 0;
};

Measured measure(const std::shared_ptr<const detect::Engine>& engine, const Text& text) {
  std::vector<double> limits;
  std::vector<double> colds;
  std::vector<double> warms;
  Measured measured;
  for (int i = 0; i < repeats; ++i) {
    limits.push_back(limit(text, measured.events));
    const Pass pass = one_core(engine, text);
    colds.push_back(pass.cold);
    warms.push_back(pass.warm);
    measured.matches = pass.matches;
  }
  measured.limit = median(limits);
  measured.cold = median(colds);
  measured.warm = median(warms);
  return measured;
}

void add_ratios(Report& report, const std::string& what, const Measured& got, bool has_bar) {
  const auto rate = [&](double seconds) {
    return fmt::format("{:.0f}k events/s", static_cast<double>(got.events) / seconds / 1000);
  };
  report.add(Figure{.group = "match",
                    .name = what + ": the limit",
                    .value = got.limit,
                    .unit = "s",
                    .note = rate(got.limit)});
  report.add(Figure{.group = "match",
                    .name = what + ": 1 core, cold",
                    .value = got.limit / got.cold,
                    .unit = "x limit",
                    .bar = has_bar ? std::optional(0.5) : std::nullopt,
                    .note = rate(got.cold) + fmt::format(", {} matches", got.matches)});
  report.add(Figure{.group = "match",
                    .name = what + ": 1 core, warm",
                    .value = got.limit / got.warm,
                    .unit = "x limit",
                    .note = rate(got.warm)});
}

void add_cores(Report& report, const std::shared_ptr<const detect::Engine>& engine,
               const Text& text) {
  for (const std::size_t rounds : {std::size_t{1}, std::size_t{10}}) {
    std::vector<double> ratios;
    for (int i = 0; i < repeats; ++i)
      ratios.push_back(cores(engine, text, 1, rounds) / cores(engine, text, 2, rounds));
    report.add(Figure{.group = "match",
                      .name = fmt::format("2 cores against 1, {} round(s) of the events", rounds),
                      .value = median(ratios),
                      .unit = "x",
                      .bar = rounds == 10 ? std::optional(1.8) : std::nullopt,
                      .note = fmt::format("{} cores here", std::thread::hardware_concurrency())});
  }
}

}  // namespace

void bench_match(Report& report) {
  const auto shared = shared_data();
  if (!shared) return report.skip("match", "no shared data beside the project");
  const auto text = read_events(*shared + "/events/windows-otrf-100k.ndjson.zst");
  if (!text) return report.skip("match", "no windows-otrf-100k in the shared data");
  const auto rules = sigma_rules();
  const auto maps = mappings();
  const auto engine = detect::Engine::build(rules, maps);
  const Measured real = measure(engine, *text);
  add_ratios(report, "real Windows events", real, true);
  add_cores(report, engine, *text);
  const auto ten = detect::Engine::build(multiplied(*rules, 10), maps);
  const Measured more = measure(ten, *text);
  report.add(Figure{.group = "match",
                    .name = "ten times the rules, cold",
                    .value = more.cold / real.cold,
                    .unit = "x time",
                    .bar = 1.3,
                    .at_most = true,
                    .note = fmt::format("{} rules", ten->rules().rules.size())});
  report.add(Figure{.group = "match",
                    .name = "ten times the rules, warm",
                    .value = more.warm / real.warm,
                    .unit = "x time"});
  const Text creations = process_creations(*text, 100'000);
  add_ratios(report, "process creations", measure(engine, creations), false);
}

}  // namespace haidang::bench
