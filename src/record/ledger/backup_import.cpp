#include "record/ledger/backup_import.hpp"

#include <utility>

#include "record/ledger/projections.hpp"
#include "record/ledger/sql.hpp"
#include "record/ledger/tables.hpp"
#include "record/ledger/writer_lock.hpp"

namespace haidang::ledger {
namespace {

Result<> refuse_ledger(Sql& sql) {
  TRY(const bool there, has_ledger(sql));
  if (!there) return {};
  return fail(Error::Kind::conflict,
              "there is a ledger in this database; restore into an empty one");
}

Result<> fill(Sql& sql, const std::string& identity, Projections& projections,
              const std::function<Result<bool>(Act&)>& next) {
  TRY_VOID(refuse_ledger(sql));
  TRY_VOID(create_ledger(sql, identity));
  TRY_VOID(projections.bring_up_to_date(sql));
  for (Act act;;) {
    TRY(const bool more, next(act));
    if (!more) return {};
    TRY_VOID(insert_act(sql, act));
    TRY_VOID(projections.apply(sql, act));
  }
}

}  // namespace

Result<> check_no_ledger(const std::string& address) {
  TRY(const auto sql, Sql::connect(address));
  return refuse_ledger(*sql);
}

Result<> import_acts(const std::string& address, const std::string& identity,
                     std::vector<Projection> projections,
                     const std::function<Result<bool>(Act&)>& next) {
  TRY(auto checked, Projections::of(std::move(projections)));
  TRY(const auto lock, WriterLock::take_file(address));
  TRY(const auto sql, Sql::connect(address));
  TRY_VOID(WriterLock::take_connection(*sql));
  TRY_VOID(sql->run(sql->dialect() == Dialect::sqlite ? "BEGIN IMMEDIATE" : "BEGIN"));
  if (auto filled = fill(*sql, identity, checked, next); !filled) {
    // Where even this fails the connection is closed next, which undoes it too.
    static_cast<void>(sql->run("ROLLBACK"));
    return filled;
  }
  TRY_VOID(sql->run("COMMIT"));
  return {};
}

}  // namespace haidang::ledger
