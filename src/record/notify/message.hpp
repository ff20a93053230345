// What goes over the wire for each channel, as pure functions of the notice: the same notice gives
// the same bytes at each attempt (but for the webhook's timestamp), so that a repeat is a repeat.
//
//   mail     RFC 5322, MIME (RFC 2045), encoded words (RFC 2047), Auto-Submitted (RFC 3834)
//   webhook  JSON, signed:  sha256=HMAC-SHA256(secret, timestamp "." body)
//   SMS      the body the gateway wants, {{to}} and {{text}} put in escaped for its content type
//
// Refuses addresses that could carry anything but an address (`invalid`).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/notify/notify.hpp"

namespace haidang::notify {

// A plain address, ASCII: local@host.
Result<> check_mail_address(std::string_view address);
// "+84 225.382-1055" -> "+842253821055"
Result<std::string> phone_number(std::string_view written);

// <id@host of `from`>
std::string message_id(std::string_view notice, std::string_view from);
std::string encoded_words(std::string_view text);
Result<std::string> mail_content(std::string_view from, const Delivered& notice,
                                 const Templates::Text& text);

std::string webhook_body(const Delivered& notice, const Templates::Text& text);
std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body);

Result<std::string> sms_body(const Gateways::Sms& gateway, std::string_view to,
                             std::string_view text);

}  // namespace haidang::notify
