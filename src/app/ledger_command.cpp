// haidang ledger verify | rebuild
#include <fmt/format.h>
#include <unistd.h>

#include "app/city.hpp"
#include "app/city_command.hpp"
#include "app/output.hpp"
#include "app/record_commands.hpp"

namespace haidang::app {
namespace {

// One line that grows, where a person looks on.
std::function<void(std::uint64_t, std::uint64_t)> progress_to(std::FILE* messages) {
  if (isatty(fileno(messages)) == 0) return {};
  return [messages](std::uint64_t done, std::uint64_t of) {
    fmt::print(messages, "\r{:>12} / {}{}", done, of, done == of ? "\n" : "");
    std::fflush(messages);
  };
}

std::string report(const ledger::Verified& verified) {
  std::string text;
  for (const auto& finding : verified.findings)
    text += fmt::format("act {}: {}\n", finding.seq, finding.what);
  return text + fmt::format("{} acts, {} checkpoints, head {}; {}\n", verified.acts,
                            verified.checkpoints, hex(verified.head),
                            verified.findings.empty()
                                ? std::string("whole")
                                : fmt::format("{} findings", verified.findings.size()));
}

Result<ExitCode> verify(const CitySettings& settings, const Terminal& terminal) {
  TRY(const auto places, places_of(settings));
  TRY(const auto verified, verify_record(places, progress_to(terminal.messages)));
  if (!Output(terminal.output).write(report(verified))) return ExitCode::output_failed;
  return verified.findings.empty() ? ExitCode::done : ExitCode::unread;
}

Result<ExitCode> rebuild(const CitySettings& settings, const Terminal& terminal) {
  Log log(Log::Level::warning);
  TRY(const auto city, City::open(settings, log));
  const auto shown = progress_to(terminal.messages);
  const auto of = city->ledger().head();
  TRY_VOID(city->ledger().rebuild([&](std::uint64_t done) {
    if (shown) shown(done, of);
  }));
  return Output(terminal.output).write(fmt::format("made again from {} acts\n", of))
             ? ExitCode::done
             : ExitCode::output_failed;
}

ExitCode run_verify(Arguments arguments, const Terminal& terminal) {
  return run_city_command("haidang ledger verify",
                          "read the whole ledger and name every place where it is not whole",
                          arguments, terminal, verify);
}

ExitCode run_rebuild(Arguments arguments, const Terminal& terminal) {
  return run_city_command("haidang ledger rebuild", "make every table again from the acts",
                          arguments, terminal, rebuild);
}

}  // namespace

ExitCode run_ledger(Arguments arguments, const Terminal& terminal) {
  constexpr std::array choices{Choice{"verify", run_verify}, Choice{"rebuild", run_rebuild}};
  return run_choice("ledger", choices, arguments, terminal);
}

}  // namespace haidang::app
