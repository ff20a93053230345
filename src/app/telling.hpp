// Whom a procedure's notice goes to: from "the duty of this unit, step 2" to people and channels.
//
// This is where procedures, the registry and notices meet; none of them knows another. Each person
// of the step is told on every channel that the registry has for them and that is set up, at the
// same moment.
#pragma once

#include "record/access/accounts.hpp"
#include "record/procedure/engine.hpp"
#include "record/registry/registry.hpp"

namespace haidang::app {

// Both outlive the notifier. `by_sms`: a gateway is set; without one nobody is promised an SMS.
procedure::Notifier tell_people(const registry::Registry& registry,
                                const access::Accounts& accounts, bool by_sms);

}  // namespace haidang::app
