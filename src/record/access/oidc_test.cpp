#include "record/access/oidc.hpp"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "record/access/secrets.hpp"

namespace haidang::access {
namespace {

using testing::HasSubstr;
using Kind = Error::Kind;

const Time noon = Time(std::chrono::seconds(1'800'000'000));

std::string bytes_of(const BIGNUM* number, int size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size);
  return bytes;
}

// A provider's pair of keys, as it signs.
class Pair {
 public:
  Pair(std::string id, Algorithm algorithm)
      : id_(std::move(id)),
        algorithm_(algorithm),
        key_(algorithm == Algorithm::rs256 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")) {}
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() { EVP_PKEY_free(key_); }

  [[nodiscard]] std::string jwk(std::string_view extra = {}) const {
    if (algorithm_ == Algorithm::rs256)
      return fmt::format(R"({{"kty":"RSA","kid":"{}","n":"{}","e":"{}"{}}})", id_,
                         part(OSSL_PKEY_PARAM_RSA_N, 256), part(OSSL_PKEY_PARAM_RSA_E, 3), extra);
    return fmt::format(R"({{"kty":"EC","crv":"P-256","kid":"{}","x":"{}","y":"{}"{}}})", id_,
                       part(OSSL_PKEY_PARAM_EC_PUB_X, 32), part(OSSL_PKEY_PARAM_EC_PUB_Y, 32),
                       extra);
  }

  [[nodiscard]] std::string sign(std::string_view claims) const {
    return sign(fmt::format(R"({{"alg":"{}","kid":"{}"}})",
                            algorithm_ == Algorithm::rs256 ? "RS256" : "ES256", id_),
                claims);
  }
  [[nodiscard]] std::string sign(std::string_view header, std::string_view claims) const {
    const auto content = base64url(header) + "." + base64url(claims);
    return content + "." + base64url(signature(content));
  }

 private:
  [[nodiscard]] std::string part(const char* name, int size) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_, name, &number);
    auto text = base64url(bytes_of(number, size));
    BN_free(number);
    return text;
  }
  [[nodiscard]] std::string signature(std::string_view content) const {
    auto* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_);
    std::string made(1024, '\0');
    std::size_t size = made.size();
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(made.data()), &size,
                   reinterpret_cast<const unsigned char*>(content.data()), content.size());
    EVP_MD_CTX_free(context);
    made.resize(size);
    return algorithm_ == Algorithm::rs256 ? made : raw_of(made);
  }
  static std::string raw_of(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    auto* both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    auto raw = bytes_of(ECDSA_SIG_get0_r(both), 32) + bytes_of(ECDSA_SIG_get0_s(both), 32);
    ECDSA_SIG_free(both);
    return raw;
  }

  std::string id_;
  Algorithm algorithm_;
  EVP_PKEY* key_;
};

const Pair& rsa() {
  static const Pair pair("r1", Algorithm::rs256);
  return pair;
}
const Pair& ec() {
  static const Pair pair("e1", Algorithm::es256);
  return pair;
}
const Pair& strange() {
  static const Pair pair("r1", Algorithm::rs256);
  return pair;
}

std::string jwks(const std::vector<std::string>& keys) {
  return fmt::format(R"({{"keys":[{}]}})", fmt::join(keys, ","));
}
std::vector<Key> both_keys() {
  auto keys = parse_jwks(jwks({rsa().jwk(), ec().jwk()}));
  EXPECT_TRUE(keys) << keys.error().message();
  return keys.value_or(std::vector<Key>{});
}

TEST(Jwt, IsTakenWhenAKeyOfTheProviderSignedIt) {
  for (const auto* pair : {&rsa(), &ec()}) {
    const auto claims = verify_jwt(pair->sign(R"({"sub":"4711"})"), both_keys());
    ASSERT_TRUE(claims) << claims.error().message();
    EXPECT_EQ(text_of(*claims, "sub"), "4711");
  }
}

TEST(Jwt, WithAnyLetterChangedIsRefused) {
  for (const auto* pair : {&rsa(), &ec()}) {
    const auto token = pair->sign(R"({"sub":"4711"})");
    const auto keys = both_keys();
    for (std::size_t at = 0; at < token.size(); at += 7) {
      auto changed = token;
      changed[at] = changed[at] == 'Q' ? 'f' : 'Q';
      EXPECT_FALSE(verify_jwt(changed, keys)) << at;
    }
  }
}

TEST(Jwt, OfAnotherKeyOrAlgorithmIsRefused) {
  const auto keys = both_keys();
  EXPECT_EQ(verify_jwt(strange().sign("{}"), keys).error().kind, Kind::denied);
  const auto none = base64url(R"({"alg":"none"})") + "." + base64url("{}") + ".";
  EXPECT_EQ(verify_jwt(none, keys).error().kind, Kind::invalid);
  for (const auto* header :
       {R"({"alg":"HS256","kid":"r1"})", R"({"alg":"none","kid":"r1"})", R"({"kid":"r1"})",
        R"({"alg":"RS256","crit":["b64"]})", R"([])", R"({"alg":["RS256"]})"})
    EXPECT_EQ(verify_jwt(rsa().sign(header, "{}"), keys).error().kind, Kind::invalid) << header;
  EXPECT_EQ(verify_jwt(rsa().sign(R"({"alg":"ES256","kid":"r1"})", "{}"), keys).error().kind,
            Kind::not_found)
      << "the key says what it is for";
  EXPECT_EQ(verify_jwt(rsa().sign(R"({"alg":"RS256","kid":"r2"})", "{}"), keys).error().kind,
            Kind::not_found);
  EXPECT_TRUE(verify_jwt(rsa().sign(R"({"alg":"RS256"})", "{}"), keys)) << "any key fits";
}

TEST(Jwt, ThatIsNotOneIsRefused) {
  const auto good = rsa().sign("{}");
  for (const auto& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good + ".x",
        good + "=", "a" + good, good.substr(0, good.rfind('.')), rsa().sign("[]"), rsa().sign("{"),
        std::string(longest_jwt + 1, 'a'), rsa().sign(std::string(100, '[')),
        rsa().sign(R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}")})
    EXPECT_FALSE(verify_jwt(token, both_keys())) << token.substr(0, 60);
}

TEST(Jwks, LeavesOutKeysThatAreNotForSigningHere) {
  struct Row {
    std::string key;
    std::size_t taken;
  };
  const std::vector<Row> rows{
      {rsa().jwk(R"(,"use":"sig","alg":"RS256")"), 1},
      {rsa().jwk(R"(,"use":"enc")"), 0},
      {rsa().jwk(R"(,"alg":"PS256")"), 0},
      {R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", 0},
      {R"({"kty":"RSA","n":"!","e":"AQAB"})", 0},
      {R"({"kty":"RSA","n":")" + base64url(std::string(300, '\x7f')) + R"(","e":"Ag"})", 0},
      {R"({"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"})", 0},
      {R"({"kty":"EC","crv":"P-521","x":"AQ","y":"AQ"})", 0},
      {R"({"kty":"oct","k":"c2VjcmV0"})", 0},
      {R"("key")", 0},
  };
  for (const auto& row : rows) {
    const auto keys = parse_jwks(jwks({row.key, ec().jwk()}));
    ASSERT_TRUE(keys) << row.key;
    EXPECT_EQ(keys->size(), row.taken + 1) << row.key;
  }
  EXPECT_FALSE(parse_jwks(jwks({})));
  EXPECT_FALSE(parse_jwks(jwks(std::vector<std::string>(most_keys + 1, ec().jwk()))));
  EXPECT_FALSE(parse_jwks("{}"));
  EXPECT_FALSE(parse_jwks(std::string(longest_jwks + 1, ' ')));
}

const OidcClient client{.issuer = "https://idp.example.vn",
                        .id = "haidang",
                        .secret = "s: cret",
                        .redirect = "https://haidang.example.vn/api/v1/session/oidc/callback"};

boost::json::object good_claims() {
  return {{"iss", "https://idp.example.vn"},
          {"aud", "haidang"},
          {"sub", "4711"},
          {"nonce", "n1"},
          {"exp", 1'800'000'300},
          {"iat", 1'799'999'990},
          {"name", "Nguyễn Văn An"},
          {"email", "an@example.vn"}};
}

TEST(Claims, ThatFitSayWho) {
  const auto who = check_claims(good_claims(), client, "n1", noon);
  ASSERT_TRUE(who) << who.error().message();
  EXPECT_EQ(who->subject, "https://idp.example.vn 4711");
  EXPECT_EQ(who->name, "Nguyễn Văn An");
  EXPECT_EQ(who->email, "an@example.vn");
}

TEST(Claims, ThatDoNotFitAreRefusedByName) {
  struct Row {
    std::string key;
    boost::json::value value;
  };
  using boost::json::array;
  const std::vector<Row> rows{
      Row{"iss", "https://idp.example.vn/"},
      Row{"iss", "https://evil.example"},
      Row{"iss", nullptr},
      Row{"aud", "other"},
      Row{"aud", array{"haidang", "other"}},
      Row{"aud", array{}},
      Row{"aud", 1},
      Row{"nonce", "n2"},
      Row{"nonce", ""},
      Row{"exp", 1'799'999'880},
      Row{"exp", "1900000000"},
      Row{"iat", 1'800'000'121},
      Row{"iat", nullptr},
      Row{"sub", ""},
      Row{"sub", "a b"},
      Row{"sub", boost::json::string(256, 's')},
      Row{"sub", "a\nb"},
  };
  for (const auto& row : rows) {
    auto claims = good_claims();
    claims[row.key] = row.value;
    const auto who = check_claims(claims, client, "n1", noon);
    ASSERT_FALSE(who) << row.key;
    EXPECT_EQ(who.error().kind, Kind::denied);
    EXPECT_EQ(who.error().where, row.key);
  }
  auto many = good_claims();
  many["aud"] = array{"haidang", "other"};
  many["azp"] = "haidang";
  EXPECT_TRUE(check_claims(many, client, "n1", noon));
  many["azp"] = "other";
  EXPECT_FALSE(check_claims(many, client, "n1", noon));
  EXPECT_FALSE(check_claims(good_claims(), client, "", noon));
}

// RFC 7636, appendix B.
TEST(Pkce, GivesTheChallengeOfTheStandard) {
  EXPECT_EQ(pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

constexpr std::string_view configuration = R"({"issuer":"https://idp.example.vn",
  "authorization_endpoint":"https://idp.example.vn/authorize?tenant=1",
  "token_endpoint":"https://idp.example.vn/token","jwks_uri":"https://idp.example.vn/keys"})";

TEST(Discovery, IsOfThisIssuerAndByHttps) {
  EXPECT_TRUE(parse_discovery(configuration, "https://idp.example.vn"));
  EXPECT_FALSE(parse_discovery(configuration, "https://idp.example.vn/"));
  std::string plain(configuration);
  plain.replace(plain.find("https://idp.example.vn/token"), 5, "http");
  EXPECT_THAT(parse_discovery(plain, "https://idp.example.vn").error().what, HasSubstr("https"));
  EXPECT_FALSE(parse_discovery(R"({"issuer":"https://idp.example.vn"})", "https://idp.example.vn"));
}

TEST(AuthorizeUrl, CarriesTheFlowAndNoSecret) {
  const auto provider = *parse_discovery(configuration, "https://idp.example.vn");
  const auto flow = begin_flow();
  const auto url = authorize_url(provider, client, flow);
  EXPECT_THAT(url,
              testing::StartsWith("https://idp.example.vn/authorize?tenant=1&response_type=code"));
  EXPECT_THAT(url, HasSubstr("&redirect_uri=https%3A%2F%2Fhaidang.example.vn%2F"));
  EXPECT_THAT(url, HasSubstr("&state=" + flow.state));
  EXPECT_THAT(url, HasSubstr("&code_challenge=" + pkce_challenge(flow.verifier)));
  EXPECT_THAT(url, testing::Not(HasSubstr(flow.verifier)));
  const auto request = token_request(provider, client, "c&d", flow.verifier);
  EXPECT_THAT(request.body, HasSubstr("code=c%26d&"));
  EXPECT_THAT(request.body, HasSubstr("code_verifier=" + flow.verifier));
  EXPECT_THAT(request.headers, testing::Contains(testing::Pair(
                                   "Authorization", "Basic aGFpZGFuZzpzJTNBJTIwY3JldA==")));
}

// A provider in memory: what it was asked, and answers that a test sets.
class Provider {
 public:
  Result<Fetched> operator()(const FetchRequest& request) {
    ++asked[request.url];
    if (request.url.ends_with("openid-configuration"))
      return Fetched{status, std::string(configuration)};
    if (request.url.ends_with("/keys")) return Fetched{200, keys};
    last_token_request = request.body;
    auto claims = good_claims();
    claims["nonce"] = nonce;
    return Fetched{
        200, fmt::format(R"({{"id_token":"{}"}})", signer->sign(boost::json::serialize(claims)))};
  }

  std::map<std::string, int> asked;
  int status = 200;
  std::string keys = jwks({rsa().jwk()});
  const Pair* signer = &rsa();
  std::string nonce;
  std::string last_token_request;
};

class SigningOn : public testing::Test {
 protected:
  // Through the browser: what the provider hands back.
  SignOn::Callback visit(const SignOn::Begun& begun) {
    provider_.nonce = query(begun.url, "nonce");
    return {.state = query(begun.url, "state"), .code = "code1"};
  }
  static std::string query(const std::string& url, const std::string& name) {
    const auto from = url.find("&" + name + "=") + name.size() + 2;
    return url.substr(from, url.find('&', from) - from);
  }
  SignOn::Begun begin() {
    auto begun = sign_on_.begin();
    EXPECT_TRUE(begun) << begun.error().message();
    return begun.value_or(SignOn::Begun{});
  }

  Provider provider_;
  Time now_ = noon;
  SignOn sign_on_{client, [this](const FetchRequest& request) { return provider_(request); },
                  [this] { return now_; }};
};

TEST_F(SigningOn, ComesBackWithWhoItIs) {
  const auto begun = begin();
  const auto who = sign_on_.finish(visit(begun), begun.browser);
  ASSERT_TRUE(who) << who.error().message();
  EXPECT_EQ(who->subject, "https://idp.example.vn 4711");
  const auto verifier =
      provider_.last_token_request.substr(provider_.last_token_request.find("code_verifier=") + 14);
  EXPECT_EQ(pkce_challenge(verifier), query(begun.url + "&", "code_challenge"));
}

TEST_F(SigningOn, IsFinishedOnceByTheBrowserThatBeganIt) {
  const auto begun = begin();
  const auto callback = visit(begun);
  EXPECT_EQ(sign_on_.finish(callback, "another browser").error().kind, Kind::denied);
  EXPECT_EQ(sign_on_.finish(callback, begun.browser).error().kind, Kind::denied) << "spent";
  const auto again = begin();
  const auto second = visit(again);
  EXPECT_TRUE(sign_on_.finish(second, again.browser));
  EXPECT_FALSE(sign_on_.finish(second, again.browser));
  EXPECT_FALSE(sign_on_.finish({.state = "made up", .code = "c"}, again.browser));
}

TEST_F(SigningOn, ThatTakesTooLongOrIsRefusedEnds) {
  const auto late = begin();
  const auto callback = visit(late);
  now_ += std::chrono::minutes(10);
  EXPECT_FALSE(sign_on_.finish(callback, late.browser));
  const auto refused = begin();
  auto error = visit(refused);
  error.code.clear();
  error.error = "access_denied";
  EXPECT_EQ(sign_on_.finish(error, refused.browser).error().where, "access_denied");
}

TEST_F(SigningOn, WithTheNonceOfAnotherFlowIsRefused) {
  const auto begun = begin();
  const auto callback = visit(begun);
  provider_.nonce = "of another";
  EXPECT_EQ(sign_on_.finish(callback, begun.browser).error().where, "nonce");
}

TEST_F(SigningOn, FetchesKeysAgainWhenTheProviderHasNewOnesButNotAtEachForgery) {
  const auto once = [&] {
    const auto begun = begin();
    return sign_on_.finish(visit(begun), begun.browser);
  };
  EXPECT_TRUE(once());
  EXPECT_TRUE(once());
  EXPECT_EQ(provider_.asked["https://idp.example.vn/keys"], 1);
  provider_.signer = &ec();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(once());
  EXPECT_EQ(provider_.asked["https://idp.example.vn/keys"], 1);
  provider_.keys = jwks({ec().jwk()});
  now_ += std::chrono::minutes(1);
  EXPECT_TRUE(once());
  EXPECT_EQ(provider_.asked["https://idp.example.vn/keys"], 2);
}

TEST_F(SigningOn, WithAProviderThatIsDownSaysSo) {
  provider_.status = 503;
  EXPECT_EQ(sign_on_.begin().error().kind, Kind::unavailable);
  SignOn plain({.issuer = "http://idp.example.vn", .id = "x", .redirect = "https://x"},
               [this](const FetchRequest& request) { return provider_(request); });
  EXPECT_EQ(plain.begin().error().kind, Kind::invalid);
}

}  // namespace
}  // namespace haidang::access
