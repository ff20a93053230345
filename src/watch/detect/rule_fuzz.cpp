// Any bytes as a rule file: what is understood can be built and tried on an event, what is not is
// refused by place. Both ways to answer agree (trial.hpp).
#include "watch/detect/trial.hpp"

namespace {

using namespace haidang;
using namespace haidang::detect;

const Placeholders placeholders{{"admins", {"root", "quantri"}}, {"x", {"1", "*"}}};

const Fields& fields() {
  static const Fields all{{"EventID", "4688"},
                          {"CommandLine", "powershell -enc aQBlAHgA"},
                          {"Image", "C:\\Windows\\System32\\cmd.exe"},
                          {"src_ip", "10.1.2.3"},
                          {"user", "root"},
                          {"timestamp", "2026-11-22T02:14:07Z"},
                          {"a", "b"},
                          {"a", "\xFF\xC3"},
                          null_field("n")};
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto set = read_rules(text, "f.yml", placeholders);
  for (const auto& refused : set.refused)
    CHECK(refused.where.starts_with("f.yml"), "a refusal names the place");
  CHECK(set.reported.size() == set.rules.size(), "each rule is told or not");
  CHECK(set.reported_correlations.size() == set.correlations.size(), "each correlation likewise");
  for (const auto& correlation : set.correlations)
    for (const auto& reference : correlation.references)
      CHECK(reference.index < (reference.correlation ? set.correlations.size() : set.rules.size()),
            "references lead somewhere");
  Trial(std::move(set)).match(fields());
  return 0;
}
