// The files of a run, cut into pieces for several workers.
//
//   next() --> a chunk of a file whose records stand alone (any worker may take the next one)
//          --> a whole file whose reader wants its chunks in order (one worker keeps it)
//          --> the end of a file, with what went wrong
//
// Pieces are given out in input order, each once. One mutex, held while a chunk is read: about
// a tenth of the time that matching it takes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/batch.hpp"
#include "base/result.hpp"
#include "watch/ingest/sniff.hpp"
#include "watch/ingest/source.hpp"

namespace haidang::app {

struct Input {
  std::unique_ptr<ingest::Source> source{};
  ingest::Format format = ingest::Format::text;
  bool in_order = false;
};

// Opened and its format told. `stop` as in SourceOptions: null for a file that is not followed.
Result<std::shared_ptr<Input>> open_input(const std::string& path, const std::atomic<bool>* stop);

struct Piece {
  Ticket ticket{};
  std::shared_ptr<Input> input{};  // null where the file could not be opened
  bool whole = false;              // read all of it; else the chunk is in the buffer
  std::optional<Error> error{};    // only with ticket.last
};

class Feed {
 public:
  // `stop` ends the waiting for standard input.
  Feed(std::vector<std::string> files, const std::atomic<bool>& stop)
      : files_(std::move(files)), stop_(stop) {}

  std::optional<Piece> next(ingest::Buffer& buffer);

 private:
  std::optional<Piece> begin_file();
  Piece next_chunk(ingest::Buffer& buffer);

  std::mutex mutex_;
  std::vector<std::string> files_;
  const std::atomic<bool>& stop_;
  std::uint32_t next_file_ = 0;
  std::shared_ptr<Input> current_;  // being shared out
  Ticket ticket_{};                 // of its next chunk
};

}  // namespace haidang::app
