#include "app/serve_command.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <pthread.h>

#include "api/api.hpp"
#include "app/background.hpp"
#include "app/city.hpp"
#include "app/city_command.hpp"
#include "app/metrics.hpp"
#include "app/output.hpp"
#include "base/file.hpp"
#include "base/quantity.hpp"
#include "net/server.hpp"

namespace haidang::app {
namespace {

constexpr std::size_t most_openapi = 4U << 20;

net::ServerOptions server_options(const CitySettings& settings, const CityPlaces& places) {
  net::ServerOptions options;
  options.address = settings.address;
  options.port = settings.port;
  options.certificate = settings.tls_certificate;
  options.private_key = settings.tls_key;
  options.threads = settings.threads;
  options.most_body = settings.most_document + (1U << 20);
  options.spool_dir = places.spool;
  return options;
}

// The description lies beside the catalogue, in the tree and where it is installed.
Result<std::string> openapi_text(const CityPlaces& places) {
  return read_file(places.catalogue.parent_path() / "api" / "openapi.yaml", most_openapi);
}

// Signals that end the server are waited for, not handled: no code runs inside a handler.
sigset_t block_stop_signals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  return stops;
}

class Serving {
 public:
  Serving(const CitySettings& settings, City& city, Log& log)
      : settings_(settings), city_(city), log_(log) {}

  Result<> start() {
    TRY(auto openapi, openapi_text(city_.places()));
    api::ApiOptions options{.version = HAIDANG_VERSION,
                            .openapi = std::move(openapi),
                            .checkpoint_key = city_.checkpoint_key(),
                            .secure_cookies = !settings_.tls_certificate.empty(),
                            .most_document = settings_.most_document,
                            .reports_per_hour = settings_.reports_per_hour,
                            .logins_per_minute = settings_.logins_per_minute,
                            .metrics = [this] { return metrics_text(city_, server_->counters()); },
                            .verify = [this] { return verify_record(city_.places()); }};
    api_ = std::make_unique<api::Api>(
        api::Parts{city_.ledger(), city_.documents(), city_.registry(), city_.policy(),
                   city_.accounts(), city_.engine(), log_},
        std::move(options));
    TRY(server_,
        net::Server::start(
            server_options(settings_, city_.places()),
            [this](net::Request request) { return api_->answer(std::move(request)); }, log_));
    return {};
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  void stop() {
    api_->stop();
    server_->stop();
  }

 private:
  const CitySettings& settings_;
  City& city_;
  Log& log_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<net::Server> server_;
};

std::string address_of(const CitySettings& settings, std::uint16_t port) {
  return fmt::format("{}://{}:{}", settings.tls_certificate.empty() ? "http" : "https",
                     settings.address, port);
}

Result<ExitCode> serve(const CitySettings& settings, const Terminal& terminal) {
  Log log;
  sigset_t stops = block_stop_signals();
  if (settings.weak_passwords || settings.no_second_factor)
    log.warning("accounts are guarded as in a demonstration: not for real work");
  if (settings.clock_ahead.count() > 0)
    log.warning("the clock runs ahead", {{"by", format_duration(settings.clock_ahead)}});
  TRY(const auto city,
      City::open(settings, log, [ahead = settings.clock_ahead] { return now() + ahead; }));
  Serving serving(settings, *city, log);
  const Background background(*city, log);
  TRY_VOID(serving.start());
  const std::string address = address_of(settings, serving.port());
  log.info("serving", {{"address", address}, {"data", city->places().data.string()}});
  if (!Output(terminal.output).write(address + "\n")) return ExitCode::output_failed;
  int caught = 0;
  sigwait(&stops, &caught);
  log.info("stopping", {{"signal", caught}});
  serving.stop();
  return ExitCode::done;
}

}  // namespace

ExitCode run_serve(Arguments arguments, const Terminal& terminal) {
  return run_city_command("haidang serve", "run the city's server", arguments, terminal, serve);
}

}  // namespace haidang::app
