// .gz and .zst undone as they are read, told by their first bytes, never by their name.
//
//   packed ByteStream --unpack--> plain ByteStream
//
// Members (RFC 1952) and frames (RFC 8878) may follow one another; zero bytes after the last
// gzip member are allowed (tape and block padding). Memory is bounded: a zstd window larger than
// 128 MiB is refused. A packed file that ends early or is damaged gives all that could be
// unpacked, then an error naming the file and the offset in the packed bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "watch/ingest/byte_stream.hpp"

namespace haidang::ingest {

enum class Packing { none, gzip, zstd };

// At least 4 bytes decide; fewer are `none`.
Packing packing_of(std::string_view first_bytes);

// `path` is for messages.
std::unique_ptr<ByteStream> unpack(Packing packing, std::unique_ptr<ByteStream> packed,
                                   std::string path);

}  // namespace haidang::ingest
