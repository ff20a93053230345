// Any bytes as a connection's: requests within the limits, or a refusal, however they are cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/text.hpp"
#include "net/http.hpp"
#include "net/request_reader.hpp"
#include "net/token.hpp"

namespace {

using namespace haidang;
using namespace haidang::net;

const RequestReader::Limits limits{.most_head = 512, .most_body = 256, .spool_over = 1024};

void check_path(std::string_view path) {
  CHECK(path == "*" || path.starts_with('/'), "a path is absolute");
  CHECK(path.find('\0') == path.npos && text::valid_utf8(path), "a path is text");
  CHECK((std::string(path) + "/").find("/../") == std::string::npos, "a path has no dot segments");
}

void check_request(const Request& request) {
  check_path(request.path);
  CHECK(is_token(request.method), "a method is a word");
  CHECK(request.body.size() <= limits.most_body, "a body is within its limit");
  std::size_t lengths = 0;
  for (const auto& [name, value] : request.headers.all()) {
    CHECK(is_token(name) && is_field_value(value), "headers are headers");
    lengths += same_word(name, "Content-Length") || same_word(name, "Transfer-Encoding") ? 1 : 0;
  }
  CHECK(lengths <= 1, "a body has one length");
  for (const auto& [key, value] : request.query)
    CHECK(text::valid_utf8(key) && text::valid_utf8(value), "a query is text");
  if (const auto cookie = request.cookie("a"))
    CHECK(cookie->find(';') == cookie->npos, "a cookie is one");
  if (const auto form = parse_form(request.body)) {
    for (const auto& [key, value] : *form)
      CHECK(parse_form(percent_encode(key) + "=" + percent_encode(value)), "encoding is undone");
  }
}

// The requests that came of it, so that two ways of cutting can be compared. Whether an ill-formed
// end is refused or still waited for may differ: Beast looks for the end of a quoted chunk
// extension beyond its line, and refuses it once that has come.
std::vector<std::string> read(std::string_view bytes, std::size_t step) {
  RequestReader reader(limits);
  std::vector<std::string> came;
  std::string inbox;
  while (!bytes.empty() || !inbox.empty()) {
    const auto part = bytes.substr(0, step);
    inbox += part;
    bytes.remove_prefix(part.size());
    const auto used = reader.feed(inbox);
    if (!used) {
      CHECK(used.error().status >= 400 && !used.error().detail.empty(), "a refusal says why");
      return came;
    }
    CHECK(*used <= inbox.size(), "no more is taken than there was");
    inbox.erase(0, *used);
    CHECK(reader.done() || inbox.size() <= limits.most_head + step, "what waits is bounded");
    if (reader.done()) {
      const Request request = reader.take();
      check_request(request);
      came.push_back(request.method + ' ' + request.path + ' ' + request.body);
    } else if (bytes.empty()) {
      return came;
    }
  }
  return came;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = 1 + data[0] % 64U;
  CHECK(read(bytes, step) == read(bytes, 4096), "how bytes are cut changes nothing");
  return 0;
}
