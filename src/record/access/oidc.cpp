#include "record/access/oidc.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "record/access/percent.hpp"
#include "record/access/secrets.hpp"

namespace haidang::access {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t longest_answer = 256U << 10;
constexpr std::size_t most_flows = 10'000;
constexpr auto flow_lasts = 10min;
constexpr auto clocks_differ = 2min;

std::unexpected<Error> unfit(std::string_view claim) {
  return fail(Error::Kind::denied, fmt::format("the token's '{}' does not fit", claim),
              std::string(claim));
}

// RFC 8252 §8.3 lets the own machine go without.
bool is_safe(std::string_view url) {
  const bool local = url.starts_with("http://localhost:") || url.starts_with("http://127.0.0.1:");
  return (url.starts_with("https://") || local) && url.size() <= 2000 &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '@'; });
}

std::string form(const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs)
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, percent(value));
  return text;
}

std::optional<std::int64_t> seconds_of(const json::object& claims, std::string_view key) {
  const auto* value = claims.if_contains(key);
  if (!value) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_double() && value->get_double() > 0 && value->get_double() < 1e12)
    return static_cast<std::int64_t>(value->get_double());
  return std::nullopt;
}

// §3.1.3.7, 3 to 5: for us, and where for others too then handed to us.
bool is_for(const json::object& claims, std::string_view client) {
  const auto* audience = claims.if_contains("aud");
  if (!audience) return false;
  if (claims.contains("azp") && text_of(claims, "azp") != client) return false;
  if (audience->is_string()) return audience->get_string() == client;
  if (!audience->is_array()) return false;
  const auto& many = audience->get_array();
  const bool named = std::ranges::any_of(
      many, [&](const auto& one) { return one.is_string() && one.get_string() == client; });
  return named && (many.size() == 1 || claims.contains("azp"));
}

Result<> check_times(const json::object& claims, Time now) {
  const auto at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  const auto expires = seconds_of(claims, "exp");
  const auto issued = seconds_of(claims, "iat");
  const auto slack = std::chrono::seconds(clocks_differ).count();
  if (!expires || *expires <= at.count() - slack) return unfit("exp");
  if (!issued || *issued > at.count() + slack) return unfit("iat");
  return {};
}

std::string without_controls(std::string text) {
  return text::valid_utf8(text) ? text::shown(text, 100) : std::string();
}

}  // namespace

Result<OidcProvider> parse_discovery(std::string_view text, std::string_view issuer) {
  TRY(const auto object, parse_object(text, longest_answer, "the provider's configuration"));
  if (text_of(object, "issuer") != issuer)
    return invalid("the provider's configuration is of another issuer",
                   text::shown(text_of(object, "issuer")));
  OidcProvider provider{.authorization_endpoint = text_of(object, "authorization_endpoint"),
                        .token_endpoint = text_of(object, "token_endpoint"),
                        .jwks_uri = text_of(object, "jwks_uri")};
  for (const auto& url :
       {provider.authorization_endpoint, provider.token_endpoint, provider.jwks_uri})
    if (!is_safe(url))
      return invalid("an address of the provider is absent or not https", text::shown(url));
  return provider;
}

OidcFlow begin_flow() {
  return {.state = random_token(), .nonce = random_token(), .verifier = random_token()};
}

std::string pkce_challenge(std::string_view verifier) {
  const auto digest = sha256(verifier);
  return base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string authorize_url(const OidcProvider& provider, const OidcClient& client,
                          const OidcFlow& flow) {
  const auto& to = provider.authorization_endpoint;
  return fmt::format("{}{}{}", to, to.find('?') == std::string::npos ? '?' : '&',
                     form({{"response_type", "code"},
                           {"client_id", client.id},
                           {"redirect_uri", client.redirect},
                           {"scope", client.scope},
                           {"state", flow.state},
                           {"nonce", flow.nonce},
                           {"code_challenge", pkce_challenge(flow.verifier)},
                           {"code_challenge_method", "S256"}}));
}

FetchRequest token_request(const OidcProvider& provider, const OidcClient& client,
                           std::string_view code, std::string_view verifier) {
  FetchRequest request{.method = "POST", .url = provider.token_endpoint};
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  // RFC 6749 §2.3.1: both are percent-encoded before they are joined.
  if (!client.secret.empty())
    request.headers.emplace_back("Authorization", "Basic " + text::base64(percent(client.id) + ":" +
                                                                          percent(client.secret)));
  request.body = form({{"grant_type", "authorization_code"},
                       {"code", code},
                       {"redirect_uri", client.redirect},
                       {"client_id", client.id},
                       {"code_verifier", verifier}});
  return request;
}

Result<Identity> check_claims(const json::object& claims, const OidcClient& client,
                              std::string_view nonce, Time now) {
  if (text_of(claims, "iss") != client.issuer) return unfit("iss");
  if (!is_for(claims, client.id)) return unfit("aud");
  if (nonce.empty() || !same_secret(text_of(claims, "nonce"), nonce)) return unfit("nonce");
  TRY_VOID(check_times(claims, now));
  const auto subject = text_of(claims, "sub");
  const bool plain = std::ranges::all_of(subject, [](char c) { return c > ' ' && c < 0x7f; });
  if (subject.empty() || subject.size() > 255 || !plain) return unfit("sub");
  return Identity{.subject = fmt::format("{} {}", client.issuer, subject),
                  .name = without_controls(text_of(claims, "name")),
                  .email = without_controls(text_of(claims, "email"))};
}

struct SignOn::State {
  struct Pending {
    OidcFlow flow;
    std::string browser;  // hash
    Time until{};
  };

  Result<std::string> get(const std::string& url) const {
    return answer_of(
        fetch({.method = "GET", .url = url, .headers = {{"Accept", "application/json"}}}));
  }
  static Result<std::string> answer_of(Result<Fetched> fetched) {
    if (!fetched) return std::unexpected(fetched.error());
    if (fetched->status == 200) return std::move(fetched->body);
    return fail(Error::Kind::unavailable,
                fmt::format("the sign-on provider answered {}", fetched->status));
  }

  Result<OidcProvider> discover() {
    {
      const std::scoped_lock alone(lock);
      if (provider) return *provider;
    }
    TRY(const auto text, get(without_slash() + "/.well-known/openid-configuration"));
    TRY(auto found, parse_discovery(text, client.issuer));
    const std::scoped_lock alone(lock);
    return provider.emplace(std::move(found));
  }
  [[nodiscard]] std::string without_slash() const {
    return client.issuer.ends_with('/') ? client.issuer.substr(0, client.issuer.size() - 1)
                                        : client.issuer;
  }

  void remember(Pending pending) {
    const std::scoped_lock alone(lock);
    const auto at = clock();
    std::erase_if(flows, [&](const auto& flow) { return flow.second.until <= at; });
    if (flows.size() >= most_flows) flows.erase(flows.begin());
    auto key = pending.flow.state;
    flows.emplace(std::move(key), std::move(pending));
  }
  // Once: whatever comes of it.
  std::optional<Pending> take(const std::string& state) {
    const std::scoped_lock alone(lock);
    auto node = flows.extract(state);
    if (node.empty() || node.mapped().until <= clock()) return std::nullopt;
    return std::move(node.mapped());
  }

  Result<json::object> verify(const OidcProvider& at, std::string_view token) {
    const auto known = current_keys();
    if (!known.empty()) {
      auto claims = verify_jwt(token, known);
      if (claims || claims.error().kind != Error::Kind::not_found || !may_refresh()) return claims;
    }
    TRY(const auto text, get(at.jwks_uri));
    TRY(auto fresh, parse_jwks(text));
    auto claims = verify_jwt(token, fresh);
    const std::scoped_lock alone(lock);
    keys = std::move(fresh);
    keys_at = clock();
    return claims;
  }
  std::vector<Key> current_keys() {
    const std::scoped_lock alone(lock);
    return keys;
  }
  bool may_refresh() {
    const std::scoped_lock alone(lock);
    return clock() - keys_at >= 1min;
  }

  OidcClient client;
  Fetch fetch;
  std::function<Time()> clock;
  std::mutex lock{};
  std::optional<OidcProvider> provider{};
  std::vector<Key> keys{};
  Time keys_at{};
  std::map<std::string, Pending, std::less<>> flows{};
};

SignOn::SignOn(OidcClient client, Fetch fetch, std::function<Time()> clock)
    : state_(std::make_shared<State>(std::move(client), std::move(fetch), std::move(clock))) {}

Result<SignOn::Begun> SignOn::begin() {
  if (!is_safe(state_->client.issuer))
    return invalid("the sign-on provider must be reached by https", state_->client.issuer);
  TRY(const auto provider, state_->discover());
  auto flow = begin_flow();
  Begun begun{.url = authorize_url(provider, state_->client, flow), .browser = random_token()};
  state_->remember({std::move(flow), sha256_hex(begun.browser), state_->clock() + flow_lasts});
  return begun;
}

Result<Identity> SignOn::finish(const Callback& callback, std::string_view browser) {
  const auto pending = state_->take(callback.state);
  if (!pending || !same_secret(pending->browser, sha256_hex(browser)))
    return fail(Error::Kind::denied, "this sign-on was not begun here, or too long ago: try again");
  if (!callback.error.empty() || callback.code.empty() || callback.code.size() > longest_jwt)
    return fail(Error::Kind::denied, "the sign-on provider refused", text::shown(callback.error));
  TRY(const auto provider, state_->discover());
  TRY(const auto answer, State::answer_of(state_->fetch(token_request(
                             provider, state_->client, callback.code, pending->flow.verifier))));
  TRY(const auto object, parse_object(answer, longest_answer, "the provider's answer"));
  TRY(const auto claims, state_->verify(provider, text_of(object, "id_token")));
  return check_claims(claims, state_->client, pending->flow.nonce, state_->clock());
}

}  // namespace haidang::access
