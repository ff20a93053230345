// Against a real provider: oidc_provider.py starts one and says where.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/access/oidc.hpp"

namespace haidang::access {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char letter : text) out += letter == '\'' ? "'\\''" : std::string(1, letter);
  return out + "'";
}

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return out;
  std::array<char, 4096> piece{};
  for (std::size_t size = 1; size > 0;) {
    size = std::fread(piece.data(), 1, piece.size(), pipe);
    out.append(piece.data(), size);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return out;
}

Result<Fetched> by_curl(const FetchRequest& request) {
  auto command = "curl -sS -w '\\n%{http_code}' -X " + in_quotes(request.method);
  for (const auto& [name, value] : request.headers)
    command += " -H " + in_quotes(name + ": " + value);
  if (!request.body.empty()) command += " --data-binary " + in_quotes(request.body);
  const auto out = output_of(command + " " + in_quotes(request.url));
  const auto end = out.rfind('\n');
  return Fetched{std::atoi(out.c_str() + end + 1), out.substr(0, end)};
}

std::string query(const std::string& url, const std::string& name) {
  const auto found = url.find(name + "=");
  if (found == std::string::npos) return {};
  const auto from = found + name.size() + 1;
  return url.substr(from, url.find_first_of("&\n", from) - from);
}

class RealProvider : public testing::Test {
 protected:
  void SetUp() override {
    const char* issuer = std::getenv("HAIDANG_TEST_OIDC");
    if (!issuer) GTEST_SKIP() << "HAIDANG_TEST_OIDC is not set: run through oidc_provider.py";
    std::istringstream parts(std::getenv("HAIDANG_TEST_OIDC_CLIENT"));
    client_.issuer = issuer;
    std::getline(parts, client_.id, '|');
    std::getline(parts, client_.secret, '|');
    std::getline(parts, client_.redirect, '|');
    client_.scope = "openid";
  }
  static SignOn::Callback visit(const std::string& url) {
    const auto back =
        output_of(std::string(std::getenv("HAIDANG_TEST_OIDC_BROWSER")) + " " + in_quotes(url));
    return {.state = query(back, "state"), .code = query(back, "code")};
  }

  OidcClient client_{.issuer = {}, .id = {}, .redirect = {}};
};

TEST_F(RealProvider, SaysWhoSignedOn) {
  SignOn sign_on(client_, by_curl);
  for (int round = 0; round < 2; ++round) {
    const auto begun = sign_on.begin();
    ASSERT_TRUE(begun) << begun.error().message();
    const auto who = sign_on.finish(visit(begun->url), begun->browser);
    ASSERT_TRUE(who) << who.error().message();
    EXPECT_THAT(who->subject, testing::StartsWith(client_.issuer + " "));
    EXPECT_GT(who->subject.size(), client_.issuer.size() + 1);
    EXPECT_EQ(who->name, "Nguyễn Văn An");
    EXPECT_EQ(who->email, "an@example.vn");
  }
}

TEST_F(RealProvider, RefusesACodeWithoutTheVerifierOrSecretItWasBegunWith) {
  SignOn sign_on(client_, by_curl);
  const auto begun = sign_on.begin();
  ASSERT_TRUE(begun) << begun.error().message();
  const auto callback = visit(begun->url);
  const auto configuration =
      by_curl({.method = "GET", .url = client_.issuer + "/.well-known/openid-configuration"});
  const auto provider = parse_discovery(configuration->body, client_.issuer);
  ASSERT_TRUE(provider) << provider.error().message();
  const auto wrong =
      by_curl(token_request(*provider, client_, callback.code, begin_flow().verifier));
  EXPECT_GE(wrong->status, 400);
  client_.secret = "another";
  SignOn stranger(client_, by_curl);
  const auto second = stranger.begin();
  ASSERT_TRUE(second);
  EXPECT_FALSE(stranger.finish(visit(second->url), second->browser));
}

}  // namespace
}  // namespace haidang::access
