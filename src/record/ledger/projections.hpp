// The tables that are made from acts: taking each act, and being made again from all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::ledger {

class Projections {
 public:
  using Told = std::function<void(std::uint64_t done)>;

  // Refuses two of one name or with one table, and names that are no words of a-z0-9_.
  static Result<Projections> of(std::vector<Projection> list);

  Result<> apply(Sql& sql, const Act& act) const;

  // Makes anew those whose schema or version is not the recorded one. In the caller's transaction.
  Result<> bring_up_to_date(Sql& sql);
  Result<> rebuild(Sql& sql, const Told& told) const;
  // Tables only, nothing recorded: the verifier's scratch database.
  Result<> create_tables(Sql& sql) const;

  // Projections that stand in the database and are not ours: acts pass them by from now on.
  // Marked, so that they are made anew when somebody brings them again.
  Result<> mark_strangers(Sql& sql) const;

  [[nodiscard]] const std::vector<Projection>& list() const { return list_; }

 private:
  explicit Projections(std::vector<Projection> list) : list_(std::move(list)) {}
  std::vector<Projection> list_;
  std::vector<std::string> strangers_;
};

}  // namespace haidang::ledger
