#include "record/ledger/zip_type.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace haidang::ledger {
namespace {

constexpr std::string_view plain_zip = "application/zip";
constexpr std::size_t end_record_bytes = 22;
constexpr std::size_t longest_comment = 0xFFFF;
constexpr std::size_t entry_bytes = 46;
constexpr std::size_t local_bytes = 30;

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = width; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

// Where the end record begins in `tail`. Its comment ends where the content ends, so that a second
// record inside the comment is not taken for it.
std::optional<std::size_t> find_end(std::string_view tail) {
  if (tail.size() < end_record_bytes) return {};
  const std::size_t last = tail.size() - end_record_bytes;
  for (std::size_t back = 0; back <= last && back <= longest_comment; ++back) {
    const std::size_t at = last - back;
    if (tail.substr(at).starts_with("PK\5\6") && number(tail, at + 20, 2) == back) return at;
  }
  return {};
}

// The central directory, or nothing where it does not lie in `tail`.
std::optional<std::string_view> directory_in(std::string_view tail, std::size_t end) {
  const std::size_t bytes = number(tail, end + 12, 4);
  if (bytes > end) return {};
  return tail.substr(end - bytes, bytes);
}

struct Contents {
  bool content_types = false;
  bool word = false;
  bool sheet = false;
  bool slides = false;
  bool macros = false;
  bool java = false;
  bool android = false;
};

void note(Contents& found, std::string_view name) {
  found.content_types |= name == "[Content_Types].xml";
  found.word |= name.starts_with("word/");
  found.sheet |= name.starts_with("xl/");
  found.slides |= name.starts_with("ppt/");
  found.macros |= name.ends_with("vbaProject.bin");
  found.java |= name == "META-INF/MANIFEST.MF";
  found.android |= name == "AndroidManifest.xml";
}

Contents read_names(std::string_view directory) {
  Contents found;
  while (directory.size() >= entry_bytes && directory.starts_with("PK\1\2")) {
    const std::size_t name = number(directory, 28, 2);
    const std::size_t whole =
        entry_bytes + name + number(directory, 30, 2) + number(directory, 32, 2);
    if (whole > directory.size()) break;
    note(found, directory.substr(entry_bytes, name));
    directory.remove_prefix(whole);
  }
  return found;
}

std::string_view office_type(const Contents& found) {
  if (found.word) {
    return found.macros ? "application/vnd.ms-word.document.macroEnabled.12"
                        : "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  }
  if (found.sheet) {
    return found.macros ? "application/vnd.ms-excel.sheet.macroEnabled.12"
                        : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  }
  if (found.slides) {
    return found.macros
               ? "application/vnd.ms-powerpoint.presentation.macroEnabled.12"
               : "application/vnd.openxmlformats-officedocument.presentationml.presentation";
  }
  return plain_zip;
}

std::string_view type_of(const Contents& found) {
  if (found.android) return "application/vnd.android.package-archive";
  if (found.java) return "application/java-archive";
  return found.content_types ? office_type(found) : plain_zip;
}

// OpenDocument 1.3 part 2 §3.3: the first entry is "mimetype", stored, its content the type.
std::string_view open_document(std::string_view head) {
  constexpr std::string_view name = "mimetype";
  if (head.size() < local_bytes || !head.starts_with("PK\3\4")) return {};
  const std::size_t at = local_bytes + number(head, 26, 2) + number(head, 28, 2);
  const std::size_t bytes = number(head, 18, 4);
  const bool stored = number(head, 8, 2) == 0;
  if (!stored || head.substr(local_bytes, number(head, 26, 2)) != name || at > head.size())
    return {};
  constexpr std::array<std::string_view, 3> known{
      "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
      "application/vnd.oasis.opendocument.presentation"};
  for (const std::string_view type : known) {
    if (head.substr(at, bytes) == type) return type;
  }
  return {};
}

}  // namespace

std::string_view zip_type(std::string_view head, std::string_view tail, std::uint64_t size) {
  if (size < end_record_bytes) return {};
  const auto end = find_end(tail);
  if (!end) return {};
  if (const auto type = open_document(head); !type.empty()) return type;
  const auto directory = directory_in(tail, *end);
  return directory ? type_of(read_names(*directory)) : plain_zip;
}

}  // namespace haidang::ledger
