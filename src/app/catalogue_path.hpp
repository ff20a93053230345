// Where the catalogue (rules, mappings, placeholders) is.
//
// Looked for in this order: what --catalogue names, $HAIDANG_CATALOGUE, beside the installed
// program (../share/haidang/catalogue), beside the build (../../catalogue from build/release),
// the source tree it was built from. The first two are taken at their word: if they hold no
// mappings/, that is an error and the rest is not tried.
#pragma once

#include <string>

#include "base/result.hpp"

namespace haidang::app {

struct CatalogueHints {
  std::string option{};       // --catalogue
  std::string environment{};  // $HAIDANG_CATALOGUE
  std::string program{};      // path of the executable
  std::string source_tree{};
};

// Those of this process.
CatalogueHints catalogue_hints(std::string option);

Result<std::string> find_catalogue(const CatalogueHints& hints);

}  // namespace haidang::app
