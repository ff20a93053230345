// One request on its way through a route: who asks, what for, and in which language.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "api/parts.hpp"
#include "net/http.hpp"

namespace haidang::api {

namespace json = boost::json;

enum class Language : std::uint8_t { vi, en };

struct Call {
  const net::Request& request;
  Parts& parts;
  const ApiOptions& options;
  Language language = Language::vi;
  access::Known known{};  // kind anyone where nobody has logged in
  access::Scope scope{};  // how far the route's permission reaches
  std::vector<std::pair<std::string_view, std::string>> path{};  // "case" -> "SC-2026-1"
  json::object body{};                                           // of a route that takes JSON

  [[nodiscard]] const access::Principal& who() const { return known.who; }
  // A CHECK where the route's path has no such part.
  [[nodiscard]] const std::string& part(std::string_view name) const;
  [[nodiscard]] std::string language_name() const { return language == Language::vi ? "vi" : "en"; }

  // --- Query and body; errors name the parameter or the JSON pointer ---------------
  [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
  Result<std::size_t> limit(std::size_t usual = 50, std::size_t most = 200) const;
  Result<std::optional<bool>> flag(std::string_view name) const;
  // A text of the body; invalid where it is absent or no text.
  Result<std::string> text(std::string_view name) const;
  Result<std::string> text_or(std::string_view name, std::string otherwise) const;
  Result<std::vector<std::string>> texts(std::string_view name) const;  // absent: none
  Result<json::object> object(std::string_view name) const;             // absent: empty
  // Refuses members of the body that are not among these.
  Result<> only(std::initializer_list<std::string_view> known_names) const;
  // If-Match as the version it names; nothing where it is absent.
  Result<std::optional<std::uint64_t>> based_on() const;
};

// What a route answers. `fresh` answers are of the ledger's state and get an ETag from it.
struct Reply {
  net::Response response{};
};

Reply ok(const json::value& body, int status = 200);
Reply created(const json::value& body, std::string location);
Reply no_content();
// With ETag "version"; 304 where If-None-Match names it.
Reply versioned(const Call& call, const json::value& body, std::uint64_t version);

using Run = Result<Reply> (*)(Call&);

}  // namespace haidang::api
