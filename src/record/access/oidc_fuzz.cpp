// Any bytes as a provider's keys, configuration and token: refused or within the limits, and never
// a signature that nobody made.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "record/access/jwt.hpp"
#include "record/access/oidc.hpp"

namespace {

using namespace haidang;
using namespace haidang::access;

// RFC 7515, appendices A.2 and A.3.
constexpr std::string_view known_keys = R"({"keys":[
{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
"e":"AQAB"}]})";

const std::vector<Key>& keys() {
  static const auto parsed = parse_jwks(known_keys);
  CHECK(parsed && parsed->size() == 2, "the standard's keys are read");
  return *parsed;
}

void token(std::string_view text) {
  const auto jwt = parse_jwt(text);
  const auto claims = verify_jwt(text, keys());
  CHECK(jwt || !claims, "what is not a token is not verified");
  CHECK(!claims || text.size() > 86, "nobody signs by chance");
  if (jwt) CHECK(jwt->signed_part.size() < text.size(), "the signature is not in what is signed");
  if (!jwt) return;
  const OidcClient client{.issuer = "https://a", .id = "b", .redirect = "https://c"};
  const auto who = check_claims(jwt->claims, client, "n", Time(std::chrono::hours(480'000)));
  CHECK(!who || who->subject.starts_with("https://a "), "an identity is of its issuer");
}

void set_of_keys(std::string_view text) {
  const auto parsed = parse_jwks(text);
  if (!parsed) return;
  CHECK(!parsed->empty() && parsed->size() <= most_keys, "the number of keys is bounded");
  for (const auto& key : *parsed)
    CHECK(!key.signed_by("content", text.substr(0, 64)), "nobody signs by chance");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0: token(text); break;
    case 1: set_of_keys(text); break;
    default:
      if (const auto provider = parse_discovery(text, "https://a"))
        CHECK(!provider->jwks_uri.empty(), "a provider has its keys somewhere");
  }
  return 0;
}
