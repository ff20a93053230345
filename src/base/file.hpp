// Whole files and trees of files, with limits.
//
// Every error names the path. A missing file is not_found, a file over its
// limit is invalid, a refusal of the system is denied or unavailable. Waits
// for the disk: not for a thread that must not wait. Streams, archives and
// standard input are read elsewhere (watch/ingest).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace haidang {

// The bytes of a regular file of at most `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// After it returns, `path` holds `content` even if the power goes: written beside it, synced,
// renamed. A reader sees the old file or the new one. Readable by the owner only.
Result<> write_file(const std::filesystem::path& path, std::string_view content);

struct Listing {
  std::vector<std::string_view> extensions{};  // ".yml"; none: every file
  std::size_t most_deep = 32;                  // levels of directories below the root
  std::size_t most_files = 100'000;
};
// The regular files below `root`, in the order of their paths. A link to a file counts as the
// file; links to directories are not followed, so there are no loops. If `root` is itself a file
// it is the only one, whatever its extension. Names that begin with a dot are left out.
Result<std::vector<std::filesystem::path>> list_files(const std::filesystem::path& root,
                                                      const Listing& listing = {});

}  // namespace haidang
