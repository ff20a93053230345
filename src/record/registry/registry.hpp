// The registry: who there is, since when, and what they have.
//
//   put/end/succeed -> acts "registry.put", "registry.ended", "registry.succeeded" -> tables
//
// Every answer is as of a day. Roles of the directive ("police", "ict", "committee" …) are not
// units: holder() says which unit holds one on a day, so that clauses outlive reorganisations.
// Writing goes through a Writer, so that several changes (an import, a profile) are one
// transaction. Knows no access: callers ask that first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/ledger/ledger.hpp"
#include "record/registry/entry.hpp"
#include "record/registry/kinds.hpp"

namespace haidang::registry {

// Who writes; becomes the act's actor and unit.
struct By {
  std::string actor;
  std::string unit{};
};

struct Query {
  std::string kind;
  std::optional<Day> at{};              // absent: all, ended ones too
  std::optional<std::string> unit{};    // belonging to it
  std::optional<std::string> parent{};  // units below it
  std::string text{};                   // found in name or id, without marks, by words
  std::string after{};                  // the id the last page ended with
  std::size_t limit = 50;
};

struct Page {
  std::vector<Entry> entries;
  bool more = false;
};

ledger::Projection projection(const Kinds& kinds);

class Registry {
 public:
  Registry(ledger::Ledger& ledger, Kinds kinds);  // `ledger` outlives it
  [[nodiscard]] const Kinds& kinds() const { return kinds_; }

  // --- Reading (each also inside a transaction, given its Sql) ---------------
  Result<Entry> get(ledger::Sql& sql, std::string_view kind, std::string_view id, Day at) const;
  Result<Page> list(ledger::Sql& sql, const Query& query) const;
  // All that a query finds, page by page; its `limit` and `after` are not looked at.
  Result<> each(ledger::Sql& sql, Query query,
                const std::function<Result<>(const Entry&)>& take) const;
  Result<std::vector<Entry>> history(ledger::Sql& sql, std::string_view kind,
                                     std::string_view id) const;
  // The unit that holds a role of the directive; not_found where none does on that day.
  Result<std::string> holder(ledger::Sql& sql, std::string_view role, Day at) const;
  // All of them, for roles that several may hold ("isp", "media"); holder() refuses those as
  // `conflict` where more than one does.
  Result<std::vector<std::string>> holders(ledger::Sql& sql, std::string_view role, Day at) const;
  // The roles of the directive a unit holds on that day.
  Result<std::vector<std::string>> roles_of(ledger::Sql& sql, std::string_view unit, Day at) const;
  // True where the provider has a certificate that is valid that day and covers the kind of device.
  Result<bool> certified(ledger::Sql& sql, std::string_view provider, std::string_view device_kind,
                         Day at) const;
  // True where the provider is certified, or is the unit that holds a role which repairs without
  // certificate (roles.yml: repairs).
  Result<bool> may_repair(ledger::Sql& sql, std::string_view provider, std::string_view device_kind,
                          Day at) const;
  // True where the unit is marked as a critical agency on that day.
  Result<bool> critical(ledger::Sql& sql, std::string_view unit, Day at) const;
  // Who came after an entry, and from which day.
  struct Successor {
    std::string id;
    Day day;
  };
  Result<std::vector<Successor>> successors(ledger::Sql& sql, std::string_view kind,
                                            std::string_view id) const;
  Result<std::vector<Successor>> predecessors(ledger::Sql& sql, std::string_view kind,
                                              std::string_view id) const;
  // Whom to wake at a unit: contacts of the duty rota in force at that time, first those of step
  // 0, then each step of the chain. Empty steps are left out.
  struct Contact {
    std::string name;
    std::string email;
    std::string phone;
    std::string account;  // may be empty
  };
  Result<std::vector<std::vector<Contact>>> on_call(ledger::Sql& sql, std::string_view unit,
                                                    Time at) const;

  // --- Writing ----------------------------------------------------------------
  // A new entry or a new version of one. `based_on`: the version it was edited from; conflict
  // where another came between; 0: it must be new. Where no valid_to is given it holds until the
  // next version that is already known, or without end. Refuses what the kind does not allow, a
  // reference to what does not exist on valid_from, a parent below its own child, and a second
  // holder of a role that only one may hold.
  Result<Entry> put(ledger::Writer& writer, const By& by, Entry entry,
                    std::optional<std::uint64_t> based_on = {}) const;
  Result<> end(ledger::Writer& writer, const By& by, std::string_view kind, std::string_view id,
               Day valid_to, std::string_view successor = {}) const;
  // One more successor: a district's duties may go to several communes.
  Result<> succeed(ledger::Writer& writer, const By& by, std::string_view kind, std::string_view id,
                   std::string_view successor, Day day) const;
  // The problems put() would refuse the entry for, each with its JSON pointer where it has one.
  // `known`: entries of the same kind that are about to be written (an import's earlier rows).
  Result<std::vector<Error>> problems(
      ledger::Sql& sql, const Entry& entry,
      const std::function<bool(std::string_view id, Day at)>& known = {}) const;

  // put() for what comes with a profile: its series stays with the entry, also when people change
  // it later.
  struct Origin {
    std::string series;
    Day day{};  // the profile's first
  };
  Result<Entry> put_from(ledger::Writer& writer, const By& by, Entry entry,
                         const Origin& origin) const;

 private:
  Result<Entry> write(ledger::Writer& writer, const By& by, const Entry& entry,
                      const Origin* origin) const;

  ledger::Ledger& ledger_;
  Kinds kinds_;
};

}  // namespace haidang::registry
