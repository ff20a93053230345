// What a request asks for (RFC 9112 §3.2): "/a/../b%20c?x=1" -> path "/b c", query x = 1.
//
// The path comes out decoded, UTF-8, without dot segments (RFC 3986 §5.2.4), and cannot leave the
// root. Refused, because two readers could read them differently: an encoded slash, backslash or
// control, ill-formed escapes, bytes that are not ASCII, a fragment.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace haidang::net {

struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query{};
  std::string authority{};  // of the absolute form, which then replaces Host
};

Result<Target> parse_target(std::string_view target);

// "host", "host:443", "[::1]:80"; the empty one too, which RFC 9112 §3.2 allows.
bool is_authority(std::string_view text);

}  // namespace haidang::net
