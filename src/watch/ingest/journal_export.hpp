// systemd's journal in its export format (journalctl -o export; systemd.io/JOURNAL_EXPORT_FORMATS).
//
//   NAME=value\n …  or  NAME\n <64-bit little-endian size> <bytes> \n  … ; a blank line ends an
//   entry
//
// Fields as in the journal's JSON (MESSAGE, _COMM, _PID, __REALTIME_TIMESTAMP …), so the dataset
// is left open. Event.line is the number of the entry, from 1; raw is the entry as it came.
// Bounded: an entry longer than `longest` is unreadable and passed over to the next blank line.
#pragma once

#include <cstddef>
#include <memory>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

std::unique_ptr<Reader> make_journal_export(std::size_t longest);
std::unique_ptr<Reader> make_journal_export();

}  // namespace haidang::ingest
