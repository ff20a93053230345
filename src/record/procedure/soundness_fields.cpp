#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "record/procedure/soundness.hpp"

namespace haidang::procedure::soundness {
namespace {

using parsing::Reader;
using Fields = std::set<std::string, std::less<>>;

void add_set(const std::vector<Effect>& effects, Fields& into) {
  for (const auto& effect : effects)
    if (const auto* set = std::get_if<SetField>(&effect.what)) into.insert(set->field);
}

Fields at_opening(const Definition& definition) {
  Fields fields(definition.open_asks.begin(), definition.open_asks.end());
  if (fields.empty())
    for (const auto& field : definition.fields) fields.insert(field.name);
  return fields;
}

Fields settable(const Definition& definition) {
  Fields fields = at_opening(definition);
  add_set(definition.on_open, fields);
  for (const auto& action : definition.actions) {
    fields.insert(action.asks.begin(), action.asks.end());
    add_set(action.effects, fields);
  }
  for (const auto& clock : definition.clocks) add_set(clock.on_due, fields);
  return fields;
}

void check_field(Reader& in, const Field& field, const Fields& opening, const Fields& any) {
  const auto line = in.line("field", field.name);
  if (field.required && !opening.contains(field.name))
    in.problem(line,
               fmt::format("'{}' is required to open, but 'open: asks' leaves it out", field.name));
  if (std::ranges::find(notice_values(), field.name) != notice_values().end())
    in.problem(line, fmt::format("'{}' means something else in notices; name the field otherwise",
                                 field.name));
  if (!any.contains(field.name))
    in.problem(line,
               fmt::format("nobody can set '{}': no opening, action or effect does", field.name));
}

bool is_time(const Definition& definition, std::string_view name) {
  const Field* field = definition.field(name);
  if (field == nullptr) return true;  // told already
  const auto* format = field->schema.if_contains("format");
  return format != nullptr && (*format == "date-time" || *format == "date");
}

void check_times(Reader& in, const Definition& definition) {
  if (!definition.regime_date.empty() && !is_time(definition, definition.regime_date))
    in.problem(in.line("key", "regime_date"),
               fmt::format("'{}' must be of type time or day", definition.regime_date));
  for (const auto& clock : definition.clocks)
    if (!clock.counts_from.empty() && !is_time(definition, clock.counts_from))
      in.problem(in.line("clock", clock.name),
                 fmt::format("counts_from: '{}' must be of type time or day", clock.counts_from));
}

}  // namespace

void check_fields(Reader& in, const Definition& definition) {
  const auto opening = at_opening(definition);
  const auto any = settable(definition);
  for (const auto& field : definition.fields) check_field(in, field, opening, any);
  for (const auto& action : definition.actions)
    for (const auto& field : action.requires_)
      if (definition.field(field) != nullptr && !any.contains(field))
        in.problem(in.line("action", action.name),
                   fmt::format("'{}' requires '{}', which nobody can set", action.name, field));
  check_times(in, definition);
  const Field* summary = definition.field(definition.summary_field);
  if (summary != nullptr && (summary->secret || !summary->visible_to.empty()))
    in.problem(in.line("key", "summary"),
               fmt::format("'{}' cannot be the summary: it goes out in notices and lists, but is "
                           "secret or not for all",
                           summary->name));
}

}  // namespace haidang::procedure::soundness
