// Lines of web servers: the access log of Apache and nginx (common, combined, with a virtual host
// before, with more behind), and their error logs.
//
// Access: dataset "web.access", names of W3C: c-ip, cs-username, timestamp, cs-method, cs-uri
// (path and query), cs-uri-stem, cs-uri-query, cs-version, sc-status, sc-bytes, cs-referer,
// cs-user-agent, cs-host; of what follows, a quoted address is x-forwarded-for and a number
// time-taken. Escapes (\" \\ \xHH) are undone. A request that is no HTTP stays whole in cs-uri.
// Error: dataset "web.error": timestamp (as RFC 3339), level, message, c-ip.
#pragma once

#include <string_view>

#include "watch/ingest/record.hpp"

namespace haidang::ingest {

bool parse_access(std::string_view line, Record& record);
bool parse_web_error(std::string_view line, Record& record);

// The parts of a URI that have fields of their own.
void add_uri(std::string_view uri, Record& record);

}  // namespace haidang::ingest
