#include "record/access/jwt.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

#include "base/text.hpp"
#include "record/ledger/sodium_start.hpp"

namespace haidang::access {

namespace json = boost::json;
using ledger::raw;

namespace {

template <auto free>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
template <class T, auto free>
using Owned = std::unique_ptr<T, Freeing<free>>;
using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::size_t coordinate = 32;  // bytes, of P-256

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const int failed =
      sodium_base642bin(raw(bytes.data()), bytes.size(), text.data(), text.size(), nullptr, &size,
                        nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (failed != 0) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

Number number_of(std::string_view bytes) {
  return Number(BN_bin2bn(raw(bytes.data()), static_cast<int>(bytes.size()), nullptr));
}

}  // namespace

struct Key::Native {
  Owned<EVP_PKEY, EVP_PKEY_free> key;
};

namespace {

using Native = std::shared_ptr<const Key::Native>;

// Null where OpenSSL does not take the parameters (a point off its curve).
Native make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (params && context && EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get());
  ERR_clear_error();
  if (!made) return nullptr;
  auto native = std::make_shared<Key::Native>();
  native->key.reset(made);
  return native;
}

Native rsa_key(std::string_view n, std::string_view e) {
  const auto modulus = number_of(n);
  const auto exponent = number_of(e);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!modulus || !exponent || !builder) return nullptr;
  const int bits = BN_num_bits(modulus.get());
  const int exponent_bits = BN_num_bits(exponent.get());
  if (bits < 2048 || bits > 8192 || exponent_bits < 2 || exponent_bits > 64 ||
      !BN_is_odd(exponent.get()))
    return nullptr;
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  return make_key("RSA", builder.get());
}

// Some providers keep the sign byte that ASN.1 puts before a high number.
std::string padded(std::string_view bytes) {
  while (bytes.size() > coordinate && bytes.front() == '\0') bytes.remove_prefix(1);
  if (bytes.size() > coordinate) return {};
  return std::string(coordinate - bytes.size(), '\0').append(bytes);
}

Native ec_key(std::string_view x, std::string_view y) {
  const auto point = "\x04" + padded(x) + padded(y);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (point.size() != 1 + 2 * coordinate || !builder) return nullptr;
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return nullptr;
  return make_key("EC", builder.get());
}

// R and S as ES256 has them -> the DER that OpenSSL wants.
std::string der_of(std::string_view signature) {
  const EcSignature both(ECDSA_SIG_new());
  auto r = number_of(signature.substr(0, coordinate));
  auto s = number_of(signature.substr(coordinate));
  if (!both || !r || !s || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  std::string der(static_cast<std::size_t>(std::max(0, i2d_ECDSA_SIG(both.get(), nullptr))), '\0');
  auto* at = raw(der.data());
  i2d_ECDSA_SIG(both.get(), &at);
  return der;
}

bool for_signing(const json::object& key, std::string_view algorithm) {
  const auto use = text_of(key, "use");
  const auto said = text_of(key, "alg");
  return (use.empty() || use == "sig") && (said.empty() || said == algorithm);
}

Native number_key(const json::object& key, std::string_view one, std::string_view other,
                  Native (*make)(std::string_view, std::string_view)) {
  const auto first = from_base64url(text_of(key, one));
  const auto second = from_base64url(text_of(key, other));
  return first && second ? make(*first, *second) : nullptr;
}

std::optional<Key> key_of(const json::object& key) {
  const auto kind = text_of(key, "kty");
  auto id = text_of(key, "kid");
  if (kind == "RSA" && for_signing(key, "RS256")) {
    if (auto native = number_key(key, "n", "e", rsa_key))
      return Key(std::move(id), Algorithm::rs256, std::move(native));
  }
  if (kind == "EC" && text_of(key, "crv") == "P-256" && for_signing(key, "ES256")) {
    if (auto native = number_key(key, "x", "y", ec_key))
      return Key(std::move(id), Algorithm::es256, std::move(native));
  }
  return std::nullopt;
}

Result<Algorithm> algorithm_of(const json::object& header) {
  // RFC 7515 §4.1.11: what must be understood and is not.
  if (header.contains("crit")) return invalid("the token wants an extension that is not known");
  const auto name = text_of(header, "alg");
  if (name == "RS256") return Algorithm::rs256;
  if (name == "ES256") return Algorithm::es256;
  return invalid(fmt::format("the token is signed by '{}': only RS256 and ES256 are taken",
                             text::shown(name, 20)));
}

struct Parts {
  std::string header;
  std::string claims;
  std::string signature;
  std::string_view signed_part;
};

Result<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (token.size() > longest_jwt || second == std::string_view::npos ||
      token.find('.', second + 1) != std::string_view::npos)
    return invalid("not a signed token: three parts with dots between, at most 16 KiB");
  const auto header = from_base64url(token.substr(0, first));
  const auto claims = from_base64url(token.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(token.substr(second + 1));
  if (!header || !claims || !signature) return invalid("a part of the token is not base64url");
  return Parts{*header, *claims, *signature, token.substr(0, second)};
}

}  // namespace

bool Key::signed_by(std::string_view content, std::string_view signature) const {
  std::string der;
  if (algorithm_ == Algorithm::es256) {
    if (signature.size() != 2 * coordinate) return false;
    der = der_of(signature);
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  if (!context ||
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, native_->key.get()) != 1)
    return false;
  const bool good = EVP_DigestVerify(context.get(), raw(signature.data()), signature.size(),
                                     raw(content.data()), content.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<json::object> parse_object(std::string_view text, std::size_t most, std::string_view what) {
  if (text.size() > most) return invalid(fmt::format("{} is over {} bytes", what, most));
  json::parse_options options;
  options.max_depth = 16;
  boost::system::error_code failed;
  auto value = json::parse(text, failed, {}, options);
  if (failed || !value.is_object()) return invalid(fmt::format("{} is not a JSON object", what));
  return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<std::vector<Key>> parse_jwks(std::string_view text) {
  TRY(const auto object, parse_object(text, longest_jwks, "the provider's set of keys"));
  const auto* list = object.if_contains("keys");
  if (!list || !list->is_array()) return invalid("the provider's set of keys has no list 'keys'");
  if (list->get_array().size() > most_keys)
    return invalid(fmt::format("the provider has over {} keys", most_keys));
  std::vector<Key> keys;
  for (const auto& item : list->get_array())
    if (item.is_object())
      if (auto key = key_of(item.get_object())) keys.push_back(std::move(*key));
  if (keys.empty()) return invalid("the provider has no key for RS256 or ES256");
  return keys;
}

Result<Jwt> parse_jwt(std::string_view token) {
  TRY(auto parts, split(token));
  TRY(const auto header, parse_object(parts.header, longest_jwt, "the token's header"));
  Jwt jwt{.key_id = text_of(header, "kid"),
          .claims = {},
          .signed_part = std::string(parts.signed_part),
          .signature = std::move(parts.signature)};
  TRY(jwt.algorithm, algorithm_of(header));
  TRY(jwt.claims, parse_object(parts.claims, longest_jwt, "the token's content"));
  return jwt;
}

Result<json::object> verify_jwt(std::string_view token, const std::vector<Key>& keys) {
  TRY(auto jwt, parse_jwt(token));
  bool any = false;
  for (const auto& key : keys) {
    if (key.algorithm() != jwt.algorithm) continue;
    if (!jwt.key_id.empty() && key.id() != jwt.key_id) continue;
    any = true;
    if (key.signed_by(jwt.signed_part, jwt.signature)) return std::move(jwt.claims);
  }
  if (any) return fail(Error::Kind::denied, "the token's signature is wrong");
  return fail(Error::Kind::not_found, "the provider has no such key", text::shown(jwt.key_id, 40));
}

}  // namespace haidang::access
