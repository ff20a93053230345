#include "net/client.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "net/curl_call.hpp"
#include "net/token.hpp"

namespace haidang::net {
namespace {

Result<> check(const Outgoing& request) {
  if (!is_token(request.method)) return invalid("the method is not a word");
  for (const auto& [name, value] : request.headers.all()) {
    if (!is_token(name)) return invalid(fmt::format("'{}' is no name of a header", name));
    if (!is_field_value(value))
      return invalid(fmt::format("the header '{}' holds a line end or a control", name));
  }
  return {};
}

void set_method(CurlCall& call, const Outgoing& request) {
  if (request.method == "HEAD") return call.set(CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    call.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    call.set(CURLOPT_POSTFIELDS, request.body.c_str());
  }
  call.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_headers(CurlCall& call, const Outgoing& request) {
  call.add_header("Expect:");  // no waiting for a 100
  if (!request.headers.find("Content-Type")) call.add_header("Content-Type:");
  for (const auto& [name, value] : request.headers.all())
    call.add_header(value.empty() ? name + ";" : name + ": " + value);
}

// Of the last answer, where interim ones (1xx) came before.
Headers headers_of(std::string_view replies) {
  Headers headers;
  while (!replies.empty()) {
    const auto end = std::min(replies.find('\n'), replies.size());
    auto line = replies.substr(0, end);
    replies.remove_prefix(std::min(end + 1, replies.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/"))
      headers = {};
    else if (colon != line.npos)
      headers.add(std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
  }
  return headers;
}

}  // namespace

Result<Answer> fetch(const Outgoing& request, const ClientOptions& options) {
  TRY_VOID(check(request));
  CurlCall call(request.url, "http,https", options);
  set_method(call, request);
  set_headers(call, request);
  const CURLcode done = call.perform();
  if (done != CURLE_OK) return std::unexpected(call.failure(done));
  return Answer{.status = static_cast<int>(call.code()),
                .headers = headers_of(call.replies()),
                .body = std::move(call.body())};
}

}  // namespace haidang::net
