#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "record/procedure/soundness.hpp"

namespace haidang::procedure::soundness {
namespace {

using parsing::Reader;

constexpr std::array<std::string_view, 12> offered{"number",  "title", "procedure", "unit",
                                                   "summary", "state", "opened_at", "clock",
                                                   "due",     "step",  "actor",     "link"};

bool sees(const Field& field, const std::string& party) {
  return field.visible_to.empty() ||
         std::ranges::find(field.visible_to, party) != field.visible_to.end();
}

void check_shown(Reader& in, const parsing::Use& use, const Notify& notify, const Field& field) {
  if (field.secret)
    return in.problem(use.line, fmt::format("notice '{}' shows '{}', which is secret",
                                            notify.template_name, field.name));
  for (const auto& party : notify.parties)
    if (!sees(field, party))
      in.problem(use.line,
                 fmt::format("notice '{}' tells '{}' the field '{}', which it may not see",
                             notify.template_name, party, field.name));
}

void check_value(Reader& in, const Definition& definition, const parsing::Use& use,
                 const Notify& notify, const std::string& value) {
  if (std::ranges::find(offered, value) != offered.end()) return;
  if (const Field* field = definition.field(value)) return check_shown(in, use, notify, *field);
  std::vector<std::string_view> names(offered.begin(), offered.end());
  for (const auto& field : definition.fields) names.emplace_back(field.name);
  in.problem(use.line, fmt::format("notice '{}' wants '{}', which no field gives{}",
                                   notify.template_name, value, did_you_mean(value, names)));
}

}  // namespace

std::span<const std::string_view> notice_values() { return offered; }

void check_notices(Reader& in, const Definition& definition) {
  for (const auto& use : in.uses) {
    const auto* notify = std::get_if<Notify>(&use.effect.what);
    if (notify == nullptr) continue;
    if (notify->parties.empty()) in.problem(use.line, "a notice needs parties to tell");
    const auto& values = in.vocabulary().template_values;
    const auto found = values.find(notify->template_name);
    if (found == values.end()) continue;
    for (const auto& value : found->second) check_value(in, definition, use, *notify, value);
  }
}

}  // namespace haidang::procedure::soundness
