// Documents between HTTP and the store.
#pragma once

#include "api/call.hpp"

namespace haidang::api {

// The request's body into the store, and on record as sent by `who`.
Result<ledger::Stored> take_document(Call& call, const access::Principal& who,
                                     const ledger::DocumentLimits& limits);
json::object shown(const ledger::Stored& stored);
// The document as an attachment, never to be run or rendered in our origin.
Result<Reply> give_document(Call& call, std::string_view sha256);

}  // namespace haidang::api
