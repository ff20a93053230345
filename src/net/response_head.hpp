// The first bytes of an answer, and the answers that the server gives by itself.
//
// Length, framing, Date and Connection are the server's to say; what a handler says of them is
// left out, but for "Connection: close", which is obeyed.
#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

namespace haidang::net {

enum class BodyForm : std::uint8_t { none, length, chunked, until_close };

struct Framed {
  BodyForm form = BodyForm::length;
  bool keep_alive = true;
  bool http_1_0 = false;
};

void append_head(std::string& out, const Response& response, const Framed& framed);

// Why this Response cannot go out as it is ("a header with a line end"); empty: it can.
std::string_view flaw_of(const Response& response);

bool has_body(int status);  // 204 and 304 never have one
bool wants_close(const Response& response);

// RFC 9457: {"type":"about:blank","title":"Not Found","status":404,"detail":…}
Response problem(int status, std::string_view detail);

}  // namespace haidang::net
