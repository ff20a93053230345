// Bytes become events.
//
//   Source --Chunk (whole lines)--> Reader --> Sink.event | Sink.unreadable
//
// A reader never throws and never stops at a bad line: the line goes to
// Sink::unreadable with the reason, and the rest goes on. A reader belongs to
// one thread. Readers whose records stand alone can be given the chunks of a
// file on several threads; `in_order()` ones (a header, joined records, a
// binary container) want all chunks of their file, in order, on one.
#pragma once

#include <cstdint>
#include <string_view>

#include "watch/event/event.hpp"

namespace haidang::ingest {

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  // The event and all it points to are valid only during the call.
  virtual void event(const event::Event& event) = 0;
  virtual void unreadable(std::uint64_t line, std::string_view why) = 0;
};

// Whole lines, with `padding` readable bytes after the end.
struct Chunk {
  static constexpr std::size_t padding = 64;
  std::string_view bytes;
  std::uint64_t first_line = 1;  // 1-based
};

class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;
  virtual void read(const Chunk& chunk, event::Names& names, Sink& sink) = 0;
  // After the last chunk: what was kept back (the last of joined records).
  virtual void finish(event::Names& /*names*/, Sink& /*sink*/) {}
  [[nodiscard]] virtual bool in_order() const { return false; }
};

}  // namespace haidang::ingest
