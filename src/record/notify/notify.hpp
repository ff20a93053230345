// Notices: messages to people that must arrive, and the proof that they did.
//
//   act "notice.queued" (in the transaction of what caused it) -> outbox -> deliver -> channels
//                                        "notice.sent" | "notice.failed" | "notice.dead"
//
// A notice is queued for one recipient and one channel. Delivery is at least once; the Message-ID
// (or webhook id) is the notice's own, so that a repeat after a crash is the same message to the
// reader. Retries back off (1 min, doubling, at most 1 h, for 24 h), then it is dead: visible, and
// may be retried by hand. Texts come from catalogue/notices/*.yml in two languages; a value that is
// marked as secret content cannot be put into one (fails closed). Reading and acknowledging by link
// or API become "notice.read" and "notice.acknowledged".
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "record/ledger/ledger.hpp"

namespace haidang::notify {

enum class Channel : std::uint8_t { mail, sms, webhook };
std::string_view channel_name(Channel channel);

struct Recipient {
  std::string name{};
  std::string unit{};
  std::string account{};
  Channel channel = Channel::mail;
  std::string address{};        // mail address, phone number (E.164), URL
  std::string language = "vi";  // "vi" or "en"
};

struct Notice {
  std::string id{};             // given by queue()
  std::string template_name{};  // "incident.immediate"
  std::string case_id{};
  std::string reason{};  // why it is sent, one word: "opened", "escalated:2"
  Recipient to{};
  boost::json::object values{};  // for the template
};

struct Delivered {
  Notice notice{};
  std::string state{};  // "queued", "sent", "failed", "dead"
  std::uint32_t attempts = 0;
  Time queued{};
  std::optional<Time> sent{};
  std::optional<Time> read{};
  std::optional<Time> acknowledged{};
  std::optional<Time> next_attempt{};
  std::string last_error{};
};

// Texts by name and language; {{name}} stands for a value.
class Templates {
 public:
  static Result<Templates> load(const std::filesystem::path& dir);  // refuses with file:line
  // One file's text; `file` is only for messages.
  static Result<Templates> parse(std::string_view yaml, std::string_view file);
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::vector<std::string> values_of(std::string_view name) const;  // none: unknown
  struct Text {
    std::string subject;
    std::string body;
    std::string sms;  // at most 160 letters without marks after filling
  };
  // An unknown template or a missing value is invalid.
  [[nodiscard]] Result<Text> fill(std::string_view name, std::string_view language,
                                  const boost::json::object& values) const;

 private:
  struct State;
  explicit Templates(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

ledger::Projection projection();

// Queues inside the transaction of its cause. Returns the notice's id.
Result<std::string> queue(ledger::Writer& writer, std::string_view actor, Notice notice);

struct MailGateway {
  std::string url{};  // smtp://host:25; empty: no mail
  std::string user{};
  std::string password{};
  std::string from = "haidang@localhost";
  bool require_tls = true;
  std::string ca_file{};
};
struct SmsGateway {
  std::string url{};   // POST; empty: no SMS
  std::string body{};  // template of the request: {{to}}, {{text}}
  std::string content_type = "application/json";
  std::string authorization{};
  std::string ca_file{};
};
struct Gateways {
  using Mail = MailGateway;
  using Sms = SmsGateway;
  Mail mail{};
  Sms sms{};
  std::string webhook_secret{};   // HMAC-SHA256 of timestamp and body in X-HaiDang-Signature
  std::string webhook_ca_file{};  // PEM; empty: the system's
  std::string public_address{};   // "https://…": links in notices
  std::chrono::seconds first_retry{60};
  std::chrono::seconds longest_retry{3600};
  std::chrono::seconds give_up_after{24 * 3600};
  std::chrono::milliseconds deadline{10'000};  // of one attempt
};

// Acts of this process since it started, for /metrics.
struct Counters {
  std::uint64_t queued = 0;
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;  // attempts that will be repeated
  std::uint64_t dead = 0;
};

// Delivers what is due. One per ledger; run() blocks until stop() and wakes when a notice is
// queued; deliver_due() does one round (tests, and "once").
class Courier {
 public:
  Courier(ledger::Ledger& ledger, Templates templates, Gateways gateways, Log& log);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void run();
  void stop();
  void wake();                        // from any thread
  Result<std::size_t> deliver_due();  // how many were attempted
  [[nodiscard]] Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Filter {
  std::optional<std::string> case_id{};
  std::optional<std::string> unit{};
  std::optional<std::string> account{};  // whom it is for
  std::optional<std::string> state{};
  std::string after{};
  std::size_t limit = 50;
};
// Newest first; `after` is the id of the last one seen.
Result<std::vector<Delivered>> list(ledger::Sql& sql, const Filter& filter);
Result<Delivered> get(ledger::Sql& sql, std::string_view notice);  // not_found
// Reading or acknowledging again changes nothing. The first acknowledgement counts as reading.
Result<> mark_read(ledger::Writer& writer, std::string_view notice, std::string_view actor);
Result<> acknowledge(ledger::Writer& writer, std::string_view notice, std::string_view actor);
// Only what is failed or dead; the 24 hours begin anew.
Result<> retry(ledger::Writer& writer, std::string_view notice, std::string_view actor);

}  // namespace haidang::notify
