// The error logs of Apache and nginx; see access_log.hpp.
#include <algorithm>

#include <fmt/format.h>

#include "watch/ingest/access_log.hpp"
#include "watch/ingest/cursor.hpp"

namespace haidang::ingest {
namespace {

// 2026/01/31 12:00:00 [error] 1234#1234: *5 message, client: 1.2.3.4, server: …
bool parse_nginx(Cursor line, Record& record) {
  if (!looks_like(line.rest(), "dddd/dd/dd dd:dd:dd [")) return false;
  std::string time(line.take(19));
  time[4] = time[7] = '-';
  record.add("timestamp", record.arena().keep(time));
  line.drop(2);
  record.add("level", line.until(']'));
  line.skip_spaces();
  if (const std::size_t at = line.rest().find('#'); at != std::string_view::npos && at < 12) {
    line.until(':');
    line.skip_spaces();
  }
  record.add("message", line.rest());
  constexpr std::string_view client = ", client: ";
  if (const std::size_t at = line.rest().rfind(client); at != std::string_view::npos) {
    const std::string_view from = line.rest().substr(at + client.size());
    record.add_known("c-ip", from.substr(0, from.find(',')));
  }
  return true;
}

// "Wed Oct 11 14:32:52.123456 2026" → RFC 3339
std::string_view apache_time(std::string_view text, Arena& arena) {
  const std::string_view year = text.substr(text.size() - 4);
  const std::string_view clock = text.substr(11, text.size() - 16);
  const char tens = text[8] == ' ' ? '0' : text[8];
  return arena.keep(
      fmt::format("{}-{:02}-{}{}T{}", year, month_number(text.substr(4, 3)), tens, text[9], clock));
}

std::string_view without_port(std::string_view client) {
  const std::size_t colon = client.rfind(':');
  const bool has_port = colon != std::string_view::npos && client.size() - colon <= 6 &&
                        (std::ranges::count(client, ':') == 1 || client.front() == '[');
  if (has_port) client = client.substr(0, colon);
  if (client.starts_with('[') && client.ends_with(']'))
    client = client.substr(1, client.size() - 2);
  return client;
}

// [Wed Oct 11 14:32:52.123456 2026] [core:error] [pid 1:tid 2] [client 1.2.3.4:5] message
bool parse_apache(Cursor line, Record& record) {
  if (!looks_like(line.rest(), "[AAA AAA ed dd:dd:dd")) return false;
  line.drop(1);
  const std::string_view time = line.until(']');
  if (time.size() < 24 || !looks_like(time.substr(time.size() - 5), " dddd")) return false;
  if (month_number(time.substr(4, 3)) == 0) return false;
  record.add("timestamp", apache_time(time, record.arena()));
  line.skip_spaces();
  while (line.skip('[')) {
    std::string_view part = line.until(']');
    line.skip_spaces();
    if (part.starts_with("client ")) {
      record.add_known("c-ip", without_port(part.substr(7)));
    } else if (!part.starts_with("pid ")) {
      record.add_known("level", part.substr(part.find(':') + 1));
    }
  }
  record.add("message", line.rest());
  return true;
}

}  // namespace

bool parse_web_error(std::string_view line, Record& record) {
  record.dataset("web.error");
  return parse_nginx(Cursor(line), record) || parse_apache(Cursor(line), record);
}

}  // namespace haidang::ingest
