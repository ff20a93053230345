// Windows event logs in their binary form (.evtx).
//
//   blocks --header 4 KiB, chunks of 64 KiB--> records --binxml.hpp--> events
//
// Fields have the dotted names that evtx_dump's JSON gives: Event.System.EventID,
// Event.System.Provider.#attributes.Name, Event.EventData.<Name> (an unnamed <Data> is
// Event.EventData.Data, several values), Event.UserData.<Wrapper>.<Name>; raw is that JSON.
// Event.line is the number of the record in its file, from 1, bad ones counted too. Logs not
// closed properly are read as far as their chunks go: checksums and the file header's counts are
// not relied on. What lies in a chunk behind its last record (remains of older logs) is not
// read: it is no part of the log. The dataset is left open, as with other Windows JSON.
#pragma once

#include <memory>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

std::unique_ptr<Reader> make_evtx();

}  // namespace haidang::ingest
