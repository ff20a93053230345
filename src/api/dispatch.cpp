#include "api/dispatch.hpp"

namespace haidang::api {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return segments;
}

bool is_part(std::string_view segment) { return segment.starts_with('{'); }

std::string_view part_name(std::string_view segment) {
  return segment.substr(1, segment.size() - 2);
}

bool fits(const std::vector<std::string_view>& pattern,
          const std::vector<std::string_view>& segments) {
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (is_part(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i]) return false;
  return true;
}

}  // namespace

Dispatch::Dispatch(std::span<const Route> routes) {
  for (const Route& route : routes) {
    auto segments = split(route.path);
    const std::size_t length = segments.size();
    by_length_[length].push_back({&route, std::move(segments)});
  }
}

Found Dispatch::find(std::string_view method, std::string_view path) const {
  Found found;
  const auto segments = split(path);
  const auto patterns = by_length_.find(segments.size());
  if (patterns == by_length_.end()) return found;
  for (const Pattern& pattern : patterns->second) {
    if (!fits(pattern.segments, segments)) continue;
    found.allowed += found.allowed.empty() ? "" : ", ";
    found.allowed += pattern.route->method;
    const bool asked =
        pattern.route->method == method || (method == "HEAD" && pattern.route->method == "GET");
    if (!asked || found.route != nullptr) continue;
    found.route = pattern.route;
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (is_part(pattern.segments[i]))
        found.parts.emplace_back(part_name(pattern.segments[i]), segments[i]);
  }
  return found;
}

}  // namespace haidang::api
