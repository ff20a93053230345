#include "net/target.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "net/http.hpp"
#include "net/token.hpp"

namespace haidang::net {
namespace {

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7F; }

Result<std::string> decode_segment(std::string_view segment) {
  TRY(auto text, percent_decode(segment));
  const bool unsafe = std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '/' || c == '\\';
  });
  if (unsafe) return invalid("the path holds an encoded slash, a backslash or a control character");
  if (!text::valid_utf8(text)) return invalid("the path is not UTF-8");
  return text;
}

Result<> append_segment(std::string& path, std::string_view segment, bool last) {
  TRY(const auto text, decode_segment(segment));
  if (text == ".." && path.empty()) return invalid("the path leaves the root");
  if (text == "..") path.resize(path.rfind('/'));
  if (text == "." || text == "..") {
    if (last) path += '/';
    return {};
  }
  path += '/';
  path += text;
  return {};
}

Result<std::string> parse_path(std::string_view text) {
  if (!text.starts_with('/')) return invalid("the target must begin with '/'");
  // PERF: nearly every path is plain and needs no segments.
  if (text.find_first_of("%\\") == text.npos && text.find("/.") == text.npos)
    return std::string(text);
  std::string path;
  path.reserve(text.size());
  for (std::size_t at = 1; at <= text.size();) {
    const auto end = std::min(text.find('/', at), text.size());
    TRY_VOID(append_segment(path, text.substr(at, end - at), end == text.size()));
    at = end + 1;
  }
  return path;
}

// Takes "http://host" off the front, into `into`.
Result<std::string_view> without_authority(std::string_view target, Target& into) {
  const auto scheme = target.find("://");
  if (scheme == target.npos || scheme > 5) return target;
  const auto name = target.substr(0, scheme);
  if (!same_word(name, "http") && !same_word(name, "https")) return target;
  const auto rest = target.substr(scheme + 3);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  into.authority = rest.substr(0, end);
  if (into.authority.empty() || !is_authority(into.authority))
    return invalid("the target's host is not one");
  return rest.substr(end);
}

}  // namespace

bool is_authority(std::string_view text) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=:[]%";
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != marks.npos;
  });
}

Result<Target> parse_target(std::string_view target) {
  if (!std::ranges::all_of(target, is_visible_ascii) || target.find('#') != target.npos)
    return invalid("the target holds characters that must be percent-encoded");
  Target parsed;
  if (target == "*") {
    parsed.path = "*";
    return parsed;
  }
  TRY(const auto local, without_authority(target, parsed));
  const auto mark = std::min(local.find('?'), local.size());
  const auto path = local.substr(0, mark);
  TRY(parsed.path, parse_path(path.empty() && !parsed.authority.empty() ? "/" : path));
  if (mark < local.size()) {
    TRY(parsed.query, parse_form(local.substr(mark + 1)));
  }
  return parsed;
}

}  // namespace haidang::net
