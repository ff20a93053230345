// The table of routes: one line each, in the order of api/openapi.yaml (a test holds them equal).
//
// `permission` is asked of the policy before the route runs: "" is open to anyone, "self" to
// whoever has logged in, else a permission of catalogue/access/roles.yml. There is no route
// without a line here and no line without an operation in the file.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "api/call.hpp"

namespace haidang::api {

enum class Takes : std::uint8_t { nothing, json, bytes };
enum class Kept : std::uint8_t { no, by_ledger };  // by_ledger: the same until the next act

struct Route {
  std::string_view method;
  std::string_view path;  // "/api/v1/cases/{case}"
  std::string_view operation;
  std::string_view permission;
  Run run;
  Takes takes = Takes::nothing;
  Kept kept = Kept::no;
};

std::span<const Route> routes();

}  // namespace haidang::api
