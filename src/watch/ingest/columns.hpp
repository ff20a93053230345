// Logs of columns under a header of their own: Zeek's TSV and W3C extended (IIS and others).
//
// Zeek (docs.zeek.org, "Log formats"): #separator, #set_separator, #empty_field, #unset_field,
// #path, #fields, #types; the header may come again inside a file. Fields as in Zeek's JSON, and
// _path; unset ones are left out; sets and vectors are one field with several values; \xHH is
// undone; T and F are true and false. The dataset is left open, as with Zeek's JSON.
//
// W3C (www.w3.org/TR/WD-logfile): #Fields: names the columns; "-" is no value. cs(User-Agent) is
// cs-user-agent, cs(X) cs-x; IIS writes spaces in these as +, which is undone. Added: timestamp
// from date and time, cs-uri. Dataset "web.access" if there is a URI, else "w3c".
//
// Both want all chunks in order. A line before the header, or with another number of columns than
// the header has, is unreadable. At most 1,000 columns.
#pragma once

#include <memory>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

std::unique_ptr<Reader> make_zeek_tsv();
std::unique_ptr<Reader> make_w3c();

}  // namespace haidang::ingest
