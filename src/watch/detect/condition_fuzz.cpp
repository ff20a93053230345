// Any bytes as a condition over a few selections: understood or refused, never a crash.
#include "base/check.hpp"
#include "watch/detect/condition.hpp"

namespace {

using namespace haidang::detect;

const Selections& selections() {
  static const Selections all = [] {
    Selections named;
    std::uint32_t test = 0;
    for (const auto* name : {"a", "b", "sel1", "sel2", "filter_main", "_x"})
      named[name] = {.kind = Expr::Kind::test, .test = test++, .items = {}};
    return named;
  }();
  return all;
}

std::uint32_t greatest_test(const Expr& expr) {
  std::uint32_t greatest = expr.kind == Expr::Kind::test ? expr.test : 0;
  for (const auto& item : expr.items) greatest = std::max(greatest, greatest_test(item));
  return greatest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expr = parse_condition(text, selections(), "f.yml:1");
  if (expr) CHECK(greatest_test(*expr) < selections().size(), "it speaks of the given selections");
  if (!expr) CHECK(expr.error().where == "f.yml:1", "a refusal names the place");
  return 0;
}
