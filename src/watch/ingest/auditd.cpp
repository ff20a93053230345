#include "watch/ingest/auditd.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "watch/ingest/cursor.hpp"
#include "watch/ingest/hex.hpp"

namespace haidang::ingest {
namespace {

constexpr char enriched = '\x1D';

// linux/audit.h: the kernel's own log names types by number.
constexpr std::array<std::pair<std::string_view, std::string_view>, 26> type_numbers{{
    {"1100", "USER_AUTH"},     {"1101", "USER_ACCT"},
    {"1103", "CRED_ACQ"},      {"1104", "CRED_DISP"},
    {"1105", "USER_START"},    {"1106", "USER_END"},
    {"1107", "USER_AVC"},      {"1108", "USER_CHAUTHTOK"},
    {"1110", "CRED_REFR"},     {"1112", "USER_LOGIN"},
    {"1123", "USER_CMD"},      {"1130", "SERVICE_START"},
    {"1131", "SERVICE_STOP"},  {"1300", "SYSCALL"},
    {"1302", "PATH"},          {"1305", "CONFIG_CHANGE"},
    {"1306", "SOCKADDR"},      {"1307", "CWD"},
    {"1309", "EXECVE"},        {"1320", "EOE"},
    {"1325", "NETFILTER_CFG"}, {"1326", "SECCOMP"},
    {"1327", "PROCTITLE"},     {"1334", "BPF"},
    {"1400", "AVC"},           {"1701", "ANOM_ABEND"},
}};

// Fields of untrusted strings (audit_log_untrustedstring in the kernel, user tools likewise).
constexpr std::array<std::string_view, 20> hex_fields{
    "proctitle", "comm", "exe",  "name", "cwd", "path",     "acct",     "cmd",    "data",  "key",
    "dir",       "file", "root", "vm",   "sw",  "new-disk", "old-disk", "new-fs", "ocomm", "watch"};

std::string_view type_name(std::string_view type) {
  for (const auto& [number, name] : type_numbers) {
    if (number == type) return name;
  }
  return type;
}

bool is_argument(std::string_view key) {
  return key.size() > 1 && key[0] == 'a' && is_digit(key[1]) &&
         std::ranges::all_of(key.substr(1), is_digit);
}

bool is_hex_text(std::string_view value) {
  return value.size() >= 2 && value.size() % 2 == 0 &&
         std::ranges::all_of(value, [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); });
}

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= 64 && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || is_upper(c) || is_digit(c) || c == '_' || c == '-';
  });
}

std::string_view decoded(std::string_view hex, Arena& arena) {
  char* const to = arena.room(hex.size() / 2);
  for (std::size_t at = 0; at < hex.size(); at += 2) to[at / 2] = hex_pair(hex.substr(at));
  return {to, hex.size() / 2};
}

// The arguments of a command line stand apart by NUL.
std::string_view command_line(std::string_view hex, Arena& arena) {
  const std::string_view bytes = decoded(hex, arena);
  char* const to = arena.room(bytes.size());
  std::ranges::replace_copy(bytes, to, '\0', ' ');
  return {to, bytes.size()};
}

// Several keys of one rule stand apart by 0x01.
void add_keys(std::string_view bytes, Record& record) {
  for (Cursor keys(bytes); !keys.done();) record.add("key", keys.until('\x01'));
}

void add_bare(std::string_view key, std::string_view value, bool execve, Record& record) {
  const bool may_be_hex =
      std::ranges::find(hex_fields, key) != hex_fields.end() || (execve && is_argument(key));
  if (!may_be_hex || !is_hex_text(value)) {
    if (!value.empty() && value != "?") record.add(key, value);
  } else if (key == "proctitle") {
    record.add(key, command_line(value, record.arena()));
  } else if (key == "key") {
    add_keys(decoded(value, record.arena()), record);
  } else {
    record.add(key, decoded(value, record.arena()));
  }
}

// The piece of a long argument is written a1[0]=…
std::string_view plain_key(std::string_view key) {
  const std::size_t bracket = key.find('[');
  return bracket != std::string_view::npos && key.ends_with(']') ? key.substr(0, bracket) : key;
}

void add_pairs(Cursor body, bool execve, bool nested, Record& record);

void add_pair(std::string_view key, Cursor& body, bool execve, bool nested, Record& record) {
  if (body.skip('"')) {
    record.add(key, body.until('"'));
  } else if (!nested && body.skip('\'')) {
    const std::size_t close = body.rest().rfind('\'');
    add_pairs(Cursor(body.take(close)), execve, true, record);
    body.skip('\'');
  } else {
    const std::size_t end = body.rest().find_first_of(" \x1D");
    add_bare(key, body.take(end), execve, record);
  }
}

void add_pairs(Cursor body, bool execve, bool nested, Record& record) {
  while (!body.done() && record.size() < AuditJoiner::most_fields) {
    if (body.skip(' ') || body.skip(enriched) || body.skip(',')) continue;
    const std::size_t end = std::min(body.rest().find_first_of("= \x1D"), body.rest().size());
    const std::string_view key = plain_key(body.rest().substr(0, end));
    body.drop(end);
    if (!body.skip('=')) continue;
    if (is_key(key)) {
      add_pair(key, body, execve, nested, record);
    } else {
      body.drop(std::min(body.rest().find(' '), body.rest().size()));
    }
  }
}

std::string id_of(const AuditRecord& record, std::string_view host) {
  return fmt::format("{}|{}:{}", record.node.empty() ? host : record.node, record.time,
                     record.serial);
}

bool all_digits(std::string_view text, std::string_view also = {}) {
  return !text.empty() && std::ranges::all_of(text, [also](char c) {
    return is_digit(c) || also.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<AuditRecord> parse_audit(std::string_view text) {
  AuditRecord record;
  Cursor line(text);
  line.skip("audit: ");
  if (line.skip("node=")) record.node = line.word();
  if (!line.skip("type=")) return {};
  record.type = type_name(line.word());
  if (!line.skip("msg=audit(") && !line.skip("audit(")) return {};
  record.time = line.until(':');
  record.serial = line.until(')');
  if (record.type.empty() || !all_digits(record.time, ".") || !all_digits(record.serial)) return {};
  line.skip(':');
  line.skip_spaces();
  record.body = line.rest();
  return record;
}

AuditJoiner::Open* AuditJoiner::find(std::string_view id) {
  const auto found =
      std::find_if(open_.rbegin(), open_.rend(), [id](const Open& open) { return open.id == id; });
  return found == open_.rend() ? nullptr : &*found;
}

void AuditJoiner::add(const AuditRecord& record, std::string_view text, std::string_view line,
                      std::uint64_t number, std::string_view host, event::Names& names,
                      Sink& sink) {
  std::string id = id_of(record, host);
  Open* open = find(id);
  if (record.type == "EOE") {
    if (open != nullptr) open->is_last = true;
    return make_room(names, sink);
  }
  if (open != nullptr && open->raw.size() + line.size() > most_bytes) {
    open->is_last = true;
    open->id.clear();
    open = nullptr;
  }
  if (open == nullptr) {
    make_room(names, sink);
    open = &open_.emplace_back();
    open->id = std::move(id);
    open->node = record.node.empty() ? host : record.node;
    open->line = number;
  } else {
    open->raw += '\n';
  }
  const auto begin = static_cast<std::size_t>(text.data() - line.data());
  open->parts.push_back({open->raw.size() + begin, text.size()});
  open->raw += line;
  open->is_syscall |= record.type == "SYSCALL" || record.type == "AVC";
  open->is_last |= record.type == "PROCTITLE";
}

// Events that are complete go; and the oldest, when too many are open.
void AuditJoiner::make_room(event::Names& names, Sink& sink) {
  for (auto open = open_.begin(); open != open_.end();) {
    if (open->is_last || !open->is_syscall || open_.size() >= most_open) {
      emit(*open, names, sink);
      open = open_.erase(open);
    } else {
      ++open;
    }
  }
}

void AuditJoiner::emit(const Open& open, event::Names& names, Sink& sink) {
  event_.clear();
  arena_.clear();
  event_.line = open.line;
  event_.raw = open.raw;
  Record fields(event_, names, arena_);
  fields.dataset("auditd");
  fields.add_known("node", open.node);
  bool first = true;
  for (const Part& part : open.parts) {
    const auto record = parse_audit(std::string_view(open.raw).substr(part.begin, part.size));
    if (!record) continue;
    if (std::exchange(first, false)) {
      fields.add_number("timestamp", record->time);
      fields.add_number("serial", record->serial);
    }
    fields.add("type", record->type);
    add_pairs(Cursor(record->body), record->type == "EXECVE", false, fields);
  }
  sink.event(event_);
}

void AuditJoiner::finish(event::Names& names, Sink& sink) {
  for (const Open& open : open_) emit(open, names, sink);
  open_.clear();
}

}  // namespace haidang::ingest
