// Logging in and out, and what an account does to itself.
#include <fmt/format.h>

#include "api/handlers.hpp"
#include "api/problem.hpp"

namespace haidang::api {
namespace {

constexpr std::string_view cookie_name = "haidang_session";

std::string cookie(const Call& call, std::string_view token, std::int64_t seconds) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", cookie_name, token,
                     seconds, call.options.secure_cookies ? "; Secure" : "");
}

json::object permissions_of(const Call& call) {
  constexpr std::array<std::string_view, 4> scopes{"self", "party", "unit", "city"};
  json::object all;
  for (const auto& permission : call.parts.policy.permissions())
    if (const auto scope = call.parts.policy.allows(call.who(), permission))
      all[permission] = scopes.at(static_cast<std::size_t>(*scope));
  return all;
}

json::object shown(const Call& call) {
  const auto& who = call.who();
  return {{"account", who.account},
          {"name", who.name},
          {"unit", who.unit},
          {"roles", json::value_from(who.roles)},
          {"permissions", permissions_of(call)},
          {"csrf", call.known.csrf},
          {"must_change_password", call.known.must_change_password},
          {"must_set_totp", call.known.must_set_totp}};
}

}  // namespace

Result<Reply> log_in(Call& call) {
  TRY_VOID(call.only({"account", "password", "totp"}));
  access::Accounts::Attempt attempt{.account = {}, .password = {}, .peer = call.request.peer};
  TRY(attempt.account, call.text("account"));
  TRY(attempt.password, call.text("password"));
  TRY(attempt.totp, call.text_or("totp", ""));
  auto session = call.parts.accounts.log_in(attempt);
  if (!session && session.error().kind == Error::Kind::denied) {
    const bool wants_code = session.error().where == "totp";
    Reply reply;
    reply.response =
        wants_code
            ? problem(401, "totp", "Hãy nhập mã xác thực gồm 6 chữ số",
                      "Please enter the six-digit code", call.language)
            : problem(401, "login",
                      "Tên đăng nhập hoặc mật khẩu không đúng, hoặc tài khoản đang bị khóa",
                      "The account or password is wrong, or the account is locked", call.language);
    return reply;
  }
  if (!session) return std::unexpected(session.error());
  TRY(call.known, call.parts.accounts.known_by_session(session->token));
  Reply reply = ok(shown(call), 201);
  const auto lasts =
      std::chrono::duration_cast<std::chrono::seconds>(session->expires - call.parts.ledger.time());
  reply.response.headers.add("Set-Cookie", cookie(call, session->token, lasts.count()));
  return reply;
}

Result<Reply> show_session(Call& call) { return ok(shown(call)); }

Result<Reply> log_out(Call& call) {
  if (call.known.by_token)
    return invalid("a bearer token has no session; revoke it under /api/v1/tokens");
  const auto token = call.request.cookie(cookie_name);
  TRY_VOID(call.parts.accounts.log_out(token.value_or("")));
  Reply reply = no_content();
  reply.response.headers.add("Set-Cookie", cookie(call, "", 0));
  return reply;
}

Result<Reply> change_password(Call& call) {
  TRY_VOID(call.only({"old_password", "new_password"}));
  TRY(const auto before, call.text("old_password"));
  TRY(const auto after, call.text("new_password"));
  TRY_VOID(call.parts.accounts.change_password(call.who().account, before, after,
                                               call.request.cookie(cookie_name).value_or("")));
  return no_content();
}

Result<Reply> begin_totp(Call& call) {
  TRY(const auto link, call.parts.accounts.begin_totp(call.who().account));
  return ok(json::object{{"link", link}}, 201);
}

Result<Reply> confirm_totp(Call& call) {
  TRY_VOID(call.only({"code"}));
  TRY(const auto code, call.text("code"));
  TRY_VOID(call.parts.accounts.confirm_totp(call.who().account, code));
  return no_content();
}

}  // namespace haidang::api
