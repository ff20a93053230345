// What the registry keeps: entries of kinds that the catalogue declares.
//
// Kinds (unit, role_holder, person, contact, system, network, link, asset, site, provider, isp …)
// are data: catalogue/registry/kinds.yml says their fields (JSON Schema), labels, which field is
// the name, which refer to other kinds and which of them name the owning unit. An entry is valid
// from a day to a day; what changes gets a new version and the old one stays readable as of its
// time. Days are of the wall calendar of Vietnam.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang::registry {

namespace json = boost::json;

using Day = std::chrono::sys_days;

Result<Day> parse_day(std::string_view text);  // "2026-07-01"
std::string format_day(Day day);
Day day_of(Time time);  // in Vietnam

struct Entry {
  std::string kind;  // "unit"
  std::string id;    // "so-khcn": a-z 0-9 - ; for units also what every other module calls them by
  std::string unit;  // the unit it belongs to; for a unit itself
  std::string name;  // taken from the field the kind says
  Day valid_from{};
  std::optional<Day> valid_to{};  // the first day it no longer holds
  json::object fields{};
  std::uint64_t version = 0;  // seq of the act that made it so
};

}  // namespace haidang::registry
