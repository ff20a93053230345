// Who may see what of a case.
//
// Existence: by the scope of case.read (contents of documents: document.read): city all cases, unit
// and party those in which the unit is a party, self those the account opened. Fields, documents
// and remarks that name parties are for these only, whatever the scope: an auditor of the city
// reads what is not restricted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/procedure/core.hpp"

namespace haidang::procedure {

// The eyes a case is looked at with.
struct Eyes {
  std::vector<std::string> parties{};  // held by the unit in this case
  std::string unit{};
  bool reporter = false;  // by secret link: what was given and what is meant for them

  [[nodiscard]] bool among(const std::vector<std::string>& names) const;
};

// How far `who` may read cases; a stranger not at all.
std::optional<access::Scope> reading_scope(const Core& core, const access::Principal& who);
bool may_see(const Core& core, const access::Principal& who, const Case& it);
bool may_read_documents(const Core& core, const access::Principal& who, const Case& it);
// not_found where they may not.
Result<Eyes> eyes_of(const Core& core, const access::Principal& who, const Case& it);
Eyes eyes_of_reporter(const Definition& definition);

bool sees_field(const Eyes& eyes, const Loaded& loaded, std::string_view field);
bool sees_document(const Eyes& eyes, const Definition& definition, const Paper& paper);
// A remark for these parties, made by this unit.
bool sees_remark(const Eyes& eyes, const std::vector<std::string>& visible_to,
                 std::string_view unit);

json::object visible_fields(const Eyes& eyes, const Loaded& loaded);

// Loads, and says not_found alike for what is not there and what may not be seen.
struct Seen {
  Loaded loaded;
  Eyes eyes;
};
Result<Seen> look(const Core& core, ledger::Sql& sql, const access::Principal& who,
                  std::string_view case_id);

}  // namespace haidang::procedure
