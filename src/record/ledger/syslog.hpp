// One message to the system's log (RFC 5424) by its datagram socket, without waiting for long.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang::ledger {

// "<85>1 2026-01-31T07:00:00.000000Z host haidang 4711 checkpoint - {…}": authpriv.notice.
std::string syslog_message(Time at, std::string_view msgid, std::string_view text);

// `unavailable` where nobody listens on `socket` or its queue stays full for 5 s.
Result<> send_syslog(const std::filesystem::path& socket, std::string_view message);

}  // namespace haidang::ledger
