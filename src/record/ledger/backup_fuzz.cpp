// Any text as a line of acts and as a manifest: what is taken is written as the same text again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "record/ledger/backup_format.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haidang::ledger;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto act = act_from_line(text, "f:1")) {
    const auto again = act_line(*act);
    CHECK(again && *again == text, "an act has one line");
  } else {
    CHECK(act.error().where == "f:1", "an error names the place");
  }
  const auto manifest = manifest_from(text, "m");
  if (!manifest) return 0;
  const auto again = manifest_text(*manifest);
  CHECK(again && *again == text, "a manifest has one text");
  for (const BackupFile& file : manifest->files) {
    CHECK(file.name.find("..") == std::string::npos && !file.name.starts_with('/'),
          "no name leads out of the backup");
  }
  return 0;
}
