#include "watch/ingest/json_array.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "watch/ingest/json_lines.hpp"

namespace haidang::ingest {
namespace {

constexpr std::array<std::string_view, 8> wrappers{"Records", "records", "Events", "events",
                                                   "value",   "logs",    "data",   "logEvents"};
constexpr std::size_t longest_start = 256;  // of an object, until its first key is known
constexpr std::size_t batch = 256U << 10;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads strings well enough to know when one ends.
class Strings {
 public:
  // Is `c` part of a string (its quotes too)?
  bool take(char c) {
    if (!inside_) return inside_ = c == '"';
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      inside_ = false;
    }
    return true;
  }

 private:
  bool inside_ = false;
  bool escaped_ = false;
};

class JsonArray final : public Reader {
 public:
  explicit JsonArray(std::size_t longest) : longest_(longest) {}

  void read(const Chunk& chunk, event::Names& names, Sink& sink) override {
    for (const char c : chunk.bytes) {
      step(c, sink);
      if (ready_ >= batch) hand_on(names, sink);
    }
    hand_on(names, sink);
  }

  void finish(event::Names& names, Sink& sink) override {
    hand_on(names, sink);
    if (depth_ > 0) sink.unreadable(record_, "the file ends inside this record");
    if (depth_ == 0 && open_arrays_ > 0) sink.unreadable(record_, "the file ends inside its array");
  }
  [[nodiscard]] bool in_order() const override { return true; }

 private:
  void step(char c, Sink& sink) {
    if (depth_ == 0) {
      between_records(c, sink);
    } else {
      in_record(c, sink);
    }
  }

  // Outside every record: [ ] and the rest of a wrapper are passed over.
  void between_records(char c, Sink& sink) {
    if (wrapper_depth_ > 0 && open_arrays_ == 0) return rest_of_wrapper(c);
    if (c == '{') {
      depth_ = 1;
      strings_ = {};
      text_.resize(ready_);
      text_ += c;
      return;
    }
    if (c == '[') ++open_arrays_;
    if (c == ']' && open_arrays_ > 0) --open_arrays_;
    if (is_space(c) || c == ',' || c == '[' || c == ']') {
      in_junk_ = false;
    } else if (!in_junk_) {
      in_junk_ = true;
      sink.unreadable(record_, "what stands before this record is no JSON object");
    }
  }

  void rest_of_wrapper(char c) {
    if (strings_.take(c)) return;
    if (c == '{' || c == '[') ++wrapper_depth_;
    if (c == '}' || c == ']') --wrapper_depth_;
  }

  void in_record(char c, Sink& sink) {
    keep(c, sink);
    if (strings_.take(c)) return;
    if (c == '{' && depth_ == 2 && open_arrays_ == 0 && begins_wrapper()) return enter_wrapper();
    if (c == '{' || c == '[') ++depth_;
    if ((c == '}' || c == ']') && --depth_ == 0) end_record();
  }

  // Line ends are space in JSON; without them a record is one line.
  void keep(char c, Sink& sink) {
    if (too_long_) return;
    if (text_.size() - ready_ < longest_) {
      text_ += c == '\n' || c == '\r' ? ' ' : c;
    } else {
      too_long_ = true;
      sink.unreadable(record_, "the record is longer than is allowed");
    }
  }

  // {"Records":[{
  [[nodiscard]] bool begins_wrapper() const {
    const std::string_view start = std::string_view(text_).substr(ready_);
    if (start.size() > longest_start) return false;
    const std::size_t open = start.find('"');
    const std::size_t close = start.find('"', open + 1);
    if (open == std::string_view::npos || close == std::string_view::npos) return false;
    const std::string_view behind = start.substr(close + 1);
    return is_wrapper(start.substr(open + 1, close - open - 1)) &&
           std::ranges::all_of(
               behind, [](char c) { return is_space(c) || c == ':' || c == '[' || c == '{'; });
  }

  void enter_wrapper() {
    text_.resize(ready_);
    text_ += '{';
    depth_ = 1;
    wrapper_depth_ = 1;
    open_arrays_ = 1;
  }

  void end_record() {
    ++record_;
    if (too_long_) {
      text_.resize(ready_);
      lines_first_ = ready_ == 0 ? record_ : lines_first_;
      // The lines before it have numbers of their own; a blank line keeps the count.
      if (ready_ > 0) text_ += '\n';
    } else {
      text_ += '\n';
    }
    too_long_ = false;
    ready_ = text_.size();
  }

  void hand_on(event::Names& names, Sink& sink) {
    if (ready_ == 0) return;
    const std::string open = text_.substr(ready_);
    text_.resize(ready_);
    text_.append(Chunk::padding, '\0');
    lines_->read({std::string_view(text_).substr(0, ready_), lines_first_}, names, sink);
    text_ = open;
    ready_ = 0;
    lines_first_ = record_;
  }

  std::size_t longest_;
  std::unique_ptr<Reader> lines_ = make_json_lines();
  std::string text_;               // whole records, one a line; then the open one
  std::size_t ready_ = 0;          // bytes of the whole ones
  std::uint64_t record_ = 1;       // the open or the next one
  std::uint64_t lines_first_ = 1;  // the first of the whole ones
  std::size_t depth_ = 0;          // inside the open record
  std::size_t open_arrays_ = 0;
  std::size_t wrapper_depth_ = 0;
  bool too_long_ = false;
  bool in_junk_ = false;
  Strings strings_;
};

}  // namespace

bool is_wrapper(std::string_view key) { return std::ranges::find(wrappers, key) != wrappers.end(); }

std::unique_ptr<Reader> make_json_array(std::size_t longest) {
  return std::make_unique<JsonArray>(longest);
}

}  // namespace haidang::ingest
