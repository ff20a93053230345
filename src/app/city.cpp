#include "app/city.hpp"

#include <utility>

#include <fmt/format.h>

#include "app/catalogue_path.hpp"
#include "app/telling.hpp"
#include "base/file.hpp"
#include "net/client.hpp"
#include "record/procedure/definition.hpp"

namespace haidang::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_secret = 4096;

Result<> make_private(const fs::path& dir) {
  std::error_code failed;
  fs::create_directories(dir, failed);
  if (!failed) fs::permissions(dir, fs::perms::owner_all, failed);
  if (!failed) return {};
  return fail(Error::Kind::unavailable, "this directory cannot be made: " + failed.message(),
              dir.string());
}

// The first line of a file that holds a secret; no file, no secret.
Result<std::string> secret_in(const std::string& file) {
  if (file.empty()) return std::string();
  TRY(auto text, read_file(file, most_secret));
  return text.substr(0, text.find_first_of("\r\n"));
}

Result<notify::Gateways> gateways_of(const CitySettings& settings) {
  notify::Gateways gateways;
  gateways.mail = {.url = settings.mail_url,
                   .user = settings.mail_user,
                   .from = settings.mail_from,
                   .require_tls = !settings.mail_without_tls,
                   .ca_file = settings.mail_ca_file};
  TRY(gateways.mail.password, secret_in(settings.mail_password_file));
  gateways.sms = {.url = settings.sms_url,
                  .body = settings.sms_body,
                  .content_type = settings.sms_content_type};
  TRY(gateways.sms.authorization, secret_in(settings.sms_authorization_file));
  TRY(gateways.webhook_secret, secret_in(settings.webhook_secret_file));
  gateways.public_address = settings.public_address;
  return gateways;
}

// The time-stamping authority is reached over HTTP, which the record knows nothing of.
Result<std::string> post(const std::string& url, const std::string& type, const std::string& body) {
  TRY(auto answer,
      net::fetch(
          {.method = "POST", .url = url, .headers = {{"Content-Type", type}}, .body = body}));
  if (answer.status == 200) return std::move(answer.body);
  return fail(Error::Kind::unavailable, fmt::format("answered {}", answer.status), url);
}

Result<fs::path> absolute(const std::string& path) {
  std::error_code failed;
  auto whole = fs::weakly_canonical(path, failed);
  if (failed) return fail(Error::Kind::invalid, failed.message(), path);
  return whole;
}

}  // namespace

Result<CityPlaces> places_of(const CitySettings& settings) {
  CityPlaces places;
  TRY(places.data, absolute(settings.data));
  TRY(const auto catalogue, find_catalogue(catalogue_hints(settings.catalogue)));
  places.catalogue = catalogue;
  places.documents = places.data / "documents";
  places.spool = places.data / "spool";
  places.keys = places.data / "keys";
  const std::string beside = places.data.string() + "-checkpoints.ndjson";
  TRY(places.checkpoints,
      absolute(settings.checkpoint_file.empty() ? beside : settings.checkpoint_file));
  places.database = settings.database.empty()
                        ? fmt::format("sqlite:{}", (places.data / "ledger.db").string())
                        : settings.database;
  return places;
}

std::vector<ledger::Projection> projections_of(const registry::Kinds& kinds) {
  return {registry::projection(kinds), access::projection(), procedure::projection(),
          notify::projection()};
}

Result<ledger::Documents> open_documents(const CitySettings& settings, const CityPlaces& places) {
  if (!settings.encrypt_documents) return ledger::Documents::open(places.documents);
  TRY(auto key, access::open_secret_key(places.keys / "documents"));
  return ledger::Documents::open(places.documents, std::move(key));
}

Result<ledger::Verified> verify_record(const CityPlaces& places,
                                       std::function<void(std::uint64_t, std::uint64_t)> progress) {
  TRY(const auto kinds, registry::Kinds::load(places.catalogue / "registry" / "kinds.yml"));
  ledger::VerifyOptions options{.address = places.database,
                                .projections = projections_of(kinds),
                                .progress = std::move(progress)};
  if (fs::exists(places.checkpoints)) {
    TRY(const auto signer, ledger::Signer::open(places.keys / "checkpoint"));
    options.public_key = signer.public_key();
    TRY(options.checkpoints, ledger::read_checkpoints(places.checkpoints));
  }
  return ledger::verify(options);
}

City::City(CityPlaces places, ledger::Documents documents, access::Policy policy, Calendar calendar)
    : places_(std::move(places)),
      documents_(std::move(documents)),
      policy_(std::move(policy)),
      calendar_(std::move(calendar)) {}

City::~City() = default;

Result<std::unique_ptr<City>> City::open(const CitySettings& settings, Log& log,
                                         std::function<Time()> clock) {
  TRY(auto places, places_of(settings));
  for (const auto& dir : {places.data, places.keys, places.spool}) TRY_VOID(make_private(dir));
  TRY(auto documents, open_documents(settings, places));
  TRY(auto policy, access::Policy::load(places.catalogue / "access" / "roles.yml"));
  TRY(auto calendar, Calendar::load(places.catalogue / "calendars" / "vn.yml"));
  std::unique_ptr<City> city(
      new City(std::move(places), std::move(documents), std::move(policy), std::move(calendar)));
  TRY_VOID(city->open_record(settings, std::move(clock)));
  TRY_VOID(city->open_notices(settings, log));
  TRY_VOID(city->open_publisher(settings, log));
  TRY_VOID(city->publish_procedures());
  return city;
}

Result<> City::open_record(const CitySettings& settings, std::function<Time()> clock) {
  TRY(auto kinds, registry::Kinds::load(places_.catalogue / "registry" / "kinds.yml"));
  TRY(ledger_, ledger::Ledger::open({.address = places_.database, .clock = std::move(clock)},
                                    projections_of(kinds)));
  registry_ = std::make_unique<registry::Registry>(*ledger_, std::move(kinds));
  access::AccountOptions options{.effort = settings.weak_passwords ? access::Effort::least
                                                                   : access::Effort::usual};
  options.require_totp = !settings.no_second_factor;
  options.check_unit = [this](ledger::Sql& sql, std::string_view unit) -> Result<> {
    const auto today = registry::day_of(ledger_->time());
    const auto known = registry_->get(sql, "unit", unit, today);
    // The technicians of an outside firm belong to it.
    if (known || registry_->get(sql, "provider", unit, today)) return {};
    return std::unexpected(known.error());
  };
  TRY(options.secret_key, access::open_secret_key(places_.keys / "accounts"));
  accounts_ = std::make_unique<access::Accounts>(*ledger_, policy_, std::move(options));
  engine_ = std::make_unique<procedure::Engine>(procedure::Engine::Parts{
      .ledger = *ledger_,
      .registry = *registry_,
      .policy = policy_,
      .documents = documents_,
      .calendar = calendar_,
      .notifier = tell_people(*registry_, *accounts_, !settings.sms_url.empty())});
  return {};
}

Result<> City::open_notices(const CitySettings& settings, Log& log) {
  TRY(auto templates, notify::Templates::load(places_.catalogue / "notices"));
  TRY(auto gateways, gateways_of(settings));
  courier_ =
      std::make_unique<notify::Courier>(*ledger_, std::move(templates), std::move(gateways), log);
  return {};
}

Result<> City::open_publisher(const CitySettings& settings, Log& log) {
  TRY(auto signer, ledger::Signer::open(places_.keys / "checkpoint"));
  checkpoint_key_ = signer.public_key();
  ledger::PublishOptions options{
      .file = places_.checkpoints,
      .stamp_url = settings.timestamp_url,
      .data_dir = places_.data,
      .every = std::chrono::duration_cast<std::chrono::milliseconds>(settings.checkpoint_every)};
  if (settings.checkpoint_syslog) options.syslog_socket = "/dev/log";
  TRY(publisher_, ledger::CheckpointPublisher::open(*ledger_, std::move(signer), std::move(options),
                                                    post, log));
  return {};
}

Result<> City::publish_procedures() {
  TRY(const auto known, procedure::read_vocabulary(places_.catalogue));
  TRY(const auto catalogue, procedure::load_definitions(places_.catalogue / "procedures", known));
  if (!catalogue.problems.empty()) return std::unexpected(catalogue.problems.front());
  return engine_->publish(catalogue.definitions);
}

}  // namespace haidang::app
