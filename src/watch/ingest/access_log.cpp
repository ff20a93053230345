#include "watch/ingest/access_log.hpp"

#include <algorithm>

#include "watch/ingest/cursor.hpp"
#include "watch/ingest/hex.hpp"

namespace haidang::ingest {
namespace {

constexpr std::string_view time_shape = "[dd/AAA/dddd:dd:dd:dd ";

// "…" with \" inside; false without a closing quote.
bool quoted(Cursor& line, std::string_view& inside) {
  if (!line.skip('"')) return false;
  const std::string_view rest = line.rest();
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '\\') {
      ++at;
    } else if (rest[at] == '"') {
      inside = rest.substr(0, at);
      line.drop(at + 1);
      return true;
    }
  }
  return false;
}

// Undoes \" \\ \xHH; a view of `text` where there is none.
std::string_view unescaped(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  char* const to = arena.room(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (c == '\\' && (next == '"' || next == '\\')) {
      c = next;
      ++at;
    } else if (c == '\\' && next == 'x' && is_hex_pair(text.substr(at + 2))) {
      c = hex_pair(text.substr(at + 2));
      at += 3;
    }
    to[size++] = c;
  }
  arena.trim(text.size() - size);
  return {to, size};
}

bool is_address(std::string_view word) {
  const auto of_address = [](char c) { return is_digit(c) || c == '.' || c == ':' || is_hex(c); };
  return word.size() >= 2 && std::ranges::all_of(word, of_address) &&
         word.find_first_of(".:") != std::string_view::npos;
}

// host ident user, or vhost host ident user. A user name may hold spaces.
bool add_client(std::string_view before_time, Record& record) {
  Cursor words(before_time);
  std::string_view host = words.word();
  Cursor behind = words;
  if (const std::string_view second = behind.word();
      is_address(second) && std::ranges::count(behind.rest(), ' ') > 0) {
    record.add("cs-host", host);
    host = second;
    words = behind;
  }
  const std::string_view ident = words.word();
  std::string_view user = words.rest();
  while (user.ends_with(' ')) user.remove_suffix(1);
  if (host.empty() || ident.empty() || user.empty()) return false;
  record.add_known("c-ip", host);
  record.add_known("cs-username", user);
  return true;
}

bool is_method(std::string_view word) {
  return !word.empty() && word.size() <= 20 &&
         std::ranges::all_of(word, [](char c) { return is_upper(c) || c == '_' || c == '-'; });
}

void add_request(std::string_view request, Record& record) {
  const std::size_t first = request.find(' ');
  const std::string_view method = request.substr(0, first);
  if (first == std::string_view::npos || !is_method(method)) {
    record.add_known("cs-uri", request);
    return;
  }
  record.add("cs-method", method);
  std::string_view uri = request.substr(first + 1);
  const std::size_t last = uri.rfind(" HTTP/");
  const std::string_view version = last == std::string_view::npos ? "" : uri.substr(last + 1);
  uri = uri.substr(0, last);
  add_uri(unescaped(uri, record.arena()), record);
  record.add_known("cs-version", version);
}

// What some formats put behind: "x-forwarded-for" and the time the request took.
void add_rest(Cursor line, Record& record) {
  while (!line.done()) {
    line.skip_spaces();
    std::string_view inside;
    if (line.here() == '"') {
      if (!quoted(line, inside)) return;
      if (is_address(inside)) record.add("x-forwarded-for", inside);
    } else {
      inside = line.word();
      const bool number = inside.find_first_not_of("0123456789.") == std::string_view::npos;
      if (number && !inside.empty()) {
        record.add_number("time-taken", inside);
        return;
      }
    }
  }
}

std::size_t find_time(std::string_view line) {
  for (std::size_t at = line.find('['); at != std::string_view::npos; at = line.find('[', at + 1)) {
    if (looks_like(line.substr(at), time_shape)) return at;
    if (at > 1024) break;
  }
  return std::string_view::npos;
}

}  // namespace

void add_uri(std::string_view uri, Record& record) {
  record.add_known("cs-uri", uri);
  const std::size_t question = uri.find('?');
  record.add_known("cs-uri-stem", uri.substr(0, question));
  if (question != std::string_view::npos)
    record.add_known("cs-uri-query", uri.substr(question + 1));
}

bool parse_access(std::string_view text, Record& record) {
  record.dataset("web.access");
  const std::size_t time = find_time(text);
  if (time == std::string_view::npos || !add_client(text.substr(0, time), record)) return false;
  Cursor line(text.substr(time + 1));
  record.add("timestamp", line.until(']'));
  line.skip_spaces();
  std::string_view request;
  if (!quoted(line, request)) return false;
  add_request(request, record);
  line.skip_spaces();
  const std::string_view status = line.word();
  if (status.size() != 3 || !std::ranges::all_of(status, is_digit)) return false;
  record.add_number("sc-status", status);
  const std::string_view bytes = line.word();
  if (bytes != "-" && !std::ranges::all_of(bytes, is_digit)) return false;
  record.add_number("sc-bytes", bytes);
  std::string_view inside;
  for (const std::string_view name : {"cs-referer", "cs-user-agent"}) {
    line.skip_spaces();
    if (line.here() == '"' && quoted(line, inside))
      record.add_known(name, unescaped(inside, record.arena()));
  }
  add_rest(line, record);
  return true;
}

}  // namespace haidang::ingest
