// One attempt to hand a notice over, by its channel.
//
// Ok: somebody else has taken responsibility (250 after DATA; 2xx). `unavailable`: may pass later,
// a gateway that is not configured or not rightly among it, for that is mended by a setting.
// Anything else will not pass: a refusal for good, an address that is none.
// Blocks up to the deadline; safe from any thread.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/notify/notify.hpp"

namespace haidang::notify {

// `at`: now, for the webhook's timestamp.
Result<> hand_over(const Gateways& gateways, const Delivered& notice, const Templates::Text& text,
                   Time at);

// Whose silence holds others up: the mail server, the gateway, the webhook's host.
std::string destination(const Notice& notice);

// Where the notice leads: the case's page. The notice's id goes along where it costs nothing (a
// short message has no room), so that opening it can be marked as read.
std::string link_to(const Gateways& gateways, const Notice& notice);

}  // namespace haidang::notify
