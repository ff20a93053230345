// Connections that read, lent one at a time; made when first needed.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/ledger/sql.hpp"

namespace haidang::ledger {

class Readers {
 public:
  Readers(std::string address, unsigned most) : address_(std::move(address)), most_(most) {}

  // Runs `work` in a transaction that only reads. Waits while all connections are lent.
  Result<> run(const std::function<Result<>(Sql&)>& work);

 private:
  Result<std::unique_ptr<Sql>> take();
  void give_back(std::unique_ptr<Sql> sql);

  std::string address_;
  unsigned most_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Sql>> free_;
  unsigned made_ = 0;
};

// BEGIN, once more where the connection turns out to be lost.
Result<> begin(Sql& sql, std::string_view statement);
// A transaction that only reads, on one state of the database.
Result<> begin_reading(Sql& sql);

}  // namespace haidang::ledger
