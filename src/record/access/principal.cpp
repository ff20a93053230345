#include "record/access/principal.hpp"

#include <algorithm>

namespace haidang::access {

bool Principal::has_role(std::string_view role) const {
  return std::ranges::find(roles, role) != roles.end();
}

}  // namespace haidang::access
