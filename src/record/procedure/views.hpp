// What people are shown of cases: pages, lists, forms, histories. Reads only.
#pragma once

#include "record/procedure/visibility.hpp"

namespace haidang::procedure {

json::object describe(const Definition& definition);
json::object describe_short(const Definition& definition, bool may_open);

Result<json::object> show_case(const Core& core, ledger::Sql& sql, const access::Principal& who,
                               std::string_view case_id);
Result<json::object> list_cases(const Core& core, ledger::Sql& sql, const access::Principal& who,
                                const CaseFilter& filter);

// The numbers of the acts of a case, oldest first.
Result<std::vector<std::uint64_t>> events_of(ledger::Sql& sql, std::string_view case_id);
// These acts as these eyes may see them. Reads the ledger outside of the transaction: acts are
// never changed.
Result<json::array> show_acts(const Core& core, const std::vector<std::uint64_t>& seqs,
                              const Loaded& loaded, const Eyes& eyes);

// What the reporter's secret link shows.
json::object show_to_reporter(const Loaded& loaded, const Eyes& eyes, const json::array& acts);

// A whole page, for A4; everything in it is escaped.
std::string print_case(const Loaded& loaded, const json::object& view, const json::array& acts,
                       std::string_view language);

}  // namespace haidang::procedure
