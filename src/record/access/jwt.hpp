// Signed tokens of sign-on providers: JWS compact form (RFC 7515), keys as JWKS (RFC 7517).
//
// RS256 with 2048 to 8192 bits and ES256 over P-256, nothing else: "none" and HMAC are no
// signatures of a provider. The header says which key, never which algorithm a key is for: that is
// the key's to say. Bounded in size, depth and number of keys; keys that are not for signing or of
// another kind are left out. Sound signature is all that is promised: what the claims say is
// oidc's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"

namespace haidang::access {

constexpr std::size_t longest_jwt = 16U << 10;
constexpr std::size_t longest_jwks = 256U << 10;
constexpr std::size_t most_keys = 64;

enum class Algorithm : std::uint8_t { rs256, es256 };

// A provider's public key.
class Key {
 public:
  struct Native;  // OpenSSL's

  Key(std::string id, Algorithm algorithm, std::shared_ptr<const Native> native)
      : id_(std::move(id)), algorithm_(algorithm), native_(std::move(native)) {}
  [[nodiscard]] const std::string& id() const { return id_; }  // may be empty
  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] bool signed_by(std::string_view content, std::string_view signature) const;

 private:
  std::string id_;
  Algorithm algorithm_;
  std::shared_ptr<const Native> native_;
};

Result<std::vector<Key>> parse_jwks(std::string_view json);

struct Jwt {
  Algorithm algorithm{};
  std::string key_id;  // may be empty
  boost::json::object claims;
  std::string signed_part;
  std::string signature;
};
// Well formed; the signature is not checked yet.
Result<Jwt> parse_jwt(std::string_view token);

// The claims, where one of the keys signed them. not_found where no key has that id: the provider
// may have changed its keys.
Result<boost::json::object> verify_jwt(std::string_view token, const std::vector<Key>& keys);

// An object of at most `most` bytes and a depth of 16.
Result<boost::json::object> parse_object(std::string_view json, std::size_t most,
                                         std::string_view what);
// The text `key` of it, or empty where it is absent or no text.
std::string text_of(const boost::json::object& object, std::string_view key);

}  // namespace haidang::access
