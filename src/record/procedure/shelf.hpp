// Every version of every procedure the ledger knows, parsed once and kept.
//
// A version is never changed: what the ledger recorded as "incident 2" is what cases of version 2
// run on, for ever. Old versions are parsed from their recorded text when first asked for, with
// the vocabulary that was recorded with them. Safe from any thread.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>

#include "record/ledger/ledger.hpp"
#include "record/procedure/definition.hpp"
#include "record/procedure/field_check.hpp"

namespace haidang::procedure {

// A definition ready to run.
struct Ready {
  Definition definition;
  std::map<std::string, FieldCheck, std::less<>> checks;  // by field
};
using ReadyPtr = std::shared_ptr<const Ready>;

class Shelf {
 public:
  Result<> publish(ledger::Ledger& ledger, const std::vector<Definition>& definitions);
  // not_found where no such procedure or version was ever published.
  Result<ReadyPtr> get(ledger::Sql& sql, std::string_view name, std::uint32_t version) const;
  Result<ReadyPtr> newest(ledger::Sql& sql, std::string_view name) const;
  // The newest version of each.
  Result<std::vector<ReadyPtr>> all(ledger::Sql& sql) const;

 private:
  using Key = std::pair<std::string, std::uint32_t>;
  [[nodiscard]] ReadyPtr find(const Key& key) const;
  ReadyPtr keep(ReadyPtr made) const;

  mutable std::shared_mutex mutex_;
  mutable std::map<Key, ReadyPtr> known_;
};

Result<ReadyPtr> make_ready(Definition definition);

}  // namespace haidang::procedure
