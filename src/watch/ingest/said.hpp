// For tests and fuzzers: what a reader said, as text.
//
//   event: "3 a=x b:1"   ("=" text, ":" number, boolean or null; "3" the line)
//   bad line: "3 ! why"
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "watch/ingest/reader.hpp"

namespace haidang::ingest {

struct Heard {
  std::vector<std::string> lines;
  std::vector<std::string> raws;
  std::vector<std::string> datasets;
  std::size_t bad = 0;
};

class Said final : public Sink {
 public:
  explicit Said(const event::Names& names) : names_(names) {}

  void event(const event::Event& event) override {
    std::string text = std::to_string(event.line);
    std::string scratch;
    for (const auto& field : event.fields) {
      text += ' ';
      text += names_.name(field.path);
      text += is_text(field.kind) ? '=' : ':';
      text += event::plain(field, scratch);
    }
    heard.lines.push_back(std::move(text));
    heard.raws.emplace_back(event.raw);
    heard.datasets.emplace_back(event.dataset);
  }
  void unreadable(std::uint64_t line, std::string_view why) override {
    heard.lines.push_back(std::to_string(line) + " ! " + std::string(why));
    ++heard.bad;
  }

  Heard heard;

 private:
  static bool is_text(event::Kind kind) {
    return kind == event::Kind::text || kind == event::Kind::json_string;
  }
  const event::Names& names_;
};

// The whole text as one chunk, then the end.
inline Heard read_all(Reader& reader, std::string_view text, event::Names& names,
                      std::uint64_t first_line = 1) {
  std::string padded(text);
  padded.append(Chunk::padding, '\0');
  Said said(names);
  reader.read({std::string_view(padded).substr(0, text.size()), first_line}, names, said);
  reader.finish(names, said);
  return std::move(said.heard);
}

}  // namespace haidang::ingest
