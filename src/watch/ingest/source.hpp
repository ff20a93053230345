// One input, opened and cut into chunks of whole lines.
//
//   path or "-" --> bytes --.gz .zst undone--> --UTF-16 undone--> Source --next(Buffer)--> Chunk
//
// next() may be called from several threads, each with its own Buffer: the Source has one
// mutex, held while bytes are read, unpacked and their line ends counted. Buffers are reused;
// a chunk lives until the next call with its Buffer. A line longer than `longest_line` is
// passed over in bounded memory and named in Buffer::dropped. The last line needs no line end.
// When the input breaks off (truncated gzip, read error) all that was read is handed on first,
// then next() returns the error, once; after that it says that nothing is left.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "watch/ingest/byte_stream.hpp"
#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

struct Dropped {
  std::uint64_t line;
  std::uint64_t bytes;
  [[nodiscard]] std::string why() const;  // for Sink::unreadable
};

class Buffer {
 public:
  [[nodiscard]] Chunk chunk() const { return {{bytes_.get(), size_}, first_line_}; }
  [[nodiscard]] const std::vector<Dropped>& dropped() const { return dropped_; }

 private:
  friend class Source;
  void reserve(std::size_t capacity, std::size_t keep);

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::uint64_t first_line_ = 1;
  std::vector<Dropped> dropped_;
};

struct SourceOptions {
  std::size_t piece = 512U << 10;           // about the size of a chunk
  std::size_t longest_line = 16U << 20;     // not less than `piece`
  const std::atomic<bool>* stop = nullptr;  // set: the file is followed as it grows, until true
};

enum class Framing { lines, blocks };  // blocks: bytes cut anywhere, for readers of containers

class Source {
 public:
  static Result<std::unique_ptr<Source>> open(const std::string& path, SourceOptions options = {});
  // `name` is for messages.
  static Result<std::unique_ptr<Source>> from(std::unique_ptr<ByteStream> bytes, std::string name,
                                              SourceOptions options = {});

  // The first bytes (up to 64 KiB), for sniffing; only before the first next().
  [[nodiscard]] std::string_view head() const { return carry_; }
  void set_framing(Framing framing) { framing_ = framing; }
  [[nodiscard]] const std::string& name() const { return name_; }

  // False: nothing is left. True: buffer.chunk() (which may be empty) and buffer.dropped().
  Result<bool> next(Buffer& buffer);

 private:
  Source(std::unique_ptr<ByteStream> bytes, std::string name, SourceOptions options);

  void read_head();
  void undo_byte_order_mark();
  void fill(Buffer& buffer);
  bool read_more(Buffer& buffer);
  void look_for_line_end(const Buffer& buffer);
  bool skip_long_line(Buffer& buffer);
  void cut(Buffer& buffer);

  std::mutex mutex_;
  std::unique_ptr<ByteStream> bytes_;
  std::string name_;
  SourceOptions options_;
  Framing framing_ = Framing::lines;
  std::string carry_;         // read, but not yet a whole line
  std::size_t target_ = 0;    // bytes wanted in the buffer being filled
  std::size_t have_ = 0;      // bytes in the buffer being filled
  std::size_t searched_ = 0;  // of these, looked at for line ends
  std::size_t complete_ = 0;  // of these, whole lines
  std::uint64_t line_ = 1;    // of the next chunk's first line
  bool began_again_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace haidang::ingest
