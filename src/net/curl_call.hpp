// One libcurl transfer: made once, set up, run, told in words. Internal to net's client.
//
// Common to HTTP and SMTP: certificates verified, TLS 1.2 and newer, no proxy and no .netrc, no
// signals (safe from any thread), a deadline, a bounded answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "base/result.hpp"
#include "net/client.hpp"

namespace haidang::net {

class CurlCall {
 public:
  CurlCall(const std::string& url, const char* schemes, const ClientOptions& options);
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;
  ~CurlCall();

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(curl_, option, value);
  }
  void add_header(const std::string& line);
  void add_recipient(const std::string& address);

  CURLcode perform();
  [[nodiscard]] long code() const;  // the last status of the other side; 0: none
  [[nodiscard]] const std::string& body() const { return body_; }
  [[nodiscard]] std::string& body() { return body_; }
  // What the server said, line by line: HTTP's headers, SMTP's replies.
  [[nodiscard]] const std::string& replies() const { return replies_; }
  // In words that a person can act on; `where` is the URL without its query and password.
  [[nodiscard]] Error failure(CURLcode code) const;

 private:
  struct Lists;
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t take_reply(char* bytes, std::size_t size, std::size_t count, void* self);

  CURL* curl_;
  const std::size_t most_;
  std::string where_;
  std::string body_;
  std::string replies_;
  bool too_large_ = false;
  std::unique_ptr<Lists> lists_;
  char words_[CURL_ERROR_SIZE] = {};
};

}  // namespace haidang::net
