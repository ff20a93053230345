// What people hand in with a request, checked before anything is made of it.
//
// Every refusal names the JSON pointer of the request: "/fields/level", "/documents/0/kind".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/procedure/conditions.hpp"
#include "record/procedure/core.hpp"

namespace haidang::procedure {

struct Place {
  const Core& core;
  ledger::Sql& sql;
  const Ready& ready;
  const Actor& by;
  Time at;
};

// Fields that are asked for here, each valid by its schema and naming entries that exist today.
// Null empties a field.
Result<> check_fields(const Place& place, const std::vector<std::string>& asked,
                      const json::object& fields);
// Of a kind the definition knows, sent by who attaches it or their unit, with a plain name, and
// not in the case already.
Result<> check_documents(const Place& place, const Case& it,
                         const std::vector<Attachment>& documents);
// Whether the case takes them. Asked again after effects: they may close a case to what came along.
Result<> check_open_to_documents(const Place& place, const Case& it,
                                 const std::vector<Attachment>& documents);
Result<> check_comment(std::string_view comment);
// The fields the names stand for must be set.
Result<> check_present(const Definition& definition, const Case& it,
                       const std::vector<std::string>& names);
// invalid with where "/guards/N" for the first that does not hold; `what` is the English words,
// Engine::guard_words() gives both.
Result<> check_guards(const std::vector<Guard>& guards, const Scene& scene);

// The fields a case may be opened with.
std::vector<std::string> asked_to_open(const Definition& definition);

}  // namespace haidang::procedure
