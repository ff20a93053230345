// haidang backup DIR | haidang restore DIR
#include <fmt/format.h>

#include "app/city.hpp"
#include "app/city_command.hpp"
#include "app/output.hpp"
#include "app/record_commands.hpp"
#include "record/ledger/backup.hpp"

namespace haidang::app {
namespace {

std::string report(const ledger::BackedUp& done) {
  std::string text =
      fmt::format("{} acts, {} documents, {} bytes\n", done.acts, done.documents, done.bytes);
  for (const auto& name : done.missing)
    text += fmt::format("document {} is named by an act and is not there\n", name);
  return text;
}

ExitCode told(const ledger::BackedUp& done, const Terminal& terminal) {
  if (!Output(terminal.output).write(report(done))) return ExitCode::output_failed;
  return done.missing.empty() ? ExitCode::done : ExitCode::unread;
}

Result<ExitCode> back_up(const CitySettings& settings, const std::string& into,
                         const Terminal& terminal) {
  TRY(const auto places, places_of(settings));
  TRY(const auto documents, open_documents(settings, places));
  std::vector<ledger::Checkpoint> checkpoints;
  if (std::filesystem::exists(places.checkpoints)) {
    TRY(checkpoints, ledger::read_checkpoints(places.checkpoints));
  }
  TRY(const auto ledger, ledger::Ledger::open({.address = places.database}, {}));
  TRY(const auto done, ledger::backup(*ledger, documents, into, {}, checkpoints));
  return told(done, terminal);
}

Result<ExitCode> put_back(const CitySettings& settings, const std::string& from,
                          const Terminal& terminal) {
  TRY(const auto places, places_of(settings));
  std::filesystem::create_directories(places.data);
  TRY(const auto documents, open_documents(settings, places));
  TRY(const auto kinds, registry::Kinds::load(places.catalogue / "registry" / "kinds.yml"));
  TRY(const auto done, ledger::restore(from, places.database, projections_of(kinds), documents));
  return told(done, terminal);
}

using Copy = Result<ExitCode> (*)(const CitySettings&, const std::string&, const Terminal&);

ExitCode run_copy(const std::string& command, const std::string& summary, Copy copy,
                  Arguments arguments, const Terminal& terminal) {
  std::vector<std::string> dir;
  return run_city_command(
      command, summary, arguments, terminal,
      [&](const CitySettings& settings, const Terminal& own) {
        return copy(settings, dir.front(), own);
      },
      [&](Settings& settings) {
        settings.positionals({"DIR", "DIR", "directory of the backup"}, dir, {1, 1});
      });
}

}  // namespace

ExitCode run_backup(Arguments arguments, const Terminal& terminal) {
  return run_copy("haidang backup", "copy ledger, documents and checkpoints into a new directory",
                  back_up, arguments, terminal);
}

ExitCode run_restore(Arguments arguments, const Terminal& terminal) {
  return run_copy("haidang restore", "put a backup into an empty data directory, if it is whole",
                  put_back, arguments, terminal);
}

}  // namespace haidang::app
