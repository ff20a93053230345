#include "net/curl_call.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace haidang::net {
namespace {

constexpr std::size_t most_replies = 64U << 10;

CURL* new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CURL* handle = curl_easy_init();
  CHECK(handle != nullptr, "libcurl has memory for a handle");
  return handle;
}

// Neither a password nor a token of a query belongs in a log.
std::string without_secrets(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == url.npos ? 0 : scheme + 3;
  const auto end = std::min(url.find_first_of("?#", begin), url.size());
  const auto host_end = std::min(url.find('/', begin), end);
  const auto at = url.substr(begin, host_end - begin).rfind('@');
  const auto host = at == url.npos ? begin : begin + at + 1;
  return text::shown(url.substr(0, begin) + url.substr(host, end - host), 200);
}

struct Words {
  CURLcode code;
  Error::Kind kind;
  std::string_view what;
};
using Kind = Error::Kind;
constexpr std::array words{
    Words{CURLE_URL_MALFORMAT, Kind::invalid, "this is no URL"},
    Words{CURLE_UNSUPPORTED_PROTOCOL, Kind::invalid, "this kind of URL is not served here"},
    Words{CURLE_COULDNT_RESOLVE_HOST, Kind::unavailable,
          "the name was not found; check its spelling and this machine's DNS"},
    Words{CURLE_COULDNT_CONNECT, Kind::unavailable,
          "no connection; is the server up, the port right, the firewall open?"},
    Words{CURLE_OPERATION_TIMEDOUT, Kind::unavailable, "too slow; nothing final within the time"},
    Words{CURLE_PEER_FAILED_VERIFICATION, Kind::unavailable,
          "its certificate is not trusted; name its CA, or have the certificate mended"},
    Words{CURLE_SSL_CACERT_BADFILE, Kind::invalid, "the file of CA certificates cannot be used"},
    Words{CURLE_SSL_CONNECT_ERROR, Kind::unavailable,
          "TLS could not begin; does this port speak TLS 1.2 or newer?"},
    Words{CURLE_USE_SSL_FAILED, Kind::unavailable,
          "the mail server offers no STARTTLS, and TLS is required"},
    Words{CURLE_LOGIN_DENIED, Kind::unavailable,
          "the mail server refused our account; check user and password"},
    Words{CURLE_GOT_NOTHING, Kind::unavailable, "the server closed without an answer"},
    Words{CURLE_RECV_ERROR, Kind::unavailable, "the connection broke in the middle"},
    Words{CURLE_SEND_ERROR, Kind::unavailable, "the connection broke in the middle"},
    Words{CURLE_PARTIAL_FILE, Kind::unavailable, "the answer was cut off"},
    Words{CURLE_WEIRD_SERVER_REPLY, Kind::unavailable, "the answer cannot be understood"},
};

}  // namespace

struct CurlCall::Lists {
  curl_slist* headers = nullptr;
  curl_slist* recipients = nullptr;
  Lists() = default;
  Lists(const Lists&) = delete;
  Lists& operator=(const Lists&) = delete;
  ~Lists() {
    curl_slist_free_all(headers);
    curl_slist_free_all(recipients);
  }
};

CurlCall::CurlCall(const std::string& url, const char* schemes, const ClientOptions& options)
    : curl_(new_handle()),
      most_(options.most_answer),
      where_(without_secrets(url)),
      lists_(std::make_unique<Lists>()) {
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, schemes);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.deadline.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.deadline.count()));
  set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_ERRORBUFFER, &words_[0]);
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &take_reply);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
}

CurlCall::~CurlCall() { curl_easy_cleanup(curl_); }

void CurlCall::add_header(const std::string& line) {
  lists_->headers = curl_slist_append(lists_->headers, line.c_str());
  set(CURLOPT_HTTPHEADER, lists_->headers);
}

void CurlCall::add_recipient(const std::string& address) {
  lists_->recipients = curl_slist_append(lists_->recipients, address.c_str());
  set(CURLOPT_MAIL_RCPT, lists_->recipients);
}

CURLcode CurlCall::perform() { return curl_easy_perform(curl_); }

long CurlCall::code() const {
  long code = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

Error CurlCall::failure(CURLcode code) const {
  if (too_large_)
    return {Kind::invalid, fmt::format("the answer is larger than {} bytes", most_), where_};
  const std::string_view detail = words_[0] != '\0' ? &words_[0] : curl_easy_strerror(code);
  for (const auto& row : words)
    if (row.code == code)
      return {row.kind, fmt::format("{} ({})", row.what, text::shown(detail, 300)), where_};
  return {Kind::unavailable, text::shown(detail, 300), where_};
}

std::size_t CurlCall::take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<CurlCall*>(self);
  call.too_large_ = call.too_large_ || call.body_.size() + size * count > call.most_;
  if (call.too_large_) return 0;
  call.body_.append(bytes, size * count);
  return size * count;
}

std::size_t CurlCall::take_reply(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<CurlCall*>(self);
  call.too_large_ = call.too_large_ || call.replies_.size() + size * count > most_replies;
  if (call.too_large_) return 0;
  call.replies_.append(bytes, size * count);
  return size * count;
}

}  // namespace haidang::net
