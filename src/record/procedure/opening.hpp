// Opening a case: by people, by anyone, or by another case.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/procedure/core.hpp"

namespace haidang::procedure {

// What is to be opened; who may was asked before.
struct Opening {
  struct Parent {
    std::string case_id;
    std::string how;
  };
  std::string procedure;
  std::string subject;
  Actor by;
  json::object fields{};
  std::vector<Attachment> documents{};
  std::optional<Parent> parent{};
  bool by_anyone = false;
  std::string key{};      // idempotency
  std::string request{};  // SHA-256 of what was asked with it
  unsigned depth = 0;
};

// All checks of content, then the act and what follows from it. A subject that is not given is
// the first unit named by the fields, in the definition's order.
Result<Opened> open_case(const Core& core, ledger::Writer& writer, Opening opening);

}  // namespace haidang::procedure
