#include "record/ledger/readers.hpp"

namespace haidang::ledger {
namespace {

Result<std::unique_ptr<Sql>> connect_reader(const std::string& address) {
  TRY(auto sql, Sql::connect(address));
  if (sql->dialect() == Dialect::sqlite) TRY_VOID(sql->run("PRAGMA query_only=ON"));
  return sql;
}

}  // namespace

Result<> begin(Sql& sql, std::string_view statement) {
  auto begun = sql.run(statement);
  if (!begun && begun.error().kind == Error::Kind::unavailable &&
      sql.dialect() == Dialect::postgresql)
    begun = sql.run(statement);
  if (!begun) return std::unexpected(std::move(begun.error()));
  return {};
}

Result<> begin_reading(Sql& sql) {
  return begin(sql, sql.dialect() == Dialect::sqlite
                        ? "BEGIN"
                        : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

Result<std::unique_ptr<Sql>> Readers::take() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return !free_.empty() || made_ < most_; });
  if (!free_.empty()) {
    auto sql = std::move(free_.back());
    free_.pop_back();
    return sql;
  }
  ++made_;
  lock.unlock();
  auto sql = connect_reader(address_);
  if (!sql) give_back(nullptr);
  return sql;
}

void Readers::give_back(std::unique_ptr<Sql> sql) {
  const std::scoped_lock lock(mutex_);
  if (sql)
    free_.push_back(std::move(sql));
  else
    --made_;
  freed_.notify_one();
}

Result<> Readers::run(const std::function<Result<>(Sql&)>& work) {
  TRY(auto sql, take());
  struct Lent {
    Readers& readers;
    std::unique_ptr<Sql>& sql;
    ~Lent() {
      // A connection that cannot even end its transaction is not used again.
      if (sql->in_transaction() && !sql->run("ROLLBACK")) sql.reset();
      readers.give_back(std::move(sql));
    }
  } const lent{*this, sql};
  TRY_VOID(begin_reading(*sql));
  return work(*sql);
}

}  // namespace haidang::ledger
