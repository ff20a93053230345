#include "net/response_head.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "net/token.hpp"

namespace haidang::net {
namespace {

struct Reason {
  int status;
  std::string_view phrase;
};
// RFC 9110 §15, RFC 6585.
constexpr std::array reasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{423, "Locked"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

std::string_view reason_of(int status) {
  const auto* found = std::ranges::lower_bound(reasons, status, {}, &Reason::status);
  return found != reasons.end() && found->status == status ? found->phrase : "Status";
}

// IMF-fixdate (RFC 9110 §5.6.7). PERF: made once a second for each thread.
std::string_view date_line() {
  thread_local std::time_t second = 0;
  thread_local std::string line;
  const std::time_t now = std::time(nullptr);
  if (now == second) return line;
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm at{};
  ::gmtime_r(&now, &at);
  line = fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                     days.at(static_cast<std::size_t>(at.tm_wday)), at.tm_mday,
                     months.at(static_cast<std::size_t>(at.tm_mon)), at.tm_year + 1900, at.tm_hour,
                     at.tm_min, at.tm_sec);
  second = now;
  return line;
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 4> ours{"Content-Length", "Transfer-Encoding",
                                                 "Connection", "Date"};
  return std::ranges::any_of(ours, [&](auto one) { return same_word(one, name); });
}

void append_framing(std::string& out, const Response& response, const Framed& framed) {
  switch (framed.form) {
    case BodyForm::none:
    case BodyForm::until_close: return;
    case BodyForm::length:
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
      return;
    case BodyForm::chunked: out += "Transfer-Encoding: chunked\r\n"; return;
  }
}

}  // namespace

void append_head(std::string& out, const Response& response, const Framed& framed) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                 reason_of(response.status));
  out += date_line();
  for (const auto& [name, value] : response.headers.all()) {
    if (is_ours(name)) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  append_framing(out, response, framed);
  if (!framed.keep_alive)
    out += "Connection: close\r\n";
  else if (framed.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

std::string_view flaw_of(const Response& response) {
  if (response.status < 200 || response.status > 599) return "a status outside 200..599";
  for (const auto& [name, value] : response.headers.all()) {
    if (!is_token(name)) return "a header's name that is no token";
    if (!is_field_value(value)) return "a header's value with a line end or another control";
  }
  return {};
}

bool has_body(int status) { return status != 204 && status != 304; }

bool wants_close(const Response& response) {
  const auto connection = response.headers.find("Connection");
  return connection && same_word(*connection, "close");
}

Response problem(int status, std::string_view detail) {
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}};
  response.body = R"({"type":"about:blank","title":)";
  append_json_string(response.body, reason_of(status));
  fmt::format_to(std::back_inserter(response.body), R"(,"status":{},"detail":)", status);
  append_json_string(response.body, detail);
  response.body += "}\n";
  return response;
}

}  // namespace haidang::net
