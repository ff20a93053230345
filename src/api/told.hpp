// Whom a case's notices went to, put beside the acts that sent them.
//
//   timeline act "case.notified" {queued: 2}  +  outbox  ->  told: [{name, channel, state, sent …}]
//
// The directive's question afterwards is who was told, when, by which channel. Names of another
// unit's people are for those who may read every case; a reporter without account is never named.
#pragma once

#include "api/call.hpp"

namespace haidang::api {

// `timeline`: acts of the case, oldest first, as the engine shows them.
Result<> add_told(const Call& call, const std::string& case_id, json::array& timeline);

}  // namespace haidang::api
