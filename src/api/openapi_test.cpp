// The table of routes and api/openapi.yaml say the same.
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/route.hpp"
#include "base/file.hpp"
#include "base/yaml.hpp"

namespace haidang::api {
namespace {

const yaml::Node& description() {
  static const yaml::Node node = [] {
    const std::string file = HAIDANG_SOURCE_DIR "/api/openapi.yaml";
    auto documents = yaml::parse(read_file(file, 8U << 20).value(), file);
    EXPECT_TRUE(documents) << documents.error().message();
    return documents->front();
  }();
  return node;
}

std::string upper(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// "GET /x: operation, permission, json", one line a route.
std::set<std::string> described() {
  std::set<std::string> lines;
  for (const auto& path : description().find("paths")->items)
    for (const auto& method : path.items) {
      const auto* body = method.find("requestBody");
      const std::string takes =
          body == nullptr
              ? "nothing"
              : (body->find("content")->items.front().key == "application/json" ? "json" : "bytes");
      lines.insert(fmt::format("{} {}: {}, {}, {}", upper(method.key), path.key,
                               method.text_of("operationId"), method.text_of("x-permission"),
                               takes));
    }
  return lines;
}

std::set<std::string> routed() {
  constexpr std::array<std::string_view, 3> takes{"nothing", "json", "bytes"};
  std::set<std::string> lines;
  for (const Route& route : routes())
    lines.insert(fmt::format("{} {}: {}, {}, {}", route.method, route.path, route.operation,
                             route.permission.empty() ? "none" : route.permission,
                             takes.at(static_cast<std::size_t>(route.takes))));
  return lines;
}

TEST(OpenApi, DescribesExactlyTheRoutesThereAre) { EXPECT_EQ(described(), routed()); }

TEST(OpenApi, NamesEachOperationOnce) {
  std::set<std::string_view> names;
  for (const Route& route : routes()) EXPECT_TRUE(names.insert(route.operation).second);
}

void collect_refs(const yaml::Node& node, std::set<std::string>& refs) {
  if (node.key == "$ref") refs.insert(node.text);
  for (const auto& item : node.items) collect_refs(item, refs);
}

TEST(OpenApi, RefersOnlyToWhatItHas) {
  std::set<std::string> refs;
  collect_refs(description(), refs);
  ASSERT_FALSE(refs.empty());
  for (const auto& ref : refs) {
    SCOPED_TRACE(ref);
    const auto last = ref.rfind('/');
    const auto kind = ref.substr(ref.rfind('/', last - 1) + 1, last - ref.rfind('/', last - 1) - 1);
    const auto* group = description().find("components")->find(kind);
    ASSERT_NE(group, nullptr);
    EXPECT_NE(group->find(ref.substr(last + 1)), nullptr);
  }
}

TEST(OpenApi, OpensToAnyoneOnlyWhatIsMeantTo) {
  const std::set<std::string_view> open{
      "log_in",       "open_report", "show_report",    "upload_report_document",
      "show_openapi", "show_health", "show_readiness", "show_metrics"};
  std::set<std::string_view> found;
  for (const Route& route : routes())
    if (route.permission.empty()) found.insert(route.operation);
  EXPECT_EQ(found, open);
}

}  // namespace
}  // namespace haidang::api
