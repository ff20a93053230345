#include "app/city_command.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/output.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"

namespace haidang::app {

ExitCode run_city_command(const std::string& command, const std::string& summary,
                          Arguments arguments, const Terminal& terminal, const CityWork& work,
                          const MoreSettings& more) {
  CitySettings chosen;
  Settings settings = declare(chosen, command, summary);
  if (more) more(settings);
  const auto tell = [&](const Error& error) {
    fmt::print(terminal.messages, "{}: {}\n", command, error.message());
  };
  const auto parsed = read_city_settings(arguments, settings, chosen);
  if (!parsed) {
    tell(parsed.error());
    return ExitCode::usage;
  }
  if (*parsed == Settings::Parsed::help)
    return Output(terminal.output).write(settings.help()) ? ExitCode::done
                                                          : ExitCode::output_failed;
  const auto code = work(chosen, terminal);
  if (code) return *code;
  tell(code.error());
  return ExitCode::unread;
}

ExitCode run_choice(std::string_view command, std::span<const Choice> choices, Arguments arguments,
                    const Terminal& terminal) {
  const std::string_view word = arguments.empty() ? "" : arguments.front();
  const auto found = std::ranges::find(choices, word, &Choice::name);
  if (found != choices.end()) return found->run(arguments.subspan(1), terminal);
  std::vector<std::string_view> names;
  for (const auto& choice : choices) names.push_back(choice.name);
  fmt::print(terminal.messages, "haidang {}: '{}' is not known{}; there is:", command,
             text::shown(word), did_you_mean(word, names));
  for (const auto name : names) fmt::print(terminal.messages, " {}", name);
  fmt::print(terminal.messages, "\n");
  return ExitCode::usage;
}

}  // namespace haidang::app
