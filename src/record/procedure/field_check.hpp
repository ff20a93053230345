// The check of one field's value: JSON Schema, compiled once, and what schemas do not say.
//
// Errors name the JSON pointer below the field. Patterns run on RE2 and formats (date, date-time,
// email) on our own readers: std::regex, which the schema library uses, recurses with the text and
// can be made to overflow. Texts are at most 16 KiB: longer things are documents. Safe from any
// thread.
#pragma once

#include <memory>

#include "record/procedure/definition.hpp"

namespace haidang::procedure {

class FieldCheck {
 public:
  // invalid where the schema itself is not one.
  static Result<FieldCheck> compile(const Field& field);

  // `where`: the pointer of the value, "/fields/detected_at".
  [[nodiscard]] Result<> check(const json::value& value, std::string_view where) const;

 private:
  struct State;
  explicit FieldCheck(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

}  // namespace haidang::procedure
