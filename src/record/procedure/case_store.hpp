// A case as the tables hold it, in memory.
//
// Loaded whole inside one transaction, by primary keys; not shared between threads. Times are
// whole microseconds, as in the ledger.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/ledger/sql.hpp"

namespace haidang::procedure {

namespace json = boost::json;

// std::ranges::contains, which g++ 12 lacks.
template <class Range, class Value, class Part = std::identity>
bool has(const Range& range, const Value& value, Part part = {}) {
  return std::ranges::find(range, value, part) != std::ranges::end(range);
}

struct Member {  // a unit that holds a party; "" where nobody held the role
  std::string party;
  std::string unit;
};
struct RunningClock {
  std::string clock;
  std::int64_t run = 1;  // how often it was started
  Time from{};
  Time due{};
  std::int64_t fired = 0;
  std::optional<Time> next{};  // when it fires next
  bool running = true;
};
struct Done {
  std::string action;
  std::string party;
  std::string unit;
  std::string actor;
  Time at{};
};
struct Paper {
  std::string kind;
  std::string sha256;
  std::string filename;
  std::string unit;  // that attached it
  Time at{};
};
struct Tie {
  std::string other;
  std::string how;
  bool out = true;  // from this case to the other
};
struct Watcher {
  std::string account;
  std::string unit;
  bool city = false;  // may see every case
};

struct Case {
  std::string id{};
  std::string number{};
  std::string procedure{};
  std::uint32_t defined = 0;  // version of the procedure
  std::uint64_t version = 0;
  std::uint64_t opened = 0;  // seq of the act
  std::string regime{};
  std::string state{};
  bool ended = false;
  std::string subject{};
  std::string subject_name{};
  json::object fields{};
  std::set<std::string> given{};  // fields set when it was opened
  std::string opened_by{};
  std::string opened_unit{};
  Time opened_at{};
  Time changed_at{};
  std::string secret_sha256{};
  std::vector<Member> members{};
  std::vector<RunningClock> clocks{};
  std::vector<Done> done{};
  std::vector<Paper> papers{};
  std::vector<Tie> ties{};
  std::vector<Watcher> watchers{};
  std::map<std::string, std::set<std::string>> shown{};  // party -> fields it was told
  std::set<std::string> evidence{};                      // kinds it cannot end without
  std::map<std::string, std::int64_t> told{};            // party -> next step of its chain

  [[nodiscard]] bool is_member(std::string_view party, std::string_view unit) const;
  [[nodiscard]] std::vector<std::string> units_of(std::string_view party) const;
  [[nodiscard]] std::vector<std::string> parties_of(std::string_view unit) const;
  [[nodiscard]] RunningClock* clock(std::string_view name);
  [[nodiscard]] const json::value* value(std::string_view field) const;
  [[nodiscard]] std::string text(std::string_view field) const;  // "" where it is no text
};

std::int64_t micros(Time time);
Time from_micros(std::int64_t value);

// not_found where there is none.
Result<Case> load_case(ledger::Sql& sql, std::string_view id);

}  // namespace haidang::procedure
