// Random tokens, what is kept of them, and what is kept only encrypted.
//
// A token is 256 random bits as base64url. Comparing takes the same time wherever texts differ.
// seal() is XSalsa20-Poly1305 (crypto_secretbox) under a 32-byte key: random nonce, then the box,
// in hex; unseal() is `corrupt` where the text was changed or the key is another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace haidang::access {

std::string random_bytes(std::size_t size);
std::string random_token();
bool same_secret(std::string_view one, std::string_view other);

Result<std::string> seal(std::string_view key, std::string_view secret);
Result<std::string> unseal(std::string_view key, std::string_view sealed);

std::string base64url(std::string_view bytes);  // RFC 4648 §5, no padding

}  // namespace haidang::access
