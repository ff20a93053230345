#include "record/ledger/media_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"
#include "record/ledger/zip_type.hpp"

namespace haidang::ledger {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t head_bytes = 4096;
constexpr std::size_t tail_bytes = 256U << 10;

struct Magic {
  std::string_view begins;
  std::string_view type;
  std::string_view then{};  // what stands at `at`
  std::size_t at = 0;
};

constexpr std::array magics{
    Magic{"%PDF-"sv, "application/pdf"},
    Magic{"\x89PNG\r\n\x1a\n"sv, "image/png"},
    Magic{"\xFF\xD8\xFF"sv, "image/jpeg"},
    Magic{"GIF87a"sv, "image/gif"},
    Magic{"GIF89a"sv, "image/gif"},
    Magic{"RIFF"sv, "image/webp", "WEBP"sv, 8},
    Magic{"\x1F\x8B\x08"sv, "application/gzip"},
    Magic{"\x28\xB5\x2F\xFD"sv, "application/zstd"},
    Magic{"7z\xBC\xAF\x27\x1C"sv, "application/x-7z-compressed"},
    Magic{"\xD4\xC3\xB2\xA1"sv, "application/vnd.tcpdump.pcap"},
    Magic{"\xA1\xB2\xC3\xD4"sv, "application/vnd.tcpdump.pcap"},
    Magic{"\x4D\x3C\xB2\xA1"sv, "application/vnd.tcpdump.pcap"},
    Magic{"\xA1\xB2\x3C\x4D"sv, "application/vnd.tcpdump.pcap"},
    Magic{"\x0A\x0D\x0D\x0A"sv, "application/x-pcapng", "\x4D\x3C\x2B\x1A"sv, 8},
    Magic{"\x0A\x0D\x0D\x0A"sv, "application/x-pcapng", "\x1A\x2B\x3C\x4D"sv, 8},
    Magic{"ElfFile\0"sv, "application/x-ms-evtx"},
    Magic{"\x7F"
          "ELF"sv,
          "application/x-executable"},
    Magic{"#!"sv, "text/x-shellscript"},
    Magic{"\xFE\xED\xFA\xCE"sv, "application/x-mach-binary"},
    Magic{"\xFE\xED\xFA\xCF"sv, "application/x-mach-binary"},
    Magic{"\xCE\xFA\xED\xFE"sv, "application/x-mach-binary"},
    Magic{"\xCF\xFA\xED\xFE"sv, "application/x-mach-binary"},
    Magic{"\xCA\xFE\xBA\xBE"sv, "application/java-vm"},
    Magic{"L\0\0\0\x01\x14\x02\0"sv, "application/x-ms-shortcut"},
    Magic{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "application/x-ole-storage"},
};

constexpr std::string_view windows_program = "application/vnd.microsoft.portable-executable";

// Old Office files and Windows installers are one format (x-ole-storage), and may hold macros.
constexpr std::array programs{
    windows_program,
    "application/x-executable"sv,
    "text/x-shellscript"sv,
    "application/x-mach-binary"sv,
    "application/java-vm"sv,
    "application/java-archive"sv,
    "application/vnd.android.package-archive"sv,
    "application/x-ms-shortcut"sv,
    "application/x-ole-storage"sv,
    "application/vnd.ms-word.document.macroEnabled.12"sv,
    "application/vnd.ms-excel.sheet.macroEnabled.12"sv,
    "application/vnd.ms-powerpoint.presentation.macroEnabled.12"sv,
    "text/html"sv,
    "image/svg+xml"sv,
};

constexpr std::array documents{
    "application/gzip"sv,
    "application/pdf"sv,
    "application/vnd.oasis.opendocument.presentation"sv,
    "application/vnd.oasis.opendocument.spreadsheet"sv,
    "application/vnd.oasis.opendocument.text"sv,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation"sv,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"sv,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document"sv,
    "application/vnd.tcpdump.pcap"sv,
    "application/x-7z-compressed"sv,
    "application/x-ms-evtx"sv,
    "application/x-pcapng"sv,
    "application/zip"sv,
    "application/zstd"sv,
    "image/gif"sv,
    "image/jpeg"sv,
    "image/png"sv,
    "image/webp"sv,
    "message/rfc822"sv,
    "text/plain"sv,
};

constexpr auto all_types = [] {
  std::array<std::string_view, documents.size() + programs.size()> all{};
  std::ranges::copy(documents, all.begin());
  std::ranges::copy(programs, all.begin() + documents.size());
  return all;
}();

std::string_view magic_type(std::string_view head) {
  for (const Magic& magic : magics) {
    if (!head.starts_with(magic.begins)) continue;
    if (magic.then.empty() ||
        (head.size() >= magic.at && head.substr(magic.at).starts_with(magic.then))) {
      return magic.type;
    }
  }
  return {};
}

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// What a browser takes for HTML (WHATWG MIME Sniffing §7.1); a tag ends in a space or '>'.
bool is_html(std::string_view text) {
  constexpr std::array tags{"<!doctype html"sv,
                            "<html"sv,
                            "<head"sv,
                            "<script"sv,
                            "<iframe"sv,
                            "<h1"sv,
                            "<div"sv,
                            "<font"sv,
                            "<table"sv,
                            "<a"sv,
                            "<style"sv,
                            "<title"sv,
                            "<b"sv,
                            "<body"sv,
                            "<br"sv,
                            "<p"sv,
                            "<!--"sv};
  return std::ranges::any_of(tags, [&](std::string_view tag) {
    if (!text.starts_with(tag)) return false;
    return tag == "<!--" || text.size() == tag.size() || " \t\r\n\f>"sv.contains(text[tag.size()]);
  });
}

// Empty where the text is no markup.
std::string_view markup_type(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n\f"), head.size()));
  if (!head.starts_with('<')) return {};
  const std::string text = lowered(head);
  if (text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"))) {
    return "image/svg+xml";
  }
  const bool html = is_html(text) || (text.starts_with("<?xml") && text.contains("<html"));
  return html ? "text/html" : std::string_view{};
}

bool is_field_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
}

// A field a mail has and other files hardly have.
bool is_mail_field(std::string_view name) {
  constexpr std::array known{"from"sv,          "to"sv,         "subject"sv,      "date"sv,
                             "received"sv,      "message-id"sv, "return-path"sv,  "mime-version"sv,
                             "reply-to"sv,      "cc"sv,         "delivered-to"sv, "content-type"sv,
                             "dkim-signature"sv};
  return std::ranges::find(known, lowered(name)) != known.end();
}

// RFC 5322 §2.2: lines "Name: value", goes on where a line begins with a space. Three fields of a
// mail before the first line that is not so.
bool is_mail(std::string_view head) {
  if (head.contains('\0')) return false;
  int known = 0;
  while (known < 3 && !head.empty()) {
    const std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(line.size() + 1, head.size()));
    if (line.starts_with(' ') || line.starts_with('\t')) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon))) return false;
    if (is_mail_field(line.substr(0, colon))) ++known;
  }
  return known >= 3;
}

// What no text holds: C0 controls other than tab, line ends and form feed, and DEL.
bool is_control(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return (byte < 0x20 && !"\t\n\r\f"sv.contains(letter)) || byte == 0x7F;
}

// How many bytes at the end are the start of a sequence that goes on beyond it.
std::size_t unfinished(std::string_view bytes) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if ((byte & 0xC0U) == 0x80) continue;
    const std::size_t whole = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return whole > back ? back : 0;
  }
  return 0;
}

}  // namespace

void MediaTeller::watch_text(std::string_view piece) {
  if (!text_) return;
  std::string joined = std::move(cut_);
  joined += piece;
  const std::size_t whole = joined.size() - unfinished(joined);
  cut_ = joined.substr(whole);
  joined.resize(whole);
  text_ = text::valid_utf8(joined) && std::ranges::none_of(joined, is_control);
}

void MediaTeller::keep_tail(std::string_view piece) {
  if (piece.size() > tail_bytes) piece.remove_prefix(piece.size() - tail_bytes);
  tail_ += piece;
  // Not at each piece: moving the tail costs as much as it is long.
  if (tail_.size() > 4 * tail_bytes) tail_.erase(0, tail_.size() - tail_bytes);
}

void MediaTeller::update(std::string_view piece) {
  head_ += piece.substr(0, head_bytes - head_.size());
  keep_tail(piece);
  watch_text(piece);
  size_ += piece.size();
}

std::string_view MediaTeller::tell() const {
  if (size_ == 0) return {};
  if (const auto type = magic_type(head_); !type.empty()) return type;
  const bool is_text = text_ && cut_.empty();
  // A text may begin so; a program cannot do without bytes that no text has.
  if (head_.starts_with("MZ") && !is_text) return windows_program;
  if (head_.starts_with("PK\3\4") || head_.starts_with("PK\5\6")) {
    return zip_type(head_, tail_, size_);
  }
  if (is_mail(head_)) return "message/rfc822";
  if (!is_text) return {};
  const auto markup = markup_type(head_);
  return markup.empty() ? "text/plain" : markup;
}

std::string_view media_type_of(std::string_view content) {
  MediaTeller teller;
  teller.update(content);
  return teller.tell();
}

std::span<const std::string_view> media_types() { return all_types; }

bool is_program(std::string_view media_type) {
  return std::ranges::find(programs, media_type) != programs.end();
}

}  // namespace haidang::ledger
