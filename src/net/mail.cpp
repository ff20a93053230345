#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "net/client.hpp"
#include "net/curl_call.hpp"

namespace haidang::net {
namespace {

// Enough that an address cannot say anything else to the server.
bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  const bool plain = std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F || c == '<' || c == '>';
  });
  return plain && at != text.npos && at > 0 && at + 1 < text.size() && text.size() <= 320;
}

Result<> check(const Mail& mail) {
  if (mail.to.empty()) return invalid("a mail to nobody");
  if (!is_address(mail.from))
    return invalid(fmt::format("'{}' is no bare mail address", text::shown(mail.from)));
  for (const auto& one : mail.to)
    if (!is_address(one))
      return invalid(fmt::format("'{}' is no bare mail address", text::shown(one)));
  return {};
}

// Every line ends in CR LF: servers that also end lines at a bare one could be told of a second
// mail inside of this.
std::string with_line_ends(std::string_view content) {
  std::string out;
  out.reserve(content.size() + content.size() / 32);
  for (std::size_t at = 0; at < content.size(); ++at) {
    if (content[at] != '\r' && content[at] != '\n') {
      out += content[at];
      continue;
    }
    if (content[at] == '\r' && at + 1 < content.size() && content[at + 1] == '\n') ++at;
    out += "\r\n";
  }
  return out;
}

struct Upload {
  std::string content;
  std::size_t at = 0;
};

std::size_t give(char* to, std::size_t size, std::size_t count, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const std::size_t part = std::min(size * count, upload.content.size() - upload.at);
  std::memcpy(to, upload.content.data() + upload.at, part);
  upload.at += part;
  return part;
}

// The server's last line with that code: "550 5.1.1 no such mailbox"; what follows is its goodbye.
std::string reply_with(long code, std::string_view replies) {
  const std::string wanted = fmt::format("\n{}", code);
  const auto before = replies.rfind(wanted);
  const auto begin = before == replies.npos ? 0 : before + 1;
  const auto line = replies.substr(begin, replies.find_first_of("\r\n", begin) - begin);
  return text::shown(line, 300);
}

// 530, 534, 535 and 538 are about our account, not about the mail (RFC 4954 §6): once somebody has
// mended the account the same mail passes.
bool is_final(long code) {
  return code >= 500 && code < 600 && code != 530 && code != 534 && code != 535 && code != 538;
}

Error failure_of(const CurlCall& call, CURLcode done) {
  const long code = call.code();
  Error error = call.failure(done);
  const bool spoken = code >= 400 && done != CURLE_OPERATION_TIMEDOUT;
  if (!spoken) return error;
  error.kind = is_final(code) ? Error::Kind::denied : Error::Kind::unavailable;
  const bool account = done == CURLE_LOGIN_DENIED || (code >= 500 && !is_final(code));
  error.what = fmt::format("the mail server refused {}: {}", account ? "our account" : "it",
                           reply_with(code, call.replies()));
  return error;
}

void sign_in(CurlCall& call, const MailServer& server) {
  if (server.user.empty()) return;
  call.set(CURLOPT_USERNAME, server.user.c_str());
  call.set(CURLOPT_PASSWORD, server.password.c_str());
}

}  // namespace

Result<> send_mail(const MailServer& server, const Mail& mail) {
  TRY_VOID(check(mail));
  Upload upload{with_line_ends(mail.content)};
  const std::string from = "<" + mail.from + ">";
  CurlCall call(server.url, "smtp,smtps", server.client);
  call.set(CURLOPT_USE_SSL, server.require_tls ? long{CURLUSESSL_ALL} : long{CURLUSESSL_TRY});
  sign_in(call, server);
  call.set(CURLOPT_MAIL_FROM, from.c_str());
  for (const auto& one : mail.to) call.add_recipient("<" + one + ">");
  call.set(CURLOPT_UPLOAD, 1L);
  call.set(CURLOPT_READFUNCTION, &give);
  call.set(CURLOPT_READDATA, static_cast<void*>(&upload));
  call.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(upload.content.size()));
  const CURLcode done = call.perform();
  if (done != CURLE_OK) return std::unexpected(failure_of(call, done));
  return {};
}

}  // namespace haidang::net
