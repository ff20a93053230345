// Any bytes as the values of events, on rules of every kind: the Matcher, warm and fresh, and the
// Evaluator give one answer (trial.hpp aborts where they do not).
//
//   input = values parted by \n; the first byte of each says which field it is and of which kind
#include "watch/detect/trial.hpp"

namespace {

using namespace haidang;
using namespace haidang::detect;

constexpr std::string_view rules = R"(
action: global
title: T
logsource: {product: x}
---
detection: {s: {a|contains: [cmd, 'p*sh', 'w?']}, t: {b|endswith: exe}, condition: s and not t}
---
detection: {s: {a|startswith|cased: Ab, b|neq: [x, y]}, condition: s}
---
detection: {s: {a|re: ['a.{2,5}z', 'foo|bar', '^x']}, condition: s}
---
detection: {s: {b|re|i: ['kelvin', 'đặng', 'strasse']}, condition: s}
---
detection: {s: {a|cidr: [10.0.0.0/8, '2001:db8::/32', '::ffff:0:0/96']}, condition: s}
---
detection: {s: {a|gt: 5, b|lte: 7.5}, t: {a|hour: 3}, condition: 1 of them}
---
detection: {s: {a|fieldref|contains: b}, t: {a: null}, u: {b|exists: false}, condition: 2 of them}
---
detection: {s: {a|windash|contains: ' -e', b|base64offset|contains: foo}, condition: s}
---
detection: {s: [needle, 'see*saw', kiss], t: {a: '*'}, condition: s or not t}
---
detection: {s: {'|all': [needle, other]}, condition: s}
---
detection: {s: {'|re': 'n.{2}dle'}, condition: not s}
---
detection: {s: {a: ['', '?', "\\", 'a\*b', 'ẞ', 'İ', 'Σ']}, t: {b: 'a*b*c?d'}, condition: s or t}
)";

Trial& trial() {
  static Trial all = [] {
    auto set = read_rules(rules, "r.yml", {});
    for (const auto& refused : set.refused) std::fprintf(stderr, "%s\n", refused.message().c_str());
    CHECK(set.refused.empty(), "the rules of this fuzzer are sound");
    return Trial(std::move(set));
  }();
  return all;
}

// The same kind of text JSON would hold: no bare quote or control, no escape cut off.
bool json_like(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
  }
  return true;
}

Given given(std::string_view line) {
  constexpr std::array<std::string_view, 4> names{"a", "b", "c", "a"};
  const auto head = static_cast<unsigned char>(line.front());
  Given field{std::string(names[head % names.size()]), std::string(line.substr(1))};
  if (head / 4 % 8 == 0) return null_field(field.name);
  if (head / 4 % 2 == 0 && json_like(field.value)) field.kind = event::Kind::json_string;
  return field;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Fields fields;
  while (!rest.empty() && fields.size() < 64) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.empty()) fields.push_back(given(line));
  }
  trial().match(fields);
  return 0;
}
