#include "api/api.hpp"

#include <atomic>
#include <charconv>

#include <fmt/format.h>

#include "api/dispatch.hpp"
#include "api/kept.hpp"
#include "api/live.hpp"
#include "api/problem.hpp"
#include "api/rate.hpp"
#include "api/route.hpp"
#include "base/check.hpp"

namespace haidang::api {
namespace {

constexpr std::size_t most_json = 2U << 20;
constexpr std::size_t most_depth = 32;

Language language_of(const net::Request& request) {
  const auto wanted = request.headers.find("Accept-Language").value_or("");
  const auto vi = wanted.find("vi");
  const auto en = wanted.find("en");
  return en < vi ? Language::en : Language::vi;
}

// Of equal length in equal time, so that a token cannot be guessed letter by letter.
bool same_secret(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned differ = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    differ |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  return differ == 0;
}

bool changes(std::string_view method) { return method != "GET" && method != "HEAD"; }

bool anyone_may(const Route& route) { return route.permission.empty(); }

Result<json::object> parse_json(const net::Request& request) {
  if (request.body_file || request.body.size() > most_json)
    return invalid(fmt::format("the body may have at most {} bytes", most_json));
  if (request.body.empty()) return json::object{};
  json::parse_options options;
  options.max_depth = most_depth;
  boost::system::error_code error;
  json::stream_parser parser({}, options);
  parser.write(request.body, error);
  if (!error) parser.finish(error);
  if (error) return invalid(fmt::format("the body is no JSON: {}", error.message()));
  auto value = parser.release();
  if (!value.is_object()) return invalid("the body must be a JSON object");
  return std::move(value.get_object());
}

void harden(net::Response& response) {
  auto& headers = response.headers;
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  if (!headers.find("Cache-Control")) headers.set("Cache-Control", "no-store");
  if (!headers.find("Content-Security-Policy"))
    headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

}  // namespace

struct Api::State {
  State(Parts those, ApiOptions chosen)
      : parts(those),
        options(std::move(chosen)),
        dispatch(routes()),
        live(parts),
        logins(options.logins_per_minute, std::chrono::minutes(1)),
        reports(options.reports_per_hour, std::chrono::hours(1)) {}

  Parts parts;
  ApiOptions options;
  Dispatch dispatch;
  Live live;
  KeptAnswers kept;
  Rate logins;
  Rate reports;
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> problems{0};

  net::Response answer(const net::Request& request);
  net::Response run(const Route& route, Call& call);
  net::Response answer_kept(const Route& route, Call& call);
  net::Response answer_now(const Route& route, Call& call);
  net::Response follow(Call& call);

  // Each returns why the request goes no further, or nothing.
  std::optional<net::Response> identify(const Route& route, Call& call);
  std::optional<net::Response> permit(const Route& route, Call& call);
  std::optional<net::Response> guard_change(const Route& route, const Call& call);
  std::optional<net::Response> limit_rate(const Route& route, const Call& call);
  std::optional<net::Response> read_body(const Route& route, Call& call);
};

Api::Api(Parts parts, ApiOptions options)
    : state_(std::make_unique<State>(parts, std::move(options))) {
  for (const Route& route : routes())
    CHECK(route.permission.empty() || route.permission == "self" ||
              std::ranges::find(parts.policy.permissions(), route.permission) !=
                  parts.policy.permissions().end(),
          "a route asks for a permission that catalogue/access/roles.yml lists");
}

Api::~Api() = default;

void Api::stop() { state_->live.stop(); }

net::Response Api::answer(net::Request request) {
  net::Response response = state_->answer(request);
  harden(response);
  return response;
}

net::Response Api::State::answer(const net::Request& request) {
  ++requests;
  const Language language = language_of(request);
  Found found = dispatch.find(request.method, request.path);
  if (found.route == nullptr) {
    if (found.allowed.empty())
      return problem(404, "not-found", "Không có địa chỉ này", "There is no such address",
                     language);
    auto response = problem(405, "method", "Địa chỉ này không nhận phương thức đó",
                            "This address does not take that method", language);
    response.headers.set("Allow", found.allowed);
    return response;
  }
  Call call{.request = request,
            .parts = parts,
            .options = options,
            .language = language,
            .path = std::move(found.parts)};
  return run(*found.route, call);
}

net::Response Api::State::run(const Route& route, Call& call) {
  if (auto refused = limit_rate(route, call)) return std::move(*refused);
  if (auto refused = identify(route, call)) return std::move(*refused);
  if (auto refused = permit(route, call)) return std::move(*refused);
  if (auto refused = guard_change(route, call)) return std::move(*refused);
  if (auto refused = read_body(route, call)) return std::move(*refused);
  if (route.run == nullptr) return follow(call);
  return route.kept == Kept::by_ledger ? answer_kept(route, call) : answer_now(route, call);
}

std::optional<net::Response> Api::State::limit_rate(const Route& route, const Call& call) {
  const bool is_login = route.operation == "log_in";
  const bool is_report = anyone_may(route) && !is_login && changes(route.method);
  if (!is_login && !is_report) return {};
  if ((is_login ? logins : reports).take(call.request.peer, parts.ledger.time())) return {};
  auto response = problem(429, "too-many", "Gửi quá nhiều lần, hãy thử lại sau",
                          "Too many requests, please try again later", call.language);
  response.headers.set("Retry-After", is_login ? "60" : "3600");
  return response;
}

std::optional<net::Response> Api::State::identify(const Route& route, Call& call) {
  if (anyone_may(route)) return {};
  const auto authorization = call.request.headers.find("Authorization").value_or("");
  constexpr std::string_view bearer = "Bearer ";
  Result<access::Known> known = fail(Error::Kind::denied, "no session");
  if (authorization.starts_with(bearer))
    known = parts.accounts.known_by_bearer(authorization.substr(bearer.size()));
  else if (const auto cookie = call.request.cookie("haidang_session"))
    known = parts.accounts.known_by_session(*cookie);
  if (known) {
    call.known = std::move(*known);
    return {};
  }
  if (known.error().kind == Error::Kind::denied || known.error().kind == Error::Kind::not_found) {
    auto response = problem(401, "login", "Cần đăng nhập", "Please log in", call.language);
    response.headers.set("WWW-Authenticate", "Bearer");
    return response;
  }
  return problem(known.error(), call.language);
}

std::optional<net::Response> Api::State::permit(const Route& route, Call& call) {
  if (anyone_may(route)) return {};
  const bool about_self = route.permission == "self";
  if (call.known.must_change_password && !about_self)
    return problem(403, "password", "Hãy đổi mật khẩu trước khi tiếp tục",
                   "Please change your password first", call.language);
  if (call.known.must_set_totp && !about_self)
    return problem(403, "totp", "Vai trò của bạn cần xác thực hai lớp: hãy thiết lập trước",
                   "Your role needs a second factor: please set it up first", call.language);
  if (about_self) return {};
  if (const auto scope = parts.policy.allows(call.who(), route.permission)) {
    call.scope = *scope;
    return {};
  }
  if (const auto noted =
          parts.accounts.record_refusal(call.who(), route.operation, call.request.peer);
      !noted)
    parts.log.error("a refusal could not be recorded", {{"why", noted.error().message()}});
  return problem(fail(Error::Kind::denied, both("Vai trò của bạn không có quyền làm việc này",
                                                "Your role does not include this"))
                     .error(),
                 call.language);
}

std::optional<net::Response> Api::State::guard_change(const Route& route, const Call& call) {
  if (!changes(route.method) || anyone_may(route) || call.known.by_token) return {};
  const auto token = call.request.headers.find("X-CSRF-Token").value_or("");
  if (!call.known.csrf.empty() && same_secret(token, call.known.csrf)) return {};
  return problem(403, "csrf", "Thiếu hoặc sai mã X-CSRF-Token của phiên làm việc",
                 "The session's X-CSRF-Token is missing or wrong", call.language);
}

std::optional<net::Response> Api::State::read_body(const Route& route, Call& call) {
  if (route.takes != Takes::json) return {};
  const auto type = call.request.headers.find("Content-Type").value_or("application/json");
  if (!type.starts_with("application/json"))
    return problem(415, "media-type", "Nội dung phải là application/json",
                   "The body must be application/json", call.language);
  auto body = parse_json(call.request);
  if (!body) {
    const auto& what = body.error().what;
    return problem(400, "json", fmt::format("Không đọc được nội dung gửi lên: {}", what), what,
                   call.language);
  }
  call.body = std::move(*body);
  return {};
}

net::Response Api::State::answer_now(const Route& route, Call& call) {
  auto reply = route.run(call);
  if (reply) return std::move(reply->response);
  ++problems;
  const Error& error = reply.error();
  if (error.kind == Error::Kind::corrupt || error.kind == Error::Kind::unavailable)
    parts.log.error("a request failed", {{"operation", route.operation}, {"why", error.message()}});
  if (error.kind == Error::Kind::conflict && call.request.headers.find("If-Match"))
    return problem(412, "changed", "Đã có người thay đổi trước; hãy tải lại",
                   "Somebody changed it before you; load it again", call.language);
  return problem(error, call.language);
}

// The same until the next act, so the ledger's position is its ETag.
net::Response Api::State::answer_kept(const Route& route, Call& call) {
  const std::uint64_t head = parts.ledger.head();
  const std::string tag = fmt::format("\"{}\"", head);
  if (call.request.headers.find("If-None-Match") == std::optional<std::string_view>(tag)) {
    net::Response response{.status = 304};
    response.headers.set("ETag", tag);
    return response;
  }
  // Where a question names no day it means today, so the answer is kept for the day.
  std::string key = fmt::format(
      "{}\n{}\n{}\n{}\n{}", call.who().account, route.operation, call.language_name(),
      registry::day_of(parts.ledger.time()).time_since_epoch().count(), call.request.path);
  for (const auto& [name, value] : call.request.query) key += fmt::format("\n{}\n{}", name, value);
  if (const auto known = kept.find(key, head)) return *known;
  net::Response response = answer_now(route, call);
  if (response.status != 200) return response;
  response.headers.set("ETag", tag);
  kept.keep(std::move(key), head, response);
  return response;
}

net::Response Api::State::follow(Call& call) {
  std::optional<std::uint64_t> after;
  if (const auto last = call.request.headers.find("Last-Event-ID")) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(last->data(), last->data() + last->size(), number);
    if (error == std::errc() && end == last->data() + last->size()) after = number;
  }
  auto stream = live.subscribe(call.who(), after);
  if (!stream) return problem(stream.error(), call.language);
  net::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.events = std::move(*stream);
  return response;
}

}  // namespace haidang::api
