// For tests and fuzzers only: rules written as text, tried on an event written as fields.
//
// Each trial asks a warm Matcher, a fresh one and the Evaluator, and aborts where they differ:
// so every test of what a rule means is also a test of the fast path.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "watch/detect/engine.hpp"
#include "watch/detect/evaluator.hpp"
#include "watch/detect/matcher.hpp"

namespace haidang::detect {

struct Given {
  std::string name;
  std::string value{};
  event::Kind kind = event::Kind::text;
};
using Fields = std::vector<Given>;

inline Given null_field(std::string name) { return {std::move(name), "null", event::Kind::null}; }

class Trial {
 public:
  explicit Trial(RuleSet rules)
      : engine_(Engine::build(std::make_shared<const RuleSet>(std::move(rules)),
                              std::make_shared<const Mappings>(Mappings::parse({}).value()))),
        warm_(engine_) {}

  // The ids of the rules that match.
  std::vector<std::string> match(const Fields& fields) {
    event::Event event;
    for (const auto& [name, value, kind] : fields)
      event.add(names_.child(event::Names::root, name), value, kind);
    return ids_of(event);
  }

 private:
  std::vector<std::string> ids_of(const event::Event& event) {
    const auto found = warm_.match(event, names_);
    Matcher fresh(engine_);
    CHECK(found == fresh.match(event, names_), "what was remembered changed the answer");
    CHECK(found == plainly(event), "the fast path and the evaluator differ");
    std::vector<std::string> ids;
    for (const RuleIndex rule : found) ids.push_back(engine_->rules().rules[rule].header.id);
    return ids;
  }

  std::vector<RuleIndex> plainly(const event::Event& event) {
    const ValuesOf values = [&](std::string_view name, Values& out) {
      for (const auto& field : event.fields)
        if (name.empty() || names_.name(field.path) == name) out.push_back(field);
    };
    std::vector<RuleIndex> found;
    const auto& rules = engine_->rules().rules;
    for (RuleIndex i = 0; i < rules.size(); ++i)
      if (evaluator_.matches(rules[i], values)) found.push_back(i);
    return found;
  }

  std::shared_ptr<const Engine> engine_;
  event::Names names_;
  Matcher warm_;
  Evaluator evaluator_;
};

}  // namespace haidang::detect
