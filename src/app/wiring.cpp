#include "app/wiring.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/detect_command.hpp"
#include "app/language.hpp"
#include "app/output.hpp"
#include "app/record_commands.hpp"
#include "app/rules_command.hpp"
#include "app/serve_command.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"

namespace haidang::app {
namespace {

ExitCode help(Arguments arguments, const Terminal& terminal);
ExitCode version(Arguments arguments, const Terminal& terminal);

struct Subcommand {
  std::string_view name;
  Said summary;
  ExitCode (*run)(Arguments, const Terminal&);
};

constexpr std::array subcommands{
    Subcommand{
        "detect",
        {"find attacks in logs with Sigma rules", "tìm tấn công trong nhật ký bằng luật Sigma"},
        run_detect},
    Subcommand{"rules",
               {"check Sigma rules: rules check DIR…", "kiểm tra luật Sigma: rules check THƯ-MỤC…"},
               run_rules},
    Subcommand{"serve", {"run the city's server", "chạy máy chủ của thành phố"}, run_serve},
    Subcommand{"profile",
               {"put a city profile into the registry", "đưa hồ sơ thành phố vào sổ đăng ký"},
               run_profile},
    Subcommand{"account",
               {"make accounts: account create …", "lập tài khoản: account create …"},
               run_account},
    Subcommand{"procedures",
               {"check definitions of procedures", "kiểm tra định nghĩa quy trình"},
               run_procedures},
    Subcommand{
        "ledger", {"ledger verify, ledger rebuild", "kiểm chứng, dựng lại sổ cái"}, run_ledger},
    Subcommand{"backup", {"copy the record while it works", "sao lưu hồ sơ"}, run_backup},
    Subcommand{"restore", {"put a backup back", "khôi phục từ bản sao lưu"}, run_restore},
    Subcommand{
        "help", {"this text, or that of a command", "hướng dẫn này, hoặc của một lệnh"}, help},
    Subcommand{"version", {"which version this is", "phiên bản"}, version},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> other_names{
    {{"--help", "help"}, {"-h", "help"}, {"--version", "version"}}};

const Subcommand* find(std::string_view name) {
  const auto other =
      std::ranges::find(other_names, name, &decltype(other_names)::value_type::first);
  if (other != other_names.end()) name = other->second;
  const auto found = std::ranges::find(subcommands, name, &Subcommand::name);
  return found == subcommands.end() ? nullptr : &*found;
}

std::string overview() {
  const Language language = language_of_environment();
  constexpr Said head{"Hải Đăng watches for attacks.\n\nusage: haidang COMMAND …\n\n",
                      "Hải Đăng canh gác, phát hiện tấn công.\n\ncách dùng: haidang LỆNH …\n\n"};
  constexpr Said tail{"\nhaidang help COMMAND explains a command.\n",
                      "\nhaidang help LỆNH giải thích một lệnh.\n"};
  std::string text(head.in(language));
  for (const auto& subcommand : subcommands)
    text +=
        fmt::format("  {} {}\n", text::fit(subcommand.name, 10), subcommand.summary.in(language));
  return text.append(tail.in(language));
}

ExitCode unknown(std::string_view name, const Terminal& terminal) {
  std::vector<std::string_view> names;
  names.reserve(subcommands.size());
  for (const auto& subcommand : subcommands) names.push_back(subcommand.name);
  constexpr Said what{"there is no command", "không có lệnh"};
  constexpr Said mend{"see: haidang help", "xem: haidang help"};
  const Language language = language_of_environment();
  fmt::print(terminal.messages, "haidang: {} '{}'{}; {}\n", what.in(language), text::shown(name),
             did_you_mean(name, names), mend.in(language));
  return ExitCode::usage;
}

ExitCode say(std::string_view text, const Terminal& terminal) {
  return Output(terminal.output).write(text) ? ExitCode::done : ExitCode::output_failed;
}

ExitCode help(Arguments arguments, const Terminal& terminal) {
  if (arguments.empty() || arguments.front() == "help") return say(overview(), terminal);
  const Subcommand* subcommand = find(arguments.front());
  if (subcommand == nullptr) return unknown(arguments.front(), terminal);
  constexpr std::array<std::string_view, 1> wanted{"--help"};
  return subcommand->run(wanted, terminal);
}

ExitCode version(Arguments /*arguments*/, const Terminal& terminal) {
  return say("haidang " HAIDANG_VERSION "\n", terminal);
}

}  // namespace

ExitCode run_subcommand(Arguments arguments, const Terminal& terminal) {
  if (arguments.empty()) {
    fmt::print(terminal.messages, "{}", overview());
    return ExitCode::usage;
  }
  const Subcommand* subcommand = find(arguments.front());
  if (subcommand == nullptr) return unknown(arguments.front(), terminal);
  return subcommand->run(arguments.subspan(1), terminal);
}

int run_program(std::span<char* const> arguments, Terminal terminal) {
  const std::vector<std::string_view> words(arguments.begin(), arguments.end());
  return static_cast<int>(run_subcommand(words, terminal));
}

}  // namespace haidang::app
