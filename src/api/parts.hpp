// What the routes work on. All of it is made and owned by app and outlives the Api.
#pragma once

#include <functional>
#include <string>

#include "base/log.hpp"
#include "record/access/accounts.hpp"
#include "record/access/policy.hpp"
#include "record/ledger/documents.hpp"
#include "record/ledger/ledger.hpp"
#include "record/ledger/verify.hpp"
#include "record/notify/notify.hpp"
#include "record/procedure/engine.hpp"
#include "record/registry/registry.hpp"

namespace haidang::api {

struct Parts {
  ledger::Ledger& ledger;
  const ledger::Documents& documents;
  const registry::Registry& registry;
  const access::Policy& policy;
  access::Accounts& accounts;
  procedure::Engine& engine;
  Log& log;
};

struct ApiOptions {
  std::string version;                      // of the program
  std::string openapi;                      // api/openapi.yaml, as it is served
  std::string checkpoint_key{};             // public, hex; empty: none
  bool secure_cookies = true;               // false only where the server speaks plain HTTP
  std::uint64_t most_document = 64U << 20;  // bytes
  std::uint32_t reports_per_hour = 10;      // from one address, without account
  std::uint32_t logins_per_minute = 20;     // from one address
  std::function<std::string()> metrics{};   // Prometheus text of the rest of the program
  std::function<Result<>()> ready{};        // why it could not serve, if so
  std::function<Result<ledger::Verified>()> verify{};  // the ledger, as `haidang ledger verify`
};

}  // namespace haidang::api
