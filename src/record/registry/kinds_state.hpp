// The compiled schemas of Kinds. Part of this module only.
#pragma once

#include <string>
#include <unordered_map>

#include "record/registry/kinds.hpp"
#include "record/registry/schema.hpp"

namespace haidang::registry {

struct Kinds::Schemas {
  std::unordered_map<std::string, Schema> by_field;  // "unit.name"
};

}  // namespace haidang::registry
