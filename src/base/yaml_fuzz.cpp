// Any bytes as YAML: documents whose every part stands within the limits, or an error by place.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/yaml.hpp"

namespace {

using namespace haidang;

constexpr yaml::Limits limits{.most_nodes = 2000, .deepest = 16, .most_bytes = 1U << 16};

std::size_t count(const yaml::Node& node, std::uint32_t depth) {
  CHECK(depth <= limits.deepest + 1, "nesting is bounded");
  CHECK(node.line >= 1, "each part stands somewhere");
  CHECK(!node.is_scalar() || node.items.empty(), "a scalar has no parts");
  CHECK(node.texts().size() <= node.items.size() + 1, "texts are its scalars");
  std::size_t nodes = 1;
  for (const auto& item : node.items) {
    nodes += count(item, depth + 1);
    if (node.is_mapping()) CHECK(node.find(item.key) == &item, "a key stands once in a mapping");
  }
  return nodes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto documents = yaml::parse(text, "f.yml", limits);
  if (!documents) {
    CHECK(documents.error().where.starts_with("f.yml"), "an error names the place");
    return 0;
  }
  std::size_t nodes = 0;
  for (const auto& document : *documents) nodes += count(document, 0);
  CHECK(nodes <= limits.most_nodes, "the number of parts is bounded");
  return 0;
}
