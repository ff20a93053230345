#include "record/notify/message.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "net/http.hpp"
#include "record/notify/plain.hpp"

namespace haidang::notify {
namespace {

constexpr std::size_t longest_address = 254;    // RFC 5321, errata 1690
constexpr std::size_t longest_local_part = 64;  // RFC 5321 §4.5.3.1.1
constexpr std::size_t longest_name = 80;
constexpr std::string_view product_name = "Hải Đăng";

bool letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool in_local_part(char c) {  // RFC 5322 atext and the dot
  return letter_or_digit(c) ||
         std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}
bool in_host(char c) { return letter_or_digit(c) || c == '.' || c == '-'; }

// 36 bytes are 48 letters: with its frame a word fits a line behind any of our header names.
constexpr std::size_t bytes_per_word = 36;

std::size_t word_end(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t next = end + text::read_code_point(text.substr(end)).size;
    if (next > bytes_per_word) break;
    end = next;
  }
  return end;
}

// As it is where it cannot be misread, else encoded.
std::string header_text(std::string_view text) {
  const auto plain = [](char c) { return letter_or_digit(c) || c == ' '; };
  const bool as_it_is = text.size() <= 60 && std::ranges::all_of(text, plain) &&
                        !text.starts_with(' ') && !text.ends_with(' ');
  return as_it_is ? std::string(text) : encoded_words(text);
}

std::string mailbox(std::string_view name, std::string_view address) {
  const std::string shown = text::clip(one_line(name), longest_name);
  if (shown.empty()) return fmt::format("<{}>", address);
  return fmt::format("{}\r\n <{}>", header_text(shown), address);
}

// RFC 5322 §3.3, on Vietnam's clock.
std::string mail_date(Time time) {
  constexpr std::array days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const WallClock wall = wall_clock(time, vietnam);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0700", days.at(wall.weekday - 1), wall.day,
                     months.at(wall.month - 1), wall.year, wall.hour, wall.minute, wall.second);
}

std::string base64_lines(std::string_view text) {
  constexpr std::size_t line = 76;
  std::string with_line_ends;
  for (const char c : text) with_line_ends += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const std::string encoded = text::base64(with_line_ends);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += line)
    out += encoded.substr(at, line) + "\r\n";
  return out;
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  append_json_key(out, key);
  append_json_string(out, value);
}

using Escape = std::string (*)(std::string_view);

std::string escape_json(std::string_view text) {
  std::string out;
  append_json_escaped(out, text);
  return out;
}

struct ContentType {
  std::string_view name;
  Escape escape;
};
constexpr std::array content_types{
    ContentType{"application/json", escape_json},
    ContentType{"application/x-www-form-urlencoded", net::percent_encode},
};

Result<Escape> escape_for(std::string_view content_type) {
  const std::string_view name = content_type.substr(0, content_type.find(';'));
  const auto found = std::ranges::find(content_types, name, &ContentType::name);
  if (found != content_types.end()) return found->escape;
  return fail(Error::Kind::unavailable,
              "the SMS gateway's content type is not known: set notify.sms.content_type to "
              "application/json or application/x-www-form-urlencoded");
}

}  // namespace

Result<> check_mail_address(std::string_view address) {
  const auto at = address.find('@');
  const std::string_view local = address.substr(0, at);
  const std::string_view host = at == address.npos ? "" : address.substr(at + 1);
  const bool good = address.size() <= longest_address && !local.empty() && !host.empty() &&
                    local.size() <= longest_local_part &&
                    std::ranges::all_of(local, in_local_part) && std::ranges::all_of(host, in_host);
  if (good) return {};
  return invalid(fmt::format("'{}' is no mail address: write name@host", text::shown(address)));
}

Result<std::string> phone_number(std::string_view written) {
  std::string number;
  for (const char c : written)
    if (std::string_view(" .-()").find(c) == std::string_view::npos) number += c;
  const std::string_view digits = std::string_view(number).substr(number.starts_with('+') ? 1 : 0);
  const bool good = digits.size() >= 3 && digits.size() <= 15 &&
                    std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (good) return number;
  return invalid(fmt::format("'{}' is no phone number: write +84912345678", text::shown(written)));
}

std::string message_id(std::string_view notice, std::string_view from) {
  return fmt::format("<{}@{}>", notice, from.substr(from.find('@') + 1));
}

std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = word_end(text);
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("=?UTF-8?B?{}?=", text::base64(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return out;
}

Result<std::string> mail_content(std::string_view from, const Delivered& notice,
                                 const Templates::Text& text) {
  const Recipient& to = notice.notice.to;
  TRY_VOID(check_mail_address(to.address));
  return fmt::format(
      "From: {}\r\n"
      "To: {}\r\n"
      "Subject: {}\r\n"
      "Date: {}\r\n"
      "Message-ID: {}\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Language: {}\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n"
      "\r\n{}",
      mailbox(product_name, from), mailbox(to.name, to.address), header_text(text.subject),
      mail_date(notice.queued), message_id(notice.notice.id, from), to.language,
      base64_lines(text.body));
}

std::string webhook_body(const Delivered& notice, const Templates::Text& text) {
  const Notice& what = notice.notice;
  std::string out = "{";
  append_member(out, "id", what.id);
  append_member(out, "template", what.template_name);
  append_member(out, "case", what.case_id);
  append_member(out, "unit", what.to.unit);
  append_member(out, "subject", text.subject);
  append_member(out, "text", text.body);
  append_member(out, "at", format_time(notice.queued, Fraction::micros));
  return out + "}";
}

std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body) {
  const std::string signed_text = fmt::format("{}.{}", timestamp, body);
  Digest digest{};
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(signed_text.data()),
                          signed_text.size(), digest.data(), &size);
  CHECK(done != nullptr && size == digest.size(), "HMAC-SHA256 is there");
  return "sha256=" + hex(digest);
}

Result<std::string> sms_body(const Gateways::Sms& gateway, std::string_view to,
                             std::string_view text) {
  TRY(const Escape escape, escape_for(gateway.content_type));
  std::string out;
  for (std::string_view rest = gateway.body; !rest.empty();) {
    if (rest.starts_with("{{to}}")) {
      out += escape(to);
      rest.remove_prefix(6);
    } else if (rest.starts_with("{{text}}")) {
      out += escape(text);
      rest.remove_prefix(8);
    } else {
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace haidang::notify
