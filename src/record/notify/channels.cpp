#include "record/notify/channels.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "net/client.hpp"
#include "record/notify/message.hpp"

namespace haidang::notify {
namespace {

std::unexpected<Error> not_configured(std::string what) {
  return fail(Error::Kind::unavailable, std::move(what));
}

// Of what we set, not of what we send: a mend of the settings makes it pass.
Result<> temporary(Result<> result) {
  if (!result) result.error().kind = Error::Kind::unavailable;
  return result;
}

// Answers that mean the request itself is wrong; all others may pass (a wrong key, a page not
// there yet, too many requests).
constexpr std::array for_good{400, 405, 410, 413, 414, 415, 422};

Result<> judge(const net::Answer& answer, std::string_view who) {
  if (answer.status >= 200 && answer.status < 300) return {};
  const bool final = std::ranges::find(for_good, answer.status) != for_good.end();
  return fail(final ? Error::Kind::denied : Error::Kind::unavailable,
              fmt::format("{} answered {}: {}", who, answer.status, text::shown(answer.body, 120)));
}

Result<> by_mail(const Gateways& gateways, const Delivered& notice, const Templates::Text& text) {
  const auto& mail = gateways.mail;
  if (mail.url.empty()) return not_configured("no mail server is configured: set notify.mail.url");
  if (!check_mail_address(mail.from)) {
    return not_configured("the sender is no mail address: set notify.mail.from to name@host");
  }
  TRY(std::string content, mail_content(mail.from, notice, text));
  const net::MailServer server{.url = mail.url,
                               .user = mail.user,
                               .password = mail.password,
                               .require_tls = mail.require_tls,
                               .client = {.deadline = gateways.deadline, .ca_file = mail.ca_file}};
  auto sent = net::send_mail(
      server, {.from = mail.from, .to = {notice.notice.to.address}, .content = std::move(content)});
  if (!sent && sent.error().kind == Error::Kind::denied) return sent;
  return temporary(std::move(sent));
}

Result<> by_sms(const Gateways& gateways, const Delivered& notice, const Templates::Text& text) {
  const auto& sms = gateways.sms;
  if (sms.url.empty()) return not_configured("no SMS gateway is configured: set notify.sms.url");
  if (sms.body.empty()) {
    return not_configured("the SMS gateway's request is not configured: set notify.sms.body");
  }
  TRY(const std::string number, phone_number(notice.notice.to.address));
  net::Outgoing request{.method = "POST", .url = sms.url};
  TRY(request.body, sms_body(sms, number, text.sms));
  request.headers.set("Content-Type", sms.content_type);
  request.headers.set("X-HaiDang-Id", notice.notice.id);
  if (!sms.authorization.empty()) request.headers.set("Authorization", sms.authorization);
  const auto answer = net::fetch(request, {.deadline = gateways.deadline, .ca_file = sms.ca_file});
  if (!answer) return temporary(std::unexpected(answer.error()));
  return judge(*answer, "the SMS gateway");
}

Result<> by_webhook(const Gateways& gateways, const Delivered& notice, const Templates::Text& text,
                    Time at) {
  if (gateways.webhook_secret.empty()) {
    return not_configured("no secret to sign webhooks with: set notify.webhook.secret");
  }
  net::Outgoing request{.method = "POST", .url = notice.notice.to.address};
  request.body = webhook_body(notice, text);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const std::string timestamp = std::to_string(seconds);
  request.headers.set("Content-Type", "application/json");
  request.headers.set("X-HaiDang-Id", notice.notice.id);
  request.headers.set("X-HaiDang-Timestamp", timestamp);
  request.headers.set("X-HaiDang-Signature",
                      webhook_signature(gateways.webhook_secret, timestamp, request.body));
  TRY(const auto answer,
      net::fetch(request, {.deadline = gateways.deadline, .ca_file = gateways.webhook_ca_file}));
  return judge(answer, "the webhook");
}

}  // namespace

Result<> hand_over(const Gateways& gateways, const Delivered& notice, const Templates::Text& text,
                   Time at) {
  switch (notice.notice.to.channel) {
    case Channel::mail: return by_mail(gateways, notice, text);
    case Channel::sms: return by_sms(gateways, notice, text);
    case Channel::webhook: return by_webhook(gateways, notice, text, at);
  }
  return invalid("the notice has no channel");
}

std::string destination(const Notice& notice) {
  if (notice.to.channel != Channel::webhook) return {};
  const std::string& url = notice.to.address;
  const auto host = url.find("//");
  return host == url.npos ? url : url.substr(0, url.find('/', host + 2));
}

std::string link_to(const Gateways& gateways, const Notice& notice) {
  std::string address = gateways.public_address;
  while (address.ends_with('/')) address.pop_back();
  if (notice.case_id.empty()) return address.empty() ? "Hải Đăng" : address;
  if (address.empty()) return notice.case_id;
  const std::string page = fmt::format("{}/cases/{}", address, net::percent_encode(notice.case_id));
  const bool room = notice.to.channel != Channel::sms;
  return room ? fmt::format("{}?notice={}", page, notice.id) : page;
}

}  // namespace haidang::notify
