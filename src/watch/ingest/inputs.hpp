// What a person names on the command line becomes a list of files.
//
// A file or "-" stands for itself. A directory stands for the files below it, sorted; hidden
// ones and empty ones are left out, links to directories not followed. Files in a directory that
// by their name are no logs (.md, .png …) are passed over, and named in `passed_over` so that
// nothing is silent. What cannot be found or listed is in `errors`; the rest is there all the same.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace haidang::ingest {

struct Inputs {
  std::vector<std::string> files;
  std::vector<std::string> passed_over;
  std::vector<Error> errors;
};

Inputs expand(std::span<const std::string> paths);

}  // namespace haidang::ingest
