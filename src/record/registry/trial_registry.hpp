// For tests only, of every module that needs a registry: one with the catalogue's kinds on a trial
// ledger.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "record/ledger/trial.hpp"
#include "record/registry/profile.hpp"
#include "record/registry/registry.hpp"

namespace haidang::registry {

inline Kinds catalogue_kinds() {
  return ledger::must(Kinds::load(HAIDANG_SOURCE_DIR "/catalogue/registry/kinds.yml"));
}

inline Day day(std::string_view text) { return ledger::must(parse_day(text)); }

inline const By somebody{.actor = "an.nguyen", .unit = "so-khcn"};

class TrialRegistry {
 public:
  explicit TrialRegistry(ledger::Dialect dialect = ledger::Dialect::sqlite)
      : ledger_({projection(catalogue_kinds())}, dialect), registry_(*ledger_, catalogue_kinds()) {}

  ledger::TrialLedger& ledger() { return ledger_; }
  const Registry& operator*() const { return registry_; }

  // A read or a write of one function of the registry, in its own transaction.
  template <class Work>
  auto read(Work work) {
    return ledger_->read([&](ledger::Sql& sql) { return work(registry_, sql); });
  }
  template <class Work>
  auto write(Work work) {
    return ledger_->write([&](ledger::Writer& writer) { return work(registry_, writer); });
  }

  Result<Entry> put(std::string_view kind, std::string_view id, std::string_view from,
                    std::string_view fields, std::optional<std::uint64_t> based_on = {},
                    std::optional<Day> to = {}) {
    Entry entry{.kind = std::string(kind), .id = std::string(id), .unit = {}, .name = {}};
    entry.valid_from = day(from);
    entry.valid_to = to;
    entry.fields = json::parse(fields).as_object();
    return write([&](const Registry& registry, ledger::Writer& writer) {
      return registry.put(writer, somebody, entry, based_on);
    });
  }
  Result<> end(std::string_view kind, std::string_view id, std::string_view to,
               std::string_view successor = {}) {
    return write([&](const Registry& registry, ledger::Writer& writer) {
      return registry.end(writer, somebody, kind, id, day(to), successor);
    });
  }
  Result<Entry> get(std::string_view kind, std::string_view id, std::string_view at) {
    return read([&](const Registry& registry, ledger::Sql& sql) {
      return registry.get(sql, kind, id, day(at));
    });
  }
  Result<Page> list(const Query& query) {
    return read(
        [&](const Registry& registry, ledger::Sql& sql) { return registry.list(sql, query); });
  }
  Result<Applied> apply(std::string_view profile) {
    return write([&](const Registry& registry, ledger::Writer& writer) {
      return apply_profile(
          registry, writer, somebody,
          std::string(HAIDANG_SOURCE_DIR "/catalogue/profiles/") + std::string(profile));
    });
  }

 private:
  ledger::TrialLedger ledger_;
  Registry registry_;
};

}  // namespace haidang::registry
