#include "watch/ingest/inputs.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>

namespace haidang::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 37> not_logs{
    ".md",   ".yml", ".yaml", ".sh",  ".tsv",  ".png",  ".jpg",  ".jpeg", ".gif",  ".svg",
    ".webp", ".ico", ".pdf",  ".doc", ".docx", ".html", ".htm",  ".css",  ".js",   ".ts",
    ".py",   ".rb",  ".c",    ".cpp", ".hpp",  ".h",    ".toml", ".ini",  ".conf", ".zip",
    ".tar",  ".so",  ".o",    ".a",   ".exe",  ".dll",  ".lock"};

bool is_no_log(const fs::path& file) {
  const std::string ending = file.extension().string();
  const std::string name = file.filename().string();
  return std::ranges::find(not_logs, ending) != not_logs.end() || name.starts_with("README") ||
         name.starts_with("LICENSE") || name.starts_with("LICENCE");
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

void sort_into(const fs::directory_entry& entry, Inputs& inputs) {
  std::error_code failed;
  if (!entry.is_regular_file(failed) || entry.file_size(failed) == 0) return;
  auto& list = is_no_log(entry.path()) ? inputs.passed_over : inputs.files;
  list.push_back(entry.path().string());
}

void expand_directory(const std::string& path, Inputs& inputs) {
  const auto first = static_cast<std::ptrdiff_t>(inputs.files.size());
  const auto first_over = static_cast<std::ptrdiff_t>(inputs.passed_over.size());
  std::error_code failed;
  fs::recursive_directory_iterator walk(path, fs::directory_options::none, failed);
  while (!failed && walk != fs::recursive_directory_iterator()) {
    if (is_hidden(walk->path())) {
      walk.disable_recursion_pending();
    } else {
      sort_into(*walk, inputs);
    }
    walk.increment(failed);
  }
  if (failed)
    inputs.errors.push_back(
        {Error::Kind::unavailable, "cannot be listed: " + failed.message(), path});
  std::sort(inputs.files.begin() + first, inputs.files.end());
  std::sort(inputs.passed_over.begin() + first_over, inputs.passed_over.end());
}

}  // namespace

Inputs expand(std::span<const std::string> paths) {
  Inputs inputs;
  for (const auto& path : paths) {
    std::error_code failed;
    const auto status = fs::status(path, failed);
    if (path != "-" && !fs::exists(status)) {
      inputs.errors.push_back({Error::Kind::not_found, "there is no such file or directory", path});
    } else if (path != "-" && fs::is_directory(status)) {
      expand_directory(path, inputs);
    } else {
      inputs.files.push_back(path);
    }
  }
  return inputs;
}

}  // namespace haidang::ingest
