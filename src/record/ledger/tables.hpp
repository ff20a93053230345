// The ledger's own tables: acts, what the ledger is, which projections stand in it.
//
// For the modules of the ledger itself (writer, verifier, restore); others go through Ledger.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/ledger/act.hpp"
#include "record/ledger/sql.hpp"

namespace haidang::ledger {

// In the order of act_of() and insert_act().
constexpr std::string_view act_columns =
    "seq, at, actor, unit, case_id, kind, body, previous, hash";

constexpr std::int64_t ledger_format = 1;

Result<bool> has_table(Sql& sql, std::string_view name);
Result<bool> has_ledger(Sql& sql);

// Empty tables of a ledger of that identity. Within a transaction of the caller.
Result<> create_ledger(Sql& sql, const std::string& identity);
std::string random_identity();  // 32 hex letters

// not_found where there is no ledger, invalid where it is of a newer program.
Result<std::string> read_identity(Sql& sql);

// What the first act has as `previous`: binds the chain to its ledger.
Digest genesis(std::string_view identity);

// Writes the act as it is, its hash included: restore and the writer use it.
Result<> insert_act(Sql& sql, const Act& act);

// `corrupt`, with the act's number, where a column is not of its kind or form. The body is parsed
// on demand, because verifying needs only its bytes; hash_of() is for the caller to compare.
enum class Body : std::uint8_t { parsed, bytes };
Result<Act> act_of(const Row& row, Body body = Body::parsed);
Result<> read_act(const Row& row, Act& act);  // bytes only; `act` keeps its memory

// Acts with seq > after, in order.
Result<std::vector<Act>> acts_after(Sql& sql, std::uint64_t after, std::size_t limit);
Result<std::optional<Act>> last_act(Sql& sql);

std::int64_t micros(Time time);
Time from_micros(std::int64_t micros);
std::optional<Digest> digest_of(std::string_view hex);  // 64 letters, lower case

}  // namespace haidang::ledger
