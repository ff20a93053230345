// A file that is one JSON document: an array of records, or an object around one, as CloudTrail
// ({"Records":[…]}), Azure ({"value":[…]}) and others export; or objects over many lines each.
//
//   blocks --split at the records' braces--> one record a line --> the reader of JSON lines
//
// Only braces, brackets and strings are looked at here; what a record holds is judged by the
// reader it is handed to. Event.line is the number of the record, from 1. Bounded: a record longer
// than `longest` is unreadable, passed over and counted. What stands between records (other
// values, broken text) is unreadable, once for each run of it.
#pragma once

#include <cstddef>
#include <memory>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

// Is `key`, the first of an object, known to hold records ("Records", "value" …)?
bool is_wrapper(std::string_view key);

std::unique_ptr<Reader> make_json_array(std::size_t longest = 16U << 20);

}  // namespace haidang::ingest
