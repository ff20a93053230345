#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "watch/detect/correlate.hpp"
#include "watch/detect/engine.hpp"
#include "watch/detect/rule_cache_format.hpp"

namespace {

using namespace haidang::detect;

// What is accepted must be the one way to write it, and safe to work with.
void try_out(std::string_view bytes) {
  auto set = decode_rules(bytes);
  if (!set) return;
  const auto again = encode_rules(*set);
  if (!again || *again != bytes) std::abort();
  static const auto mappings = std::make_shared<const Mappings>(Mappings::parse({}).value());
  const auto rules = std::make_shared<const RuleSet>(std::move(*set));
  (void)Engine::build(rules, mappings);
  const Correlator correlator(rules);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try_out(bytes);
  const haidang::Digest key{};
  if (const auto body = opened(bytes, key)) try_out(*body);
  return 0;
}
