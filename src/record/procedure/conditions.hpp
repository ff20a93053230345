// Whether a condition of a definition holds for a case, now, for who acts.
//
// Fails closed: what is absent fails its test; `none` of an absent field therefore holds.
// Fails (as a Result) only where the registry cannot be read.
#pragma once

#include <string_view>

#include "record/procedure/case_store.hpp"
#include "record/procedure/definition.hpp"
#include "record/registry/registry.hpp"

namespace haidang::procedure {

struct Scene {
  ledger::Sql& sql;
  const registry::Registry& registry;
  const Case& subject;
  std::string_view actor;  // "system" for clocks
  std::string_view unit;
  Time at;
};

Result<bool> holds(const Condition& condition, const Scene& scene);

// True where the condition reads one of these fields.
bool reads_any(const Condition& condition, const std::vector<std::string>& fields);

// Null, "", [] and {} are empty.
bool is_empty(const json::value& value);
// The texts of a text or of a list of texts.
std::vector<std::string> texts_of(const json::value* value);

}  // namespace haidang::procedure
