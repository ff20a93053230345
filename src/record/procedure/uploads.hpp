// Who sent which document: knowing its SHA-256 is not having it.
//
//   document.stored {sha256, bytes, media_type} -> table proc_upload -> may this actor attach it?
//
// A document is attached by the account that sent it or by its unit; what reporters without
// account sent, once for each time it was sent. A refusal is the same whether the content is
// stored or not, so that nobody can ask what others have sent. Stored documents that nobody ever
// attaches stay where they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/access/principal.hpp"
#include "record/ledger/documents.hpp"
#include "record/ledger/ledger.hpp"
#include "record/procedure/core.hpp"

namespace haidang::procedure {

// Call it once the content is stored.
Result<> record_upload(ledger::Ledger& ledger, const access::Principal& who,
                       const ledger::Stored& stored);

// Whether `by` has sent it and may attach it.
Result<bool> may_attach(ledger::Sql& sql, const Actor& by, std::string_view sha256);

// --- For the projection ---------------------------------------------------------------

inline constexpr std::string_view upload_kind = "document.stored";
std::vector<std::string> upload_schema();
Result<> take_upload(ledger::Sql& sql, const ledger::Act& act);

}  // namespace haidang::procedure
