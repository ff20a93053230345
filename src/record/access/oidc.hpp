// Single sign-on: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636, S256).
//
//   begin()  -> the provider's page, and a value for a cookie of this browser
//   finish() -> code for token (our client, over Fetch) -> claims checked -> whose account
//
// What is in hand between the two lies in memory: at most 10,000 for ten minutes each, used once,
// and only by the browser that began it. HTTP is the caller's (Fetch): this module opens no
// connection. Keys are fetched at first use and again, at most once a minute, when a token names an
// unknown one. Refuses providers without https (but localhost), tokens that are not RS256 or ES256,
// any claim that does not fit. Takes no account from the provider: Accounts::log_in_vouched() wants
// it linked. Safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/access/jwt.hpp"

namespace haidang::access {

// --- The port: HTTP done by the application -------------------------------------

struct FetchRequest {
  std::string method;  // "GET", "POST"
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};
struct Fetched {
  int status = 0;
  std::string body{};
};
using Fetch = std::function<Result<Fetched>(const FetchRequest&)>;

// --- Pure parts -------------------------------------------------------------------

struct OidcClient {
  std::string issuer;  // "https://idp.haiphong.gov.vn"
  std::string id;
  std::string secret{};  // empty: a public client
  std::string redirect;  // "https://…/api/v1/session/oidc/callback"
  std::string scope = "openid profile email";
};

struct OidcProvider {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
};
// The answer of ISSUER/.well-known/openid-configuration (OpenID Connect Discovery 1.0 §4.3).
Result<OidcProvider> parse_discovery(std::string_view json, std::string_view issuer);

struct OidcFlow {
  std::string state;
  std::string nonce;
  std::string verifier;
};
OidcFlow begin_flow();
std::string authorize_url(const OidcProvider& provider, const OidcClient& client,
                          const OidcFlow& flow);
std::string pkce_challenge(std::string_view verifier);
FetchRequest token_request(const OidcProvider& provider, const OidcClient& client,
                           std::string_view code, std::string_view verifier);

struct Identity {
  std::string subject;  // "issuer subject", as Account::oidc_subject
  std::string name{};
  std::string email{};
};
// OpenID Connect Core §3.1.3.7; clocks may differ by two minutes.
Result<Identity> check_claims(const boost::json::object& claims, const OidcClient& client,
                              std::string_view nonce, Time now);

// --- The whole --------------------------------------------------------------------

class SignOn {
 public:
  SignOn(OidcClient client, Fetch fetch, std::function<Time()> clock = now);

  struct Begun {
    std::string url;      // to send the browser to
    std::string browser;  // for a cookie: HttpOnly, Secure, SameSite=Lax, ten minutes
  };
  Result<Begun> begin();

  struct Callback {
    std::string state;
    std::string code;
    std::string error{};  // what the provider says instead of a code
  };
  Result<Identity> finish(const Callback& callback, std::string_view browser);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace haidang::access
