// Lines of syslog: RFC 3164 and RFC 5424, as files and collectors hold them.
//
//   <38>Mar 27 13:06:56 web1 sshd[1291]: Failed password for root
//   2026-03-27T13:06:56.123+07:00 web1 sshd[1291]: …            (rsyslog's file format)
//   <38>1 2026-03-27T13:06:56Z web1 sshd 1291 ID47 [id k="v"] …
//
// Dataset "syslog"; fields timestamp, hostname, program and appname (the same), procid, msgid,
// facility, severity (by name), sd.<id>.<param>, message. The priority may be missing; so may the
// year, the host and the program. A time with its year is given as RFC 3339, else as it stands.
// A body that is JSON or CEE stays as it is in message.
#pragma once

#include <string_view>

#include "watch/ingest/record.hpp"

namespace haidang::ingest {

bool parse_syslog(std::string_view line, Record& record);

}  // namespace haidang::ingest
