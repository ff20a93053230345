#include "api/call.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/nearest.hpp"

namespace haidang::api {
namespace {

std::string pointer(std::string_view name) { return fmt::format("/{}", name); }

Result<std::uint64_t> whole_number(std::string_view text, std::string_view where) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return invalid(fmt::format("'{}' is not a whole number", text), std::string(where));
  return number;
}

std::string entity_tag(std::uint64_t version) { return fmt::format("\"{}\"", version); }

}  // namespace

const std::string& Call::part(std::string_view name) const {
  const auto found =
      std::ranges::find(path, name, &std::pair<std::string_view, std::string>::first);
  CHECK(found != path.end(), "a route asks for a part that its path has");
  return found->second;
}

std::optional<std::string> Call::query(std::string_view name) const {
  const auto value = request.query_value(name);
  if (!value || value->empty()) return {};
  return std::string(*value);
}

Result<std::size_t> Call::limit(std::size_t usual, std::size_t most) const {
  const auto given = query("limit");
  if (!given) return usual;
  TRY(const auto wanted, whole_number(*given, "?limit"));
  if (wanted == 0 || wanted > most)
    return invalid(fmt::format("limit must be 1 to {}", most), "?limit");
  return wanted;
}

Result<std::optional<bool>> Call::flag(std::string_view name) const {
  const auto given = query(name);
  if (!given) return std::nullopt;
  if (*given == "true") return true;
  if (*given == "false") return false;
  return invalid(fmt::format("'{}' must be true or false", name), fmt::format("?{}", name));
}

Result<std::string> Call::text(std::string_view name) const {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return invalid(fmt::format("'{}' is missing", name), pointer(name));
  if (!value->is_string()) return invalid(fmt::format("'{}' must be text", name), pointer(name));
  return std::string(value->get_string());
}

Result<std::string> Call::text_or(std::string_view name, std::string otherwise) const {
  if (!body.contains(name)) return otherwise;
  return text(name);
}

Result<std::vector<std::string>> Call::texts(std::string_view name) const {
  std::vector<std::string> all;
  const auto* value = body.if_contains(name);
  if (value == nullptr) return all;
  const auto wrong = [&] {
    return invalid(fmt::format("'{}' must be a list of texts", name), pointer(name));
  };
  if (!value->is_array()) return wrong();
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return wrong();
    all.emplace_back(item.get_string());
  }
  return all;
}

Result<json::object> Call::object(std::string_view name) const {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return json::object{};
  if (!value->is_object())
    return invalid(fmt::format("'{}' must be an object", name), pointer(name));
  return value->get_object();
}

Result<> Call::only(std::initializer_list<std::string_view> known_names) const {
  for (const auto& member : body) {
    const std::string_view name(member.key());
    if (std::ranges::find(known_names, name) != known_names.end()) continue;
    const std::vector<std::string_view> names(known_names);
    return invalid(fmt::format("'{}' is not known here{}", name, did_you_mean(name, names)),
                   pointer(name));
  }
  return {};
}

Result<std::optional<std::uint64_t>> Call::based_on() const {
  const auto given = request.headers.find("If-Match");
  if (!given || *given == "*") return std::nullopt;
  std::string_view tag = *given;
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"')
    return invalid("If-Match must be an ETag that this API gave, as in \"17\"");
  tag = tag.substr(1, tag.size() - 2);
  TRY(const auto version, whole_number(tag, "If-Match"));
  return version;
}

Reply ok(const json::value& body, int status) {
  Reply reply;
  reply.response.status = status;
  reply.response.headers.set("Content-Type", "application/json");
  reply.response.body = json::serialize(body);
  return reply;
}

Reply created(const json::value& body, std::string location) {
  Reply reply = ok(body, 201);
  reply.response.headers.set("Location", std::move(location));
  return reply;
}

Reply no_content() {
  Reply reply;
  reply.response.status = 204;
  return reply;
}

Reply versioned(const Call& call, const json::value& body, std::uint64_t version) {
  const std::string tag = entity_tag(version);
  Reply reply;
  if (call.request.headers.find("If-None-Match") == std::optional<std::string_view>(tag))
    reply.response.status = 304;
  else
    reply = ok(body);
  reply.response.headers.set("ETag", tag);
  return reply;
}

}  // namespace haidang::api
