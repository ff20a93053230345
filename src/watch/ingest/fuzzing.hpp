// For fuzzers: a sink that touches every byte an event promises, and the walk of a reader over
// input cut in two, as a Source may cut it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

class Touch final : public Sink {
 public:
  void event(const event::Event& event) override {
    std::string scratch;
    for (const auto& field : event.fields) sum_ += event::plain(field, scratch).size();
    for (const auto& field : event.fields) touch(field.bytes());
    touch(event.raw);
    if (event.line == 0) std::abort();
  }
  void unreadable(std::uint64_t line, std::string_view why) override {
    if (why.empty() || line == 0) std::abort();
  }

 private:
  void touch(std::string_view bytes) {
    for (const char c : bytes) sum_ += static_cast<unsigned char>(c);
  }
  volatile std::size_t sum_ = 0;
};

inline std::string_view view_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Each part is a buffer of its own, so that a read outside it is seen.
inline void read_part(Reader& reader, std::string_view part, std::uint64_t line,
                      event::Names& names, Sink& sink) {
  std::string padded(part);
  padded.append(Chunk::padding, '\0');
  reader.read({std::string_view(padded).substr(0, part.size()), line}, names, sink);
}

// `whole_lines`: the cut is moved behind the next line end.
inline void read_in_two(Reader& reader, std::string_view bytes, bool whole_lines) {
  std::size_t cut = bytes.size() / 2;
  if (whole_lines) cut = std::min(bytes.find('\n', cut), bytes.size() - 1) + 1;
  if (bytes.empty()) cut = 0;
  event::Names names;
  Touch touch;
  read_part(reader, bytes.substr(0, cut), 1, names, touch);
  read_part(reader, bytes.substr(cut), 2, names, touch);
  reader.finish(names, touch);
}

}  // namespace haidang::ingest
