#include "app/metrics.hpp"

#include <fmt/format.h>

namespace haidang::app {
namespace {

class Text {
 public:
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, "counter", value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, "gauge", value);
  }
  // More lines of the metric before, told apart by a label.
  void labelled(std::string_view name, std::string_view label, std::string_view which,
                std::uint64_t value) {
    text_ += fmt::format("haidang_{}{{{}=\"{}\"}} {}\n", name, label, which, value);
  }
  void head(std::string_view name, std::string_view help, std::string_view type) {
    text_ += fmt::format("# HELP haidang_{0} {1}\n# TYPE haidang_{0} {2}\n", name, help, type);
  }
  std::string take() { return std::move(text_); }

 private:
  void add(std::string_view name, std::string_view help, std::string_view type,
           std::uint64_t value) {
    head(name, help, type);
    text_ += fmt::format("haidang_{} {}\n", name, value);
  }
  std::string text_;
};

void add_server(Text& text, const net::ServerCounters& server) {
  text.gauge("http_connections", "Open connections", server.connections);
  text.counter("http_accepted_total", "Connections accepted", server.accepted);
  text.counter("http_refused_total", "Connections over a limit", server.refused);
  text.counter("http_requests_total", "Requests answered", server.requests);
  text.counter("http_bad_requests_total", "Requests unreadable, too large or too slow",
               server.bad_requests);
  text.counter("http_tls_failures_total", "TLS handshakes that failed", server.tls_failures);
  text.counter("http_handler_failures_total", "Requests that failed inside",
               server.handler_failures);
}

void add_checkpoints(Text& text, City& city) {
  const auto outlets = city.publisher().outlets();
  text.head("checkpoint_seq", "Last act that an outlet has a checkpoint of", "gauge");
  for (const auto& outlet : outlets)
    text.labelled("checkpoint_seq", "outlet", outlet.name, outlet.seq);
  text.head("checkpoint_failures_total", "Checkpoints that could not be sent", "counter");
  for (const auto& outlet : outlets)
    text.labelled("checkpoint_failures_total", "outlet", outlet.name, outlet.failed);
}

}  // namespace

std::string metrics_text(City& city, const net::ServerCounters& server) {
  Text text;
  add_server(text, server);
  text.gauge("ledger_seq", "Last committed act", city.ledger().head());
  add_checkpoints(text, city);
  return text.take();
}

}  // namespace haidang::app
