// What the HTTP server costs by itself: GETs over kept-alive connections, one server thread.
#include <string>

#include "base/check.hpp"
#include "http_load.hpp"
#include "net/server.hpp"
#include "report.hpp"

namespace haidang::bench {
namespace {

const std::string request =
    "GET /api/v1/cases?limit=50 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: bench\r\n"
    "Accept: application/json\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n\r\n";

double rate(const std::string& body) {
  Log log(Log::Level::warning);
  const auto handler = [&](const net::Request&) {
    net::Response response{.body = body};
    response.headers.add("Content-Type", "application/json");
    return response;
  };
  const auto server = net::Server::start({.threads = 1}, handler, log);
  CHECK(server, "the server starts");
  return answers_per_second((*server)->port(), request);
}

}  // namespace

void bench_net(Report& report) {
  report.add(Figure{.group = "net",
                    .name = "GET hello, 1 server thread",
                    .value = rate("hello\n"),
                    .unit = "req/s",
                    .note = "32 connections kept alive"});
  report.add(Figure{.group = "net",
                    .name = "GET 20 KB, 1 server thread",
                    .value = rate(std::string(20'000, 'x')),
                    .unit = "req/s",
                    .bar = 20'000,
                    .note = "the body is copied by the handler"});
}

}  // namespace haidang::bench
