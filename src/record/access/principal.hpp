// Who is asking: a person's account, a machine, or anyone (a reporter without account).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace haidang::access {

struct Principal {
  enum class Kind : std::uint8_t { person, machine, anyone };

  Kind kind = Kind::anyone;
  std::string account{};             // "an.nguyen", "token:7f…"; "public" for anyone
  std::string name{};                // as shown
  std::string unit{};                // the one unit they work for; empty for anyone
  std::vector<std::string> roles{};  // of catalogue/access/roles.yml: "officer", "head" …

  [[nodiscard]] bool has_role(std::string_view role) const;
};

}  // namespace haidang::access
