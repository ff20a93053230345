#include "watch/ingest/sniff.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "watch/ingest/columns.hpp"
#include "watch/ingest/evtx.hpp"
#include "watch/ingest/journal_export.hpp"
#include "watch/ingest/json_array.hpp"
#include "watch/ingest/json_lines.hpp"
#include "watch/ingest/text_lines.hpp"

namespace haidang::ingest {
namespace {

constexpr std::string_view spaces = " \t\r\n";
constexpr std::size_t looked_at = 4096;

std::unique_ptr<Reader> json_lines() { return make_json_lines(); }
std::unique_ptr<Reader> json_array() { return make_json_array(); }
std::unique_ptr<Reader> audit() { return make_text_lines(AuditRecords::joined); }
std::unique_ptr<Reader> text() { return make_text_lines(AuditRecords::joined_within_chunk); }

struct Row {
  Format format;
  std::string_view name;
  Framing framing;
  std::unique_ptr<Reader> (*make)();
};

constexpr std::array<Row, 8> rows{{
    {Format::json_lines, "JSON lines", Framing::lines, json_lines},
    {Format::json_array, "JSON document", Framing::blocks, json_array},
    {Format::evtx, "Windows event log", Framing::blocks, make_evtx},
    {Format::zeek_tsv, "Zeek TSV", Framing::lines, make_zeek_tsv},
    {Format::w3c, "W3C extended log", Framing::lines, make_w3c},
    {Format::journal_export, "journal export", Framing::blocks, make_journal_export},
    {Format::audit, "Linux audit log", Framing::lines, audit},
    {Format::text, "text log", Framing::lines, text},
}};

const Row& row(Format format) { return rows[static_cast<std::size_t>(format)]; }
static_assert(std::ranges::all_of(rows, [](const Row& row) {
  return &row == &rows[static_cast<std::size_t>(row.format)];
}));

struct Foreign {
  std::string_view magic;
  std::string_view what;
};

constexpr std::array<Foreign, 19> foreign{{
    {"\x89PNG", "a picture (PNG)"},
    {"\xFF\xD8\xFF", "a picture (JPEG)"},
    {"GIF8", "a picture (GIF)"},
    {"%PDF", "a PDF document"},
    {"PK\x03\x04", "a ZIP archive: unpack it first"},
    {"7z\xBC\xAF", "a 7z archive: unpack it first"},
    {"BZh", "packed with bzip2: unpack it first"},
    {"\xFD"
     "7zXZ",
     "packed with xz: unpack it first"},
    {"\x04\x22\x4D\x18", "packed with lz4: unpack it first"},
    {"Rar!", "a RAR archive: unpack it first"},
    {"\x7F"
     "ELF",
     "a program (ELF)"},
    {"MZ\x90", "a program (Windows)"},
    {"SQLite format 3", "an SQLite database"},
    {"LPKSHHRH", "a systemd journal: give the output of journalctl -o json"},
    {"\xD4\xC3\xB2\xA1", "a packet capture: give the logs Zeek or Suricata makes of it"},
    {"\xA1\xB2\xC3\xD4", "a packet capture: give the logs Zeek or Suricata makes of it"},
    {"\x0A\x0D\x0D\x0A", "a packet capture: give the logs Zeek or Suricata makes of it"},
    {"LfLe", "a Windows event log of before Vista (.evt): convert it to .evtx"},
    {"\x30\0\0\0LfLe", "a Windows event log of before Vista (.evt): convert it to .evtx"},
}};

struct Opening {
  std::string_view start;
  Format format;
};

constexpr std::array<Opening, 10> openings{{
    {"ElfFile", Format::evtx},
    {"#separator", Format::zeek_tsv},
    {"#fields\t", Format::zeek_tsv},
    {"#Software:", Format::w3c},
    {"#Version:", Format::w3c},
    {"#Fields:", Format::w3c},
    {"#Date:", Format::w3c},
    {"#Start-Date:", Format::w3c},
    {"__CURSOR=", Format::journal_export},
    {"__REALTIME_TIMESTAMP=", Format::journal_export},
}};

std::string_view first_line(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  while (!line.empty() && spaces.find(line.back()) != std::string_view::npos) line.remove_suffix(1);
  return line;
}

std::string_view skip_spaces(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(spaces), text.size()));
}

// {"Records": [ {
bool is_wrapped(std::string_view object) {
  std::string_view rest = skip_spaces(object.substr(1));
  if (!rest.starts_with('"')) return false;
  const std::size_t close = rest.find('"', 1);
  if (close == std::string_view::npos || !is_wrapper(rest.substr(1, close - 1))) return false;
  for (const char c : {':', '[', '{'}) {
    rest = skip_spaces(c == ':' ? rest.substr(close + 1) : rest.substr(1));
    if (!rest.starts_with(c)) return false;
  }
  return true;
}

// An object over many lines breaks the first after a brace or a comma.
bool breaks_lines(std::string_view object) {
  const std::string_view line = first_line(object);
  return line.size() < object.size() &&
         (line.ends_with('{') || line.ends_with('[') || line.ends_with(','));
}

std::optional<Format> sniff_json(std::string_view head) {
  const std::string_view start = skip_spaces(head);
  if (start.starts_with('{'))
    return is_wrapped(start) || breaks_lines(start) ? Format::json_array : Format::json_lines;
  if (start.starts_with('[')) {
    const std::string_view inside = skip_spaces(start.substr(1));
    if (inside.starts_with('{') || inside.starts_with(']')) return Format::json_array;
  }
  return std::nullopt;
}

bool is_odd(unsigned char c) {
  return (c < 0x20 && !(c >= '\t' && c <= '\r') && c != 0x1B && c != 0x1D) || c == 0x7F;
}

// More than three bytes in ten are control characters or no UTF-8. A run of NULs, as a crash
// leaves in a log, does not count.
bool is_binary(std::string_view head) {
  std::size_t odd = 0;
  std::size_t counted = 0;
  for (std::string_view rest = head.substr(0, looked_at); !rest.empty();) {
    const auto point = text::read_code_point(rest);
    const bool nul_run = rest.starts_with(std::string_view("\0\0\0\0\0\0\0\0", 8));
    if (!nul_run) {
      odd += !point.ok || is_odd(static_cast<unsigned char>(rest[0])) ? 1 : 0;
      ++counted;
    }
    rest.remove_prefix(point.size);
  }
  return odd * 10 > counted * 3 || (counted == 0 && !head.empty());
}

std::string shown(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, 8)) {
    if (!text.empty()) text += ' ';
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

bool has_audit_records(std::string_view head) {
  return head.find("msg=audit(") != std::string_view::npos ||
         (head.find(" audit(") != std::string_view::npos &&
          head.find("type=") != std::string_view::npos);
}

}  // namespace

std::string_view name(Format format) { return row(format).name; }
Framing framing(Format format) { return row(format).framing; }
std::unique_ptr<Reader> make_reader(Format format) { return row(format).make(); }

Result<Format> sniff(std::string_view head, std::string where) {
  for (const auto& [start, format] : openings) {
    if (head.starts_with(start)) return format;
  }
  for (const auto& [magic, what] : foreign) {
    if (head.starts_with(magic))
      return invalid(fmt::format("is no log but {}", what), std::move(where));
  }
  if (is_binary(head))
    return invalid(fmt::format("is binary and no format that is known (it begins {})", shown(head)),
                   std::move(where));
  if (const auto json = sniff_json(head)) return *json;
  return has_audit_records(head) ? Format::audit : Format::text;
}

}  // namespace haidang::ingest
