#include "record/procedure/core.hpp"

#include <fmt/format.h>

namespace haidang::procedure {

Result<Loaded> load(const Core& core, ledger::Sql& sql, std::string_view case_id) {
  TRY(auto it, load_case(sql, case_id));
  TRY(auto ready, core.shelf.get(sql, it.procedure, it.defined));
  return Loaded{.it = std::move(it), .ready = std::move(ready)};
}

json::object to_json(const Label& label) { return {{"vi", label.vi}, {"en", label.en}}; }

json::array to_json(const std::vector<std::string>& names) {
  json::array out;
  for (const auto& name : names) out.emplace_back(name);
  return out;
}

std::string written(Time time) { return format_time(time); }

Label on_the_clock(Time time) {
  const auto at = wall_clock(time, vietnam);
  return {.vi = fmt::format("{:02}:{:02} ngày {:02}/{:02}/{}", at.hour, at.minute, at.day, at.month,
                            at.year),
          .en = fmt::format("{}-{:02}-{:02} {:02}:{:02}", at.year, at.month, at.day, at.hour,
                            at.minute)};
}

}  // namespace haidang::procedure
