// One value against its JSON Schema (draft 7), compiled once; over valijson.
//
// Takes a closed set of words: type, enum, minLength, maxLength, minimum, maximum, items, minItems,
// maxItems, uniqueItems, and at the top `format` (formats.hpp). A text must have a maxLength or an
// enum. A value that does not fit is told in one sentence made from the schema itself.
// Safe from any thread. Part of this module only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/json.hpp>

#include "base/result.hpp"

namespace haidang::registry {

class Schema {
 public:
  static Result<Schema> compile(const boost::json::object& schema);

  // What is wrong with the value: "must be a whole number from 1 to 5"; nothing where it fits.
  [[nodiscard]] std::optional<std::string> problem(const boost::json::value& value) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace haidang::registry
