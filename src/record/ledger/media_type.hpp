// What a content is, told from its bytes alone: a name or a header may lie, the bytes are stored.
//
//   MediaTeller teller;  teller.update(piece) …;  teller.tell() -> "application/pdf" or ""
//
// Streams: keeps the first 4 KiB and at least the last 256 KiB (at most 1 MiB), whatever the size.
// ZIP is told apart by its central directory (DOCX, XLSX, PPTX, their forms with macros, ODF, JAR,
// APK), by its first entry where that directory is too far from the end. Programs are told so that
// they can be refused; what a browser would run (HTML, SVG) and Office files with macros count as
// such. Tells nothing of whether a file is sound or harmless: a PDF may still be damaged or
// hostile.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace haidang::ledger {

class MediaTeller {
 public:
  void update(std::string_view piece);
  // "" where it is none of media_types().
  [[nodiscard]] std::string_view tell() const;

 private:
  void watch_text(std::string_view piece);
  void keep_tail(std::string_view piece);

  std::string head_;
  std::string tail_;
  std::string cut_;  // the start of a UTF-8 sequence that the next piece goes on with
  std::uint64_t size_ = 0;
  bool text_ = true;  // UTF-8 without controls so far
};

std::string_view media_type_of(std::string_view content);

// All that can be told, programs among them.
std::span<const std::string_view> media_types();
// Something a machine or a browser would run.
bool is_program(std::string_view media_type);

}  // namespace haidang::ledger
