// Going out: one HTTP request, one mail. Over libcurl; certificates are verified.
//
// Blocks until done or the deadline. No redirects, no cookies, no proxies from the environment.
// Failure says what people can act on: name not found, refused, certificate, too slow. Safe from
// any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"

namespace haidang::net {

struct ClientOptions {
  std::chrono::milliseconds deadline{10'000};
  std::size_t most_answer = 1U << 20;
  std::string ca_file{};  // PEM; empty: the system's
};

struct Answer {
  int status = 0;
  Headers headers{};
  std::string body{};
};

struct Outgoing {
  std::string method = "GET";
  std::string url;  // http or https
  Headers headers{};
  std::string body{};
};

Result<Answer> fetch(const Outgoing& request, const ClientOptions& options = {});

struct MailServer {
  std::string url;  // smtp://host:25, smtps://host:465
  std::string user{};
  std::string password{};
  bool require_tls = true;  // STARTTLS or fail; false: take it where it is offered
  ClientOptions client{};
};

struct Mail {
  std::string from;  // bare addresses
  std::vector<std::string> to;
  std::string content;  // RFC 5322: headers, blank line, body; CRLF
};

// Ok where the server took responsibility for every recipient (250 after DATA). `denied` is a 5xx
// (do not try again), `unavailable` anything that may pass.
Result<> send_mail(const MailServer& server, const Mail& mail);

}  // namespace haidang::net
