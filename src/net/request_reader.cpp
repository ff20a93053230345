#include "net/request_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <fmt/format.h>

#include "base/quantity.hpp"
#include "net/spool.hpp"
#include "net/target.hpp"
#include "net/token.hpp"

namespace haidang::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using Text = boost::beast::string_view;

constexpr std::size_t most_fields = 200;

std::string_view view(Text text) { return {text.data(), text.size()}; }

// What a head says about how its message is framed, counted before anything is believed.
struct Framing {
  unsigned lengths = 0;
  unsigned codings = 0;
  unsigned hosts = 0;
  bool continues = false;
};

using Checked = std::expected<void, Refusal>;

std::unexpected<Refusal> refuse(int status, std::string detail) {
  return std::unexpected(Refusal{status, std::move(detail)});
}

Checked check_length(std::string_view value) {
  const bool digits = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (value.empty() || !digits) return refuse(400, "Content-Length must be one decimal number");
  return {};
}

Checked check_coding(std::string_view value) {
  if (same_word(trimmed(value), "chunked")) return {};
  if (value.find("hunked") != value.npos)
    return refuse(400, "Transfer-Encoding must be exactly 'chunked'");
  return refuse(501, "the only transfer coding understood is 'chunked'");
}

// RFC 9112 §6.1, §6.3, §3.2.
Checked check_framing(const Framing& framing, bool http_1_0) {
  if (framing.lengths > 0 && framing.codings > 0)
    return refuse(400, "both Content-Length and Transfer-Encoding; send one, once");
  if (framing.lengths > 1) return refuse(400, "more than one Content-Length");
  if (framing.codings > 1) return refuse(400, "more than one Transfer-Encoding");
  if (framing.codings > 0 && http_1_0) return refuse(400, "Transfer-Encoding in HTTP/1.0");
  if (framing.hosts > 1) return refuse(400, "more than one Host");
  if (framing.hosts == 0 && !http_1_0) return refuse(400, "Host is missing");
  return {};
}

// A line that goes on in the next (RFC 9112 §5.2) is read differently by different servers.
bool has_folded_line(std::string_view head) {
  for (auto at = head.find('\n'); at != head.npos && at + 1 < head.size();
       at = head.find('\n', at + 1))
    if (head[at + 1] == ' ' || head[at + 1] == '\t') return true;
  return false;
}

struct Told {
  http::error error;
  int status;
  std::string_view detail;
};
constexpr std::array told{
    Told{http::error::header_limit, 431, "the head of the request is too large"},
    Told{http::error::body_limit, 413, "the body is larger than this server takes"},
    Told{http::error::bad_version, 505, "the first line must end in HTTP/1.1 or HTTP/1.0"},
    Told{http::error::bad_method, 400, "the method is not a word"},
    Told{http::error::bad_target, 400, "the request target is ill-formed"},
    Told{http::error::bad_field, 400, "a header's name is ill-formed"},
    Told{http::error::bad_value, 400, "a header's value is ill-formed"},
    Told{http::error::bad_line_ending, 400, "a line must end in CR LF"},
    Told{http::error::bad_content_length, 400, "Content-Length must be one decimal number"},
    Told{http::error::multiple_content_length, 400, "more than one Content-Length"},
    Told{http::error::bad_transfer_encoding, 400,
         "both Content-Length and Transfer-Encoding, or one of them twice; send one, once"},
    Told{http::error::bad_chunk, 400, "the chunked body is ill-formed"},
    Told{http::error::bad_chunk_extension, 400, "the chunked body is ill-formed"},
};

Refusal refusal_of(const error_code& error) {
  for (const auto& row : told)
    if (error == row.error) return {row.status, std::string(row.detail)};
  return {400, "the request is ill-formed"};
}

// Where a body goes as it comes: memory, then a file.
class Body {
 public:
  explicit Body(const RequestReader::Limits& limits) : limits_(limits) {}

  void expect(std::uint64_t size) {
    if (size <= limits_.spool_over) text_.reserve(size);
  }

  Result<> append(std::string_view bytes) {
    if (!spool_ && text_.size() + bytes.size() > limits_.spool_over) TRY_VOID(go_to_file());
    if (spool_) return spool_->write(bytes);
    text_ += bytes;
    return {};
  }

  void move_to(Request& request) {
    request.body = std::exchange(text_, {});
    if (!spool_) return;
    request.body_file = spool_->path();
    request.keeps = spool_->keeps();
    spool_.reset();
  }

 private:
  Result<> go_to_file() {
    TRY(spool_, Spool::create(limits_.spool_dir));
    TRY_VOID(spool_->write(text_));
    text_ = {};
    return {};
  }

  const RequestReader::Limits& limits_;
  std::string text_;
  std::optional<Spool> spool_;
};

class Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(const RequestReader::Limits& limits) : body_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.most_head + 1));
    body_limit(limits.most_body);
  }

  // More than nothing, or an error; 0 where it needs more.
  std::expected<std::size_t, Refusal> parse(std::string_view bytes) {
    error_code error;
    const std::size_t used = put({bytes.data(), bytes.size()}, error);
    if (refusal_) return std::unexpected(std::move(*refusal_));
    if (error && error != http::error::need_more) return std::unexpected(refusal_of(error));
    return used;
  }

  [[nodiscard]] bool expects_continue() const { return framing_.continues; }
  [[nodiscard]] bool is_http_1_0() const { return http_1_0_; }

  Request take() {
    body_.move_to(request_);
    return std::move(request_);
  }

 private:
  void hold(Checked checked, error_code& error) {
    if (checked) return;
    refusal_ = std::move(checked.error());
    error = http::error::bad_field;
  }
  void hold(Result<> result, int status, error_code& error) {
    if (!result) hold(refuse(status, result.error().what), error);
  }

  void on_request_impl(http::verb verb, Text method, Text target, int version,
                       error_code& error) override {
    http_1_0_ = version < 11;
    request_.method = view(method);
    if (verb == http::verb::connect) return hold(refuse(501, "this is no proxy"), error);
    auto parsed = net::parse_target(view(target));
    if (!parsed) return hold(refuse(400, parsed.error().what), error);
    if (parsed->path == "*" && verb != http::verb::options)
      return hold(refuse(400, "the target must begin with '/'"), error);
    request_.path = std::move(parsed->path);
    request_.query = std::move(parsed->query);
    authority_ = std::move(parsed->authority);
  }

  void on_response_impl(int, Text, int, error_code& error) override {
    error = http::error::bad_method;
  }

  void on_field_impl(http::field field, Text name, Text text, error_code& error) override {
    // What follows a chunked body could overrule what was already checked.
    if (is_header_done()) return;
    const auto value = view(text);
    hold(check_field(field, view(name), value), error);
    if (!refusal_) request_.headers.add(std::string(view(name)), std::string(value));
  }

  Checked check_field(http::field kind, std::string_view name, std::string_view value) {
    if (request_.headers.all().size() == most_fields)
      return refuse(431, fmt::format("more than {} headers", most_fields));
    if (!is_field_value(value))
      return refuse(400, fmt::format("a control character in the header '{}'", name));
    using http::field;
    if (kind == field::content_length) return ++framing_.lengths, check_length(value);
    if (kind == field::transfer_encoding) return ++framing_.codings, check_coding(value);
    if (kind == field::expect) return check_expect(value);
    if (kind != field::host) return {};
    ++framing_.hosts;
    if (!is_authority(value)) return refuse(400, "Host is not a host");
    return {};
  }

  Checked check_expect(std::string_view value) {
    if (!same_word(value, "100-continue"))
      return refuse(417, "the only expectation understood is 100-continue");
    framing_.continues = !http_1_0_;
    return {};
  }

  void on_header_impl(error_code& error) override {
    hold(check_framing(framing_, http_1_0_), error);
    if (!authority_.empty()) request_.headers.set("Host", authority_);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
    if (size) body_.expect(*size);
  }
  std::size_t on_body_impl(Text bytes, error_code& error) override {
    hold(body_.append(view(bytes)), 503, error);
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code&) override {}

  Request request_;
  std::string authority_;
  Framing framing_;
  Body body_;
  bool http_1_0_ = false;
  std::optional<Refusal> refusal_;
};

}  // namespace

struct RequestReader::State {
  Limits limits;
  std::optional<Parser> parser;
  std::size_t searched = 0;  // of the head, for its end

  void begin() {
    parser.emplace(limits);
    searched = 0;
  }

  // The whole head at once: Beast alone would take it line by line, and limits only lines.
  std::expected<std::size_t, Refusal> feed_head(std::string_view bytes) {
    const std::size_t blank = bytes.starts_with("\r\n") ? 2 : 0;  // RFC 9112 §2.2: one is forgiven
    const auto head = bytes.substr(blank, limits.most_head);
    if (!head.empty() && !is_token(head.substr(0, 1)) && head != "\r")
      return refuse(400, "this is not HTTP; a method must come first");
    const auto end = head.find("\r\n\r\n", std::min(searched, head.size()));
    if (end == head.npos) {
      searched = head.size() < 3 ? 0 : head.size() - 3;
      if (head.size() == limits.most_head) return std::unexpected(too_large(head));
      return 0;
    }
    const auto whole = head.substr(0, end + 4);
    if (has_folded_line(whole)) return refuse(400, "a header goes on in the next line");
    auto used = parser->parse(whole);
    if (used && !parser->is_header_done()) return refuse(400, "the request is ill-formed");
    if (!used) return used;
    return *used + blank;
  }

  [[nodiscard]] static Refusal too_large(std::string_view head) {
    if (head.find("\r\n") == head.npos) return {414, "the request target is too long"};
    return {431, "the head of the request is too large"};
  }
};

RequestReader::RequestReader(Limits limits) : state_(std::make_unique<State>()) {
  state_->limits = std::move(limits);
  state_->begin();
}

RequestReader::~RequestReader() = default;

std::expected<std::size_t, Refusal> RequestReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  if (!head_done()) {
    auto head = state_->feed_head(bytes);
    if (!head || !head_done()) return head;
    used = *head;
  }
  // No chunked body ends in less than "0\r\n\r\n"; given less, Beast 1.81 stops at an assertion
  // (found by http_fuzz).
  const std::size_t least = state_->parser->chunked() ? 5 : 1;
  while (!done() && bytes.size() - used >= least) {
    auto more = state_->parser->parse(bytes.substr(used));
    if (!more) return more;
    if (*more == 0) break;
    used += *more;
  }
  // What remains is the unfinished line of a chunk: no longer than a head.
  if (!done() && bytes.size() - used > state_->limits.most_head)
    return refuse(400, "a line of the chunked body is too long");
  return used;
}

bool RequestReader::head_done() const { return state_->parser->is_header_done(); }
bool RequestReader::done() const { return state_->parser->is_done(); }
bool RequestReader::expects_continue() const { return state_->parser->expects_continue(); }
bool RequestReader::keeps_alive() const { return state_->parser->keep_alive(); }
bool RequestReader::is_http_1_0() const { return state_->parser->is_http_1_0(); }

Request RequestReader::take() {
  Request request = state_->parser->take();
  state_->begin();
  return request;
}

}  // namespace haidang::net
