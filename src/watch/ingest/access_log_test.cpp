#include "watch/ingest/access_log.hpp"

#include <gtest/gtest.h>

#include "watch/ingest/parsed.hpp"

namespace haidang::ingest {
namespace {

struct Row {
  std::string_view line, fields;
};

TEST(AccessLog, ReadsCommonAndCombinedAndTheirRelatives) {
  constexpr Row rows[] = {
      {R"(10.0.0.1 - an [17/May/2026:10:05:03 +0700] "GET /a?id=1 HTTP/1.1" 200 12)",
       "c-ip=10.0.0.1|cs-username=an|timestamp=17/May/2026:10:05:03 +0700|cs-method=GET|"
       "cs-uri=/a?id=1|cs-uri-stem=/a|cs-uri-query=id=1|cs-version=HTTP/1.1|sc-status=200|"
       "sc-bytes=12"},
      {R"(::1 - - [17/May/2026:10:05:03 +0700] "GET / HTTP/2.0" 304 - "-" "curl \"x\" \x41\\")",
       R"(c-ip=::1|timestamp=17/May/2026:10:05:03 +0700|cs-method=GET|cs-uri=/|cs-uri-stem=/|)"
       R"(cs-version=HTTP/2.0|sc-status=304|cs-user-agent=curl "x" A\)"},
      {R"(10.0.0.1 - - [17/May/2026:10:05:03 +0700] "\x16\x03\x01" 400 0 "-" "-")",
       R"(c-ip=10.0.0.1|timestamp=17/May/2026:10:05:03 +0700|cs-uri=\x16\x03\x01|sc-status=400|)"
       "sc-bytes=0"},
      {R"(10.0.0.1 - - [17/May/2026:10:05:03 +0700] "-" 408 0)",
       "c-ip=10.0.0.1|timestamp=17/May/2026:10:05:03 +0700|sc-status=408|sc-bytes=0"},
      {R"(www.hp.vn:443 10.0.0.1 - Le An [17/May/2026:10:05:03 +0700] "GET /a b HTTP/1.0" 200 1)",
       "cs-host=www.hp.vn:443|c-ip=10.0.0.1|cs-username=Le An|timestamp=17/May/2026:10:05:03 +0700|"
       "cs-method=GET|cs-uri=/a b|cs-uri-stem=/a b|cs-version=HTTP/1.0|sc-status=200|sc-bytes=1"},
      {R"(10.0.0.1 - - [17/May/2026:10:05:03 +0700] "GET /a" 200 1 "r" "u" "192.0.2.1" 0.034)",
       "c-ip=10.0.0.1|timestamp=17/May/2026:10:05:03 +0700|cs-method=GET|cs-uri=/a|cs-uri-stem=/a|"
       "sc-status=200|sc-bytes=1|cs-referer=r|cs-user-agent=u|x-forwarded-for=192.0.2.1|"
       "time-taken=0.034"},
  };
  for (const auto& row : rows) EXPECT_EQ(parsed(parse_access, row.line), row.fields);
}

TEST(AccessLog, LeavesOtherLinesAlone) {
  for (const std::string_view line :
       {"", "10.0.0.1 - -", R"(10.0.0.1 - - [17/May/2026:10:05:03 +0700] "GET / HTTP/1.1)",
        R"(10.0.0.1 - - [17/May/2026:10:05:03 +0700] "GET /" x 1)",
        R"([17/May/2026:10:05:03 +0700] "GET /" 200 1)"}) {
    EXPECT_EQ(parsed(parse_access, line), "no") << line;
  }
}

TEST(WebError, ReadsNginxAndApache) {
  constexpr Row rows[] = {
      {R"(2026/01/31 12:00:00 [error] 7#7: *5 open() "/x" failed, client: 10.0.0.1, server: a)",
       R"(timestamp=2026-01-31 12:00:00|level=error|message=*5 open() "/x" failed, client: 10.0.0.1, )"
       "server: a|c-ip=10.0.0.1"},
      {"2026/01/31 12:00:00 [notice] 1#1: start",
       "timestamp=2026-01-31 12:00:00|level=notice|message=start"},
      {"[Wed Oct  7 14:32:52.123456 2026] [core:error] [pid 1:tid 2] [client 10.0.0.1:99] AH1: no",
       "timestamp=2026-10-07T14:32:52.123456|level=error|c-ip=10.0.0.1|message=AH1: no"},
      {"[Wed Oct 11 14:32:52 2026] [error] [client fe80::1] no",
       "timestamp=2026-10-11T14:32:52|level=error|c-ip=fe80::1|message=no"},
      {"[Wed Foo 11 14:32:52 2026] [error] no", "no"},
      {"[Wed Oct 11 14:32:52", "no"},
  };
  for (const auto& row : rows) EXPECT_EQ(parsed(parse_web_error, row.line), row.fields);
}

}  // namespace
}  // namespace haidang::ingest
