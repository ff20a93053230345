// Logs of text, line by line: syslog, web access and error logs, audit records, and JSON objects
// among them. A file may mix them: the kind that fitted the last line is tried first.
//
// Records of the audit system are joined (auditd.hpp): bare ones, and those that syslog carries
// from audispd, auditd or the kernel. `joined` says that all chunks come to one reader in order;
// otherwise an event that a chunk's end cuts becomes two.
// A line that fits no kind is unreadable; blank lines are passed over.
#pragma once

#include <memory>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

enum class AuditRecords { joined, joined_within_chunk };

std::unique_ptr<Reader> make_text_lines(AuditRecords records);

}  // namespace haidang::ingest
