// The roles of the directive, read from catalogue/registry/roles.yml.
//
// A clause obliges a role ("police", "ict"); which unit holds it on a day is an entry of the kind
// role_holder. A file that is not sound is refused with file:line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace haidang::registry {

struct Label {
  std::string vi;
  std::string en;
};

struct Role {
  std::string name;  // "police"
  Label label;
  std::vector<std::string> actors;  // what the table of clauses calls who holds it
  bool several = false;             // may be held by more than one unit at a time
  bool repairs = false;             // its holder repairs without a certificate (clause 1.d)
};

Result<std::vector<Role>> load_roles(const std::filesystem::path& file);

}  // namespace haidang::registry
