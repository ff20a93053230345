#include "watch/detect/evaluator.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "watch/detect/cidr.hpp"
#include "watch/detect/field_matcher.hpp"
#include "watch/detect/number.hpp"

namespace haidang::detect {
namespace {

std::string folded(std::string_view text) {
  std::string out;
  text::casefold(text, out);
  return out;
}

double part_of(const WallClock& clock, TimePart part) {
  switch (part) {
    case TimePart::minute: return clock.minute;
    case TimePart::hour: return clock.hour;
    case TimePart::day: return clock.day;
    case TimePart::week: return clock.week;
    case TimePart::month: return clock.month;
    case TimePart::year: return clock.year;
    case TimePart::none: break;
  }
  return 0;
}

bool stands_at(Place place, std::string_view text, std::string_view part) {
  switch (place) {
    case Place::whole: return text == part;
    case Place::start: return text.starts_with(part);
    case Place::end: return text.ends_with(part);
    case Place::inside: return text.find(part) != std::string_view::npos;
  }
  return false;
}

}  // namespace

bool Evaluator::matches(const Rule& rule, const ValuesOf& values) {
  return matches(rule, rule.expr, values);
}

bool Evaluator::matches(const Rule& rule, const Expr& expr, const ValuesOf& values) {
  const auto holds_here = [&](const Expr& item) { return matches(rule, item, values); };
  switch (expr.kind) {
    case Expr::Kind::test: return matches(rule.tests[expr.test], values);
    case Expr::Kind::all: return std::ranges::all_of(expr.items, holds_here);
    case Expr::Kind::any: return std::ranges::any_of(expr.items, holds_here);
    case Expr::Kind::none: return std::ranges::none_of(expr.items, holds_here);
  }
  return false;
}

bool Evaluator::matches(const Test& test, const ValuesOf& values_of) {
  Values values;
  values_of(test.field, values);
  if (test.op == Test::Op::exists) return !values.empty();
  const auto is_null = [](const event::Field& value) { return value.kind == event::Kind::null; };
  if (test.op == Test::Op::null) return values.empty() || std::ranges::any_of(values, is_null);
  return std::ranges::any_of(values, [&](const event::Field& value) {
    if (is_null(value)) return false;
    std::string scratch;
    return value_matches(test, event::plain(value, scratch), values_of);
  });
}

bool Evaluator::value_matches(const Test& test, std::string_view plain, const ValuesOf& values) {
  switch (test.op) {
    case Test::Op::pattern:
      return test.cased ? test.pattern.matches(plain)
                        : test.pattern.folded().matches(folded(plain));
    case Test::Op::regex: return regex_matches(test, plain);
    case Test::Op::cidr: {
      const auto address = Address::parse(plain);
      return address && Cidr::of_rule(test.text).holds(*address);
    }
    case Test::Op::number: return number_matches(test, plain);
    case Test::Op::fieldref: return fieldref_matches(test, plain, values);
    case Test::Op::null:
    case Test::Op::exists: break;
  }
  return false;
}

bool Evaluator::regex_matches(const Test& test, std::string_view plain) {
  const re2::RE2* regex = regexes_->get(test.text);
  return regex != nullptr && found(*regex, plain);
}

bool Evaluator::number_matches(const Test& test, std::string_view plain) const {
  if (test.part == TimePart::none) {
    const auto number = number_of<double>(plain);
    return number && holds(test.compare, *number, test.number);
  }
  auto time = parse_time(plain);
  if (!time) time = parse_syslog_time(plain, reference_, clock_);
  return time && holds(test.compare, part_of(wall_clock(*time, clock_), test.part), test.number);
}

bool Evaluator::fieldref_matches(const Test& test, std::string_view plain, const ValuesOf& values) {
  Values others;
  values(test.text, others);
  return std::ranges::any_of(others, [&](const event::Field& other) {
    std::string scratch;
    const auto part = event::plain(other, scratch);
    if (other.kind == event::Kind::null) return false;
    return test.cased ? stands_at(test.place, plain, part)
                      : stands_at(test.place, folded(plain), folded(part));
  });
}

std::vector<Reason> Evaluator::explain(const Rule& rule, const ValuesOf& values) {
  std::vector<Reason> reasons;
  explain(rule, rule.expr, values, reasons);
  return reasons;
}

void Evaluator::explain(const Rule& rule, const Expr& expr, const ValuesOf& values_of,
                        std::vector<Reason>& out) {
  if (expr.kind == Expr::Kind::none) return;
  if (expr.kind != Expr::Kind::test) {
    for (const auto& item : expr.items)
      if (matches(rule, item, values_of)) explain(rule, item, values_of, out);
    return;
  }
  const Test& test = rule.tests[expr.test];
  Reason reason{.test = test.written(), .field = test.field};
  Values values;
  values_of(test.field, values);
  for (const auto& value : values) {
    std::string scratch;
    const auto plain = event::plain(value, scratch);
    if (!value_matches(test, plain, values_of) && values.size() > 1) continue;
    reason.value = plain;
    break;
  }
  out.push_back(std::move(reason));
}

}  // namespace haidang::detect
