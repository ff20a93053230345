// Second factors: RFC 6238 over RFC 4226, SHA-1, 30 s, 6 digits; the link that telephones read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace haidang::access {

constexpr std::size_t totp_secret_bytes = 20;  // RFC 4226 §4: what SHA-1 gives

// The step whose code it is: that of `at`, or one before or after, later than `last`. None where
// the code is wrong, or was taken before.
std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, Time at,
                                      std::int64_t last);

// otpauth://totp/Hai%20Dang:an.nguyen?secret=…&issuer=…
std::string totp_link(std::string_view issuer, std::string_view account, std::string_view secret);

std::string base32(std::string_view bytes);  // RFC 4648 §6, no padding

}  // namespace haidang::access
