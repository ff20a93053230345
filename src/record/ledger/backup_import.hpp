// Acts put into an empty database as they are, with their numbers, times and hashes.
//
// For restore. One transaction: all acts and projections, or an empty database as before. Whether
// the acts form a chain is for `next` to check.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::ledger {

// `conflict` where a ledger stands in the database, whatever it holds.
Result<> check_no_ledger(const std::string& address);

// `next` fills the next act, false when there is none; it is asked until then.
Result<> import_acts(const std::string& address, const std::string& identity,
                     std::vector<Projection> projections,
                     const std::function<Result<bool>(Act&)>& next);

}  // namespace haidang::ledger
