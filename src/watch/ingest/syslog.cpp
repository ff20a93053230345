#include "watch/ingest/syslog.hpp"

#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "watch/ingest/cursor.hpp"

namespace haidang::ingest {
namespace {

constexpr std::size_t longest_name = 128;  // RFC 5424 allows 32
constexpr std::size_t most_fields = 256;   // what structured data has beyond stays in the raw line

constexpr std::array<std::string_view, 8> severities{"emerg",   "alert",  "crit", "err",
                                                     "warning", "notice", "info", "debug"};
constexpr std::array<std::string_view, 24> facilities{
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

// "<13>"; false only if something stands there that is no priority.
bool priority(Cursor& line, Record& record) {
  if (line.here() != '<') return true;
  Cursor look = line;
  look.drop(1);
  const std::string_view digits = look.digits();
  if (digits.empty() || digits.size() > 3 || !look.skip('>')) return false;
  unsigned value = 0;
  for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  if (value >= facilities.size() * severities.size()) return false;
  record.add("facility", facilities[value / 8]);
  record.add("severity", severities[value % 8]);
  line = look;
  return true;
}

std::string_view make_time(Record& record, std::string_view year, std::string_view month_day,
                           std::string_view clock) {
  return record.arena().keep(
      fmt::format("{}-{:02}-{}{}T{}", year, month_number(month_day.substr(0, 3)),
                  month_day[4] == ' ' ? '0' : month_day[4], month_day[5], clock));
}

std::string_view clock(Cursor& line) {
  std::size_t size = 8;
  if (line.at(size) == '.' || line.at(size) == ',') {
    ++size;
    while (is_digit(line.at(size))) ++size;
  }
  return line.take(size);
}

// "Mar  7 13:06:56", with the year before, in the middle, behind, or not at all.
std::optional<std::string_view> classic_time(Cursor& line, Record& record) {
  Cursor look = line;
  const std::string_view start = look.rest();
  std::string_view year;
  if (looks_like(look.rest(), "dddd AAA ed ")) {
    year = look.take(4);
    look.drop(1);
  }
  look.skip('*');  // Cisco: the clock is not synchronised
  const std::string_view month_day = look.rest().substr(0, 6);
  if (!looks_like(look.rest(), "AAA ed ") || month_number(month_day.substr(0, 3)) == 0) return {};
  look.drop(7);
  if (looks_like(look.rest(), "dddd dd:dd:dd")) {
    year = look.take(4);
    look.drop(1);
  }
  if (!looks_like(look.rest(), "dd:dd:dd")) return {};
  const std::string_view time = clock(look);
  const std::string_view as_written = start.substr(0, start.size() - look.rest().size());
  if (looks_like(look.rest(), " dddd ")) {
    look.drop(1);
    year = look.take(4);
  }
  if (!look.done() && look.here() != ' ' && look.here() != ':') return {};
  look.skip(':');
  look.skip_spaces();
  line = look;
  return year.empty() ? as_written : make_time(record, year, month_day, time);
}

std::optional<std::string_view> iso_time(Cursor& line) {
  if (!looks_like(line.rest(), "dddd-dd-ddTdd:dd:dd")) return {};
  return line.word();
}

constexpr bool is_tag(char c) {
  return c > ' ' && c != '[' && c != ':' && c != '"' && c != '{' && c != '=' && c != 0x7F;
}

struct Tag {
  std::string_view program;
  std::string_view procid;
};

// "sshd[1291]: " or "kernel: "; without its colon only "su[1] " counts.
std::optional<Tag> tag(Cursor& line) {
  Cursor look = line;
  std::size_t size = 0;
  while (size < look.rest().size() && is_tag(look.at(size))) ++size;
  Tag found{look.take(size), {}};
  if (found.program.empty()) return {};
  const bool bracket = look.skip('[');
  if (bracket) {
    found.procid = look.until(']');
    if (found.procid.size() > 32 || found.procid.find(' ') != std::string_view::npos) return {};
  }
  if (!look.skip(':') && !(bracket && look.here() == ' ')) return {};
  if (!look.done() && look.here() != ' ') return {};
  look.skip_spaces();
  line = look;
  return found;
}

void add_program(Record& record, std::string_view program) {
  record.add_known("program", program);
  record.add_known("appname", program);
}

void add_tag(Record& record, const Tag& tag) {
  add_program(record, tag.program);
  record.add_known("procid", tag.procid);
}

// host tag: message, where host or tag (or both) may be missing.
void classic_body(Cursor line, Record& record) {
  if (const auto first = tag(line)) {
    add_tag(record, *first);
  } else {
    record.add_known("hostname", line.word());
    if (const auto second = tag(line)) add_tag(record, *second);
  }
  record.add("message", line.rest());
}

// [id k="v" k="v"][id …] or "-"; false if it is not well formed.
bool parameter(Cursor& line, std::string_view id, Record& record) {
  const std::string_view name = line.until('=');
  if (name.empty() || name.size() > longest_name || !line.skip('"')) return false;
  const std::string_view from = line.rest();
  char* const to = record.arena().room(from.size());
  std::size_t size = 0;
  for (; !line.done() && line.here() != '"'; line.drop(1)) {
    const char next = line.at(1);
    if (line.here() == '\\' && (next == '"' || next == '\\' || next == ']')) line.drop(1);
    to[size++] = line.here();
  }
  record.arena().trim(from.size() - size);
  if (record.size() < most_fields)
    record.add(record.arena().keep(fmt::format("sd.{}.{}", id, name)), {to, size});
  return line.skip('"');
}

bool structured_data(Cursor& line, Record& record) {
  if (line.skip('-')) return true;
  if (line.here() != '[') return false;
  while (line.skip('[')) {
    std::size_t size = 0;
    while (line.at(size) != ' ' && line.at(size) != ']' && line.at(size) != '\0') ++size;
    const std::string_view id = line.take(size);
    if (id.empty() || id.size() > longest_name) return false;
    while (line.skip(' ')) {
      if (line.here() != ']' && !parameter(line, id, record)) return false;
    }
    if (!line.skip(']')) return false;
  }
  return true;
}

bool modern(Cursor line, Record& record) {
  const auto time = line.rest().starts_with("- ") ? line.word() : iso_time(line).value_or("");
  if (time.empty()) return false;
  record.add_known("timestamp", time);
  record.add_known("hostname", line.until(' '));
  add_program(record, line.until(' '));
  record.add_known("procid", line.until(' '));
  record.add_known("msgid", line.until(' '));
  if (!structured_data(line, record)) return false;
  line.skip(' ');
  line.skip("\xEF\xBB\xBF");
  record.add("message", line.rest());
  return true;
}

}  // namespace

bool parse_syslog(std::string_view text, Record& record) {
  Cursor line(text);
  record.dataset("syslog");
  if (!priority(line, record)) return false;
  const bool has_priority = line.rest().size() != text.size();
  if (has_priority && line.rest().starts_with("1 ")) {
    line.drop(2);
    return modern(line, record);
  }
  auto time = iso_time(line);
  if (!time) time = classic_time(line, record);
  if (time) {
    record.add("timestamp", *time);
  } else if (!has_priority) {
    return false;
  }
  classic_body(line, record);
  return true;
}

}  // namespace haidang::ingest
