// A city's record, opened: ledger, registry, access, procedures, notices, put together.
//
//   settings -> keys, catalogue -> ledger with every projection -> the parts that stand on it
//
// The visible list of what there is (no static registrars): city.cpp reads from top to bottom.
// Each command that touches the record opens one; only one process at a time can.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/city_settings.hpp"
#include "base/calendar.hpp"
#include "base/log.hpp"
#include "record/access/accounts.hpp"
#include "record/access/policy.hpp"
#include "record/ledger/documents.hpp"
#include "record/ledger/ledger.hpp"
#include "record/ledger/publish.hpp"
#include "record/ledger/verify.hpp"
#include "record/notify/notify.hpp"
#include "record/procedure/engine.hpp"
#include "record/registry/registry.hpp"

namespace haidang::app {

// Where the parts of a city lie, made from its settings.
struct CityPlaces {
  std::filesystem::path data;
  std::filesystem::path documents;
  std::filesystem::path spool;
  std::filesystem::path keys;
  std::filesystem::path checkpoints;
  std::string database;
  std::filesystem::path catalogue;
};
Result<CityPlaces> places_of(const CitySettings& settings);

// All projections of the record, in one list.
std::vector<ledger::Projection> projections_of(const registry::Kinds& kinds);

// The documents, with their key where they are encrypted.
Result<ledger::Documents> open_documents(const CitySettings& settings, const CityPlaces& places);

// The ledger as a stranger would verify it, beside whoever works on it.
Result<ledger::Verified> verify_record(
    const CityPlaces& places, std::function<void(std::uint64_t, std::uint64_t)> progress = {});

class City {
 public:
  // `clock`: tests set it. Publishes the catalogue's procedures into the ledger.
  static Result<std::unique_ptr<City>> open(const CitySettings& settings, Log& log,
                                            std::function<Time()> clock = now);
  City(const City&) = delete;
  City& operator=(const City&) = delete;
  ~City();

  [[nodiscard]] const CityPlaces& places() const { return places_; }
  ledger::Ledger& ledger() { return *ledger_; }
  const ledger::Documents& documents() { return documents_; }
  const registry::Registry& registry() { return *registry_; }
  const access::Policy& policy() { return policy_; }
  access::Accounts& accounts() { return *accounts_; }
  procedure::Engine& engine() { return *engine_; }
  notify::Courier& courier() { return *courier_; }
  ledger::CheckpointPublisher& publisher() { return *publisher_; }
  [[nodiscard]] const std::string& checkpoint_key() const { return checkpoint_key_; }

 private:
  City(CityPlaces places, ledger::Documents documents, access::Policy policy, Calendar calendar);
  Result<> open_record(const CitySettings& settings, std::function<Time()> clock);
  Result<> open_notices(const CitySettings& settings, Log& log);
  Result<> open_publisher(const CitySettings& settings, Log& log);
  Result<> publish_procedures();

  CityPlaces places_;
  ledger::Documents documents_;
  access::Policy policy_;
  Calendar calendar_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<access::Accounts> accounts_;
  std::unique_ptr<procedure::Engine> engine_;
  std::unique_ptr<notify::Courier> courier_;
  std::unique_ptr<ledger::CheckpointPublisher> publisher_;
  std::string checkpoint_key_;
};

}  // namespace haidang::app
