#include "app/catalogue_path.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace haidang::app {
namespace {

namespace fs = std::filesystem;

bool is_catalogue(const fs::path& path) {
  std::error_code failed;
  return fs::is_directory(path / "mappings", failed);
}

Result<std::string> taken_at_its_word(const std::string& path, std::string_view said_by) {
  if (is_catalogue(path)) return path;
  return fail(Error::Kind::not_found,
              fmt::format("is no catalogue: it has no folder 'mappings' (said by {})", said_by),
              path);
}

}  // namespace

CatalogueHints catalogue_hints(std::string option) {
  CatalogueHints hints{.option = std::move(option), .source_tree = HAIDANG_SOURCE_DIR};
  if (const char* set = std::getenv("HAIDANG_CATALOGUE"); set != nullptr) hints.environment = set;
  std::error_code failed;
  hints.program = fs::read_symlink("/proc/self/exe", failed).string();
  return hints;
}

Result<std::string> find_catalogue(const CatalogueHints& hints) {
  if (!hints.option.empty()) return taken_at_its_word(hints.option, "--catalogue");
  if (!hints.environment.empty()) {
    return taken_at_its_word(hints.environment, "the variable HAIDANG_CATALOGUE");
  }
  const fs::path beside = fs::path(hints.program).parent_path();
  std::vector<std::string> looked;
  for (const auto& place : {beside / "../share/haidang/catalogue", beside / "../../catalogue",
                            fs::path(hints.source_tree) / "catalogue"}) {
    std::string path = place.lexically_normal().string();
    if (is_catalogue(path)) return path;
    looked.push_back(path);
  }
  return fail(Error::Kind::not_found,
              fmt::format("the catalogue was not found; name it with --catalogue DIR or in the "
                          "variable HAIDANG_CATALOGUE (looked in {})",
                          fmt::join(looked, ", ")));
}

}  // namespace haidang::app
