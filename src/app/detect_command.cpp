#include "app/detect_command.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "app/catalogue_path.hpp"
#include "app/detect_settings.hpp"
#include "app/pipeline.hpp"
#include "app/report.hpp"
#include "app/watch_rules.hpp"
#include "watch/ingest/inputs.hpp"

namespace haidang::app {
namespace {

constexpr std::size_t most_followed = 64;  // each has a thread and a matcher of its own

// Set by signals, so they cannot belong to anyone.
std::atomic<bool> interrupted = false;
std::atomic<bool> reload_wanted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void listen_to_signals() {
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, [](int) { interrupted.store(true); });
  std::signal(SIGHUP, [](int) { reload_wanted.store(true); });
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// What is read from the settings once and for all.
struct Plan {
  std::shared_ptr<const detect::Engine> engine{};
  detect::Matcher::Options matching{};
  double load_s = 0;
};

Result<Plan> plan(const DetectSettings& chosen) {
  const auto start = std::chrono::steady_clock::now();
  Plan plan;
  TRY(plan.matching.logsource, chosen.chosen_logsource());
  TRY(plan.matching.clock, chosen.clock());
  TRY(const auto catalogue, find_catalogue(catalogue_hints(chosen.catalogue)));
  TRY(plan.engine,
      load_watch_rules(catalogue, chosen.rules, chosen.no_cache ? "" : cache_directory()));
  plan.load_s = seconds_since(start);
  return plan;
}

bool colours_wanted(const Output& output) {
  const char* refused = std::getenv("NO_COLOR");
  return output.is_terminal() && (refused == nullptr || *refused == '\0');
}

Telling telling(const DetectSettings& chosen, const Plan& plan, const Output& output,
                const std::vector<std::string>& files) {
  const auto& rules = plan.engine->shared_rules();
  if (chosen.format == Format::ndjson) {
    const NdjsonOptions options{.event = !chosen.no_event, .explain = chosen.explain};
    return {.ndjson = std::make_shared<const NdjsonForm>(rules, files, options),
            .live = chosen.follow};
  }
  const TableStyle style{.language = chosen.language,
                         .width = output.columns(),
                         .colour = colours_wanted(output),
                         .clock = plan.matching.clock,
                         .top = chosen.top};
  return {.table = std::make_shared<const Table>(rules, files, style), .live = chosen.follow};
}

void say_refused(const DetectSettings& chosen, const detect::RuleSet& rules, Notices& notices) {
  if (rules.refused.empty()) return;
  notices.say(fmt::format("{} rules refused; see: haidang rules check {}", rules.refused.size(),
                          chosen.rules.empty() ? "catalogue/rules" : chosen.rules.front()));
}

void say_inputs(const ingest::Inputs& inputs, Notices& notices) {
  for (const auto& error : inputs.errors) notices.input_error(error);
  if (!inputs.passed_over.empty())
    notices.say(fmt::format("{} files passed over that by their names are no logs, first {}",
                            inputs.passed_over.size(), inputs.passed_over.front()));
}

std::string stats_line(const Totals& totals, const Plan& plan, double match_s) {
  const auto& rules = plan.engine->rules();
  return fmt::format(
      R"({{"events":{},"matches":{},"rules":{},"bytes":{},"load_s":{:.6f},"match_s":{:.6f},)"
      R"("events_per_s":{:.0f},"unreadable":{},"refused":{}}})"
      "\n",
      totals.events, totals.matches, rules.rules.size() + rules.correlations.size(), totals.bytes,
      plan.load_s, match_s, match_s > 0 ? static_cast<double>(totals.events) / match_s : 0.0,
      totals.unreadable, rules.refused.size());
}

ExitCode code_of(const Output& output, Notices& notices) {
  if (const Error* error = output.error()) {
    if (!output.closed_by_reader()) notices.say(error->message());
    return ExitCode::output_failed;
  }
  return notices.input_failed() ? ExitCode::unread : ExitCode::done;
}

// Rules read anew on SIGHUP while files are followed: compiled aside, put in force whole. Where
// nothing can be read the old ones stay.
class Reloading {
 public:
  Reloading(const DetectSettings& chosen, std::function<Rulebook(const Plan&)> begin,
            InForce& rules, Notices& notices)
      : chosen_(chosen), begin_(std::move(begin)), rules_(rules), notices_(notices) {
    if (chosen.follow) thread_ = std::jthread([this](const std::stop_token& end) { run(end); });
  }

 private:
  void run(const std::stop_token& end) {
    while (!end.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (reload_wanted.exchange(false)) reload();
    }
  }

  void reload() {
    const auto planned = plan(chosen_);
    if (!planned) return notices_.say("the rules stay as they were: " + planned.error().message());
    say_refused(chosen_, planned->engine->rules(), notices_);
    rules_.replace(begin_(*planned));
    notices_.say(fmt::format("{} rules now in force", planned->engine->rules().rules.size()));
  }

  const DetectSettings& chosen_;
  std::function<Rulebook(const Plan&)> begin_;
  InForce& rules_;
  Notices& notices_;
  std::jthread thread_;
};

ExitCode detect(const DetectSettings& chosen, const Plan& plan, const Terminal& terminal) {
  const auto inputs = ingest::expand(chosen.paths);
  Output output(terminal.output);
  Notices notices(terminal.messages, inputs.files);
  Progress progress(terminal.messages, !chosen.follow, inputs.files);
  say_refused(chosen, plan.engine->rules(), notices);
  say_inputs(inputs, notices);

  Report report(output, notices, progress);
  auto begin = [&, number = 0U](const Plan& rules) mutable {
    const Telling told = telling(chosen, rules, output, inputs.files);
    const auto& correlator = report.begin(rules.engine->shared_rules(), told);
    return Rulebook{.number = number++,
                    .engine = rules.engine,
                    .uses = uses_of(rules.engine->rules(), correlator),
                    .make_recorder = told.recorders()};
  };
  const auto rules = std::make_shared<InForce>(begin(plan));
  const Work work{.rules = rules,
                  .matching = plan.matching,
                  .files = inputs.files,
                  .threads = chosen.chosen_threads(),
                  .follow = chosen.follow};
  const auto start = std::chrono::steady_clock::now();
  const Reloading reloading(chosen, std::ref(begin), *rules, notices);
  run(work, interrupted, [&report](Batch& batch) { return report.take(batch); });
  report.finish_correlations();
  const double match_s = seconds_since(start);
  report.finish(inputs.files.size());
  const ExitCode code = code_of(output, notices);
  if (chosen.stats) fmt::print(terminal.messages, "{}", stats_line(report.totals(), plan, match_s));
  return code;
}

ExitCode refuse(const Error& error, ExitCode code, const Terminal& terminal) {
  fmt::print(terminal.messages, "haidang detect: {}\n", error.message());
  return code;
}

// What is wrong with the words themselves, before anything is read.
Result<> check(const DetectSettings& chosen) {
  TRY_VOID(chosen.chosen_logsource());
  TRY_VOID(chosen.clock());
  if (chosen.follow && chosen.paths.size() > most_followed)
    return invalid(fmt::format("at most {} files can be followed at once", most_followed),
                   "--follow");
  return {};
}

}  // namespace

ExitCode run_detect(Arguments arguments, const Terminal& terminal) {
  DetectSettings chosen;
  Settings settings = declare(chosen);
  const auto parsed = settings.parse(arguments);
  if (!parsed) return refuse(parsed.error(), ExitCode::usage, terminal);
  if (*parsed == Settings::Parsed::help)
    return Output(terminal.output).write(settings.help()) ? ExitCode::done
                                                          : ExitCode::output_failed;
  if (const auto usable = check(chosen); !usable)
    return refuse(usable.error(), ExitCode::usage, terminal);
  const auto planned = plan(chosen);
  if (!planned) return refuse(planned.error(), ExitCode::unread, terminal);
  interrupted = false;
  if (chosen.follow) listen_to_signals();
  return detect(chosen, *planned, terminal);
}

}  // namespace haidang::app
