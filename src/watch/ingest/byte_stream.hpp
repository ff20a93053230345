// Bytes of one input, in order: a file, standard input, memory, or one of these unpacked.
//
// read() fills up to `size` bytes and says how many; 0 is the end. An error is final: what
// came before it stays good. A stream belongs to one thread at a time.
// Refuses: directories, and files that cannot be opened (said with the path).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace haidang::ingest {

class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
  // Read-ahead has nothing more for now (a followed file at its end): hand on what there is.
  [[nodiscard]] virtual bool waiting() const { return false; }
  // A followed file was rotated or cut short: its lines begin again at 1.
  [[nodiscard]] virtual bool began_again() { return false; }
};

// `path` "-" is standard input.
Result<std::unique_ptr<ByteStream>> open_file(const std::string& path);

// A file that grows: at its end read() returns 0 with waiting() true, having looked for growth,
// rotation (another file under the name) and truncation for up to 250 ms. When `stop` is set
// it returns 0 with waiting() false. `stop` must outlive the stream.
Result<std::unique_ptr<ByteStream>> follow_file(const std::string& path,
                                                const std::atomic<bool>& stop);

// The bytes must outlive the stream.
std::unique_ptr<ByteStream> in_memory(std::string_view bytes);

// `before`, then what `rest` gives.
std::unique_ptr<ByteStream> prepend(std::string before, std::unique_ptr<ByteStream> rest);

}  // namespace haidang::ingest
