// Any bytes as a file of field mappings: refused by place, or good for matching any record.
#include "base/check.hpp"
#include "watch/detect/matcher.hpp"

namespace {

using namespace haidang;
using namespace haidang::detect;

constexpr std::string_view rules = R"(title: T
logsource: {product: windows}
detection: {s: {Image: x}, k: needle, condition: s or k}
)";

const std::shared_ptr<const RuleSet>& rule_set() {
  static const auto set = std::make_shared<const RuleSet>(read_rules(rules, "r.yml", {}));
  return set;
}

void try_record(Matcher& matcher, std::string_view dataset) {
  event::Names names;
  event::Event event;
  event.dataset = dataset;
  for (const std::string_view path :
       {"EventID", "Channel", "message", "program", "Event.EventData.Image", "a", "b", "time"})
    event.add(names.child(event::Names::root, path), "for root from 10.0.0.1 needle");
  matcher.match(event, names);
  CHECK(!matcher.dataset().empty(), "every record has a dataset");
  (void)matcher.time();
  (void)matcher.host();
  (void)matcher.value("Image");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto mappings = Mappings::parse({{"m.yml", text}});
  if (!mappings) {
    CHECK(mappings.error().where.starts_with("m.yml"), "a refusal names the place");
    return 0;
  }
  const auto shared = std::make_shared<const Mappings>(std::move(*mappings));
  Matcher matcher(Engine::build(rule_set(), shared));
  try_record(matcher, {});
  for (const auto& dataset : shared->datasets()) try_record(matcher, dataset.name);
  return 0;
}
