// haidang procedures check DIR | haidang profile DIR… | haidang account create
#include <fmt/format.h>

#include "app/catalogue_path.hpp"
#include "app/city.hpp"
#include "app/city_command.hpp"
#include "app/output.hpp"
#include "app/record_commands.hpp"
#include "base/file.hpp"
#include "record/registry/profile.hpp"

namespace haidang::app {
namespace {

constexpr std::size_t most_password = 4096;

ExitCode said(const std::string& text, const Terminal& terminal,
              ExitCode otherwise = ExitCode::done) {
  return Output(terminal.output).write(text) ? otherwise : ExitCode::output_failed;
}

Result<ExitCode> check(const CitySettings& settings, const std::string& dir,
                       const Terminal& terminal) {
  TRY(const auto catalogue, find_catalogue(catalogue_hints(settings.catalogue)));
  TRY(auto known, procedure::read_vocabulary(catalogue));
  TRY(const auto loaded, procedure::load_definitions(dir, std::move(known)));
  std::string text;
  for (const auto& problem : loaded.problems) text += problem.message() + "\n";
  text += fmt::format("{} procedures, {} problems\n", loaded.definitions.size(),
                      loaded.problems.size());
  return said(text, terminal, loaded.problems.empty() ? ExitCode::done : ExitCode::unread);
}

ExitCode run_check(Arguments arguments, const Terminal& terminal) {
  std::vector<std::string> dir;
  return run_city_command(
      "haidang procedures check", "refuse definitions that are not sound, with file and line",
      arguments, terminal,
      [&](const CitySettings& settings, const Terminal& own) {
        return check(settings, dir.front(), own);
      },
      [&](Settings& settings) {
        settings.positionals({"DIR", "DIR", "directory of definitions (*.yml)"}, dir, {1, 1});
      });
}

Result<ExitCode> apply(const CitySettings& settings, const std::vector<std::string>& profiles,
                       const Terminal& terminal) {
  Log log(Log::Level::warning);
  TRY(const auto city, City::open(settings, log));
  std::string text;
  for (const auto& name : profiles) {
    const std::filesystem::path known = city->places().catalogue / "profiles" / name;
    const auto path = std::filesystem::is_directory(known) ? known : std::filesystem::path(name);
    TRY(const auto applied, city->ledger().write([&](ledger::Writer& writer) {
      return registry::apply_profile(city->registry(), writer, {.actor = "system"}, path);
    }));
    text += fmt::format("{}: {} put, {} ended, {} as they were\n", name, applied.put, applied.ended,
                        applied.same);
  }
  return said(text, terminal);
}

struct NewAccount {
  access::Account account{.id = {}, .name = {}, .unit = {}};
  std::string password_file{};
  bool keep_password = false;
};

Result<ExitCode> create(const CitySettings& settings, NewAccount wanted, const Terminal& terminal) {
  Log log(Log::Level::warning);
  TRY(const auto city, City::open(settings, log));
  TRY(auto password, read_file(wanted.password_file, most_password));
  password.resize(std::min(password.size(), password.find_first_of("\r\n")));
  wanted.account.must_change_password = !wanted.keep_password;
  TRY_VOID(city->accounts().create("system", wanted.account, password));
  return said(fmt::format("account {} made\n", wanted.account.id), terminal);
}

void declare(NewAccount& wanted, Settings& settings) {
  settings.text({"id", "NAME", "login name", true}, wanted.account.id);
  settings.text({"name", "TEXT", "as people know them", true}, wanted.account.name);
  settings.text({"unit", "ID", "unit of the registry", true}, wanted.account.unit);
  settings.text({"email", "ADDRESS", "for notices"}, wanted.account.email);
  settings.texts({"role", "NAME", "of catalogue/access/roles.yml; may be repeated", true},
                 wanted.account.roles);
  settings.text({"password-file", "FILE|-", "its first line is the password", true},
                wanted.password_file);
  settings.flag({"keep-password", "", "do not ask for a new one at the first login"},
                wanted.keep_password);
}

ExitCode run_create(Arguments arguments, const Terminal& terminal) {
  NewAccount wanted;
  return run_city_command(
      "haidang account create", "make an account, the first administrator's among them", arguments,
      terminal,
      [&](const CitySettings& settings, const Terminal& own) {
        return create(settings, wanted, own);
      },
      [&](Settings& settings) { declare(wanted, settings); });
}

}  // namespace

ExitCode run_procedures(Arguments arguments, const Terminal& terminal) {
  constexpr std::array choices{Choice{"check", run_check}};
  return run_choice("procedures", choices, arguments, terminal);
}

ExitCode run_profile(Arguments arguments, const Terminal& terminal) {
  std::vector<std::string> profiles;
  return run_city_command(
      "haidang profile", "put the units and roles of a city profile into the registry", arguments,
      terminal,
      [&](const CitySettings& settings, const Terminal& own) {
        return apply(settings, profiles, own);
      },
      [&](Settings& settings) {
        settings.positionals({"PROFILE", "NAME|DIR", "of catalogue/profiles, or a directory"},
                             profiles, {1, 100});
      });
}

ExitCode run_account(Arguments arguments, const Terminal& terminal) {
  constexpr std::array choices{Choice{"create", run_create}};
  return run_choice("account", choices, arguments, terminal);
}

}  // namespace haidang::app
