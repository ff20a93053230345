#include "watch/ingest/json_lines.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.hpp"

namespace haidang::ingest {
namespace {

using event::Event;
using event::Kind;
using event::Names;
using event::PathId;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Made of the characters of numbers; PERF: a table, as find_first_not_of searches its set anew
// for each character.
bool is_number(std::string_view text) {
  static constexpr auto known = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("0123456789+-.eE"))
      table[static_cast<unsigned char>(c)] = true;
    return table;
  }();
  for (const char c : text)
    if (!known[static_cast<unsigned char>(c)]) return false;
  return !text.empty();
}

// The positions simdjson found in one run of bytes, and our place among them.
// Past the last one it holds the end of the bytes, twice (simdjson's sentinels).
struct Tokens {
  const char* bytes = nullptr;
  std::uint32_t size = 0;
  const std::uint32_t* at = nullptr;
  const std::uint32_t* end = nullptr;

  [[nodiscard]] bool done() const { return at >= end; }
  [[nodiscard]] std::uint32_t position() const { return *at; }
  [[nodiscard]] char here() const { return done() ? '\0' : bytes[*at]; }
};

// Reads the record at the tokens' place into an event.
class Walker {
 public:
  Walker(Tokens& tokens, Names& names, Event& event, const JsonLimits& limits)
      : tokens_(tokens), names_(names), event_(event), limits_(limits) {}

  // Null, or why the record cannot be read.
  const char* record() {
    if (tokens_.here() != '{') return "not a JSON object";
    object(Names::root, 0);
    return error_;
  }

  // Written over several lines (pretty-printed): seen at the keys and the end, which is
  // where every writer that breaks lines breaks them.
  [[nodiscard]] bool spans_lines() const { return spans_lines_; }

 private:
  bool give_up(const char* why) {
    error_ = why;
    return false;
  }

  bool object(PathId parent, std::uint32_t depth) {
    if (depth >= limits_.deepest) return give_up("nested too deep");
    ++tokens_.at;  // {
    if (tokens_.here() == '}') return ++tokens_.at, true;
    for (;;) {
      if (tokens_.here() != '"') return give_up("a key in quotes was expected");
      const std::uint32_t start = tokens_.position() + 1;
      if (tokens_.at[-1] + 2 != start) [[unlikely]]
        look_for_line_end(tokens_.at[-1], start);
      ++tokens_.at;
      if (tokens_.here() != ':') return give_up("':' was expected after a key");
      const std::string_view key = string_before(start, tokens_.position());
      ++tokens_.at;
      last_ = names_.child_after(last_, parent, key);
      if (!value(last_, depth)) return false;
      const char next = tokens_.here();
      ++tokens_.at;
      if (next == '}') return true;
      if (next != ',') return give_up("',' or '}' was expected after a value");
    }
  }

  bool array(PathId path, std::uint32_t depth) {
    if (depth >= limits_.deepest) return give_up("nested too deep");
    ++tokens_.at;  // [
    if (tokens_.here() == ']') return ++tokens_.at, true;
    for (;;) {
      if (!value(path, depth)) return false;
      const char next = tokens_.here();
      ++tokens_.at;
      if (next == ']') return true;
      if (next != ',') return give_up("',' or ']' was expected after a value");
    }
  }

  bool value(PathId path, std::uint32_t depth) {
    switch (tokens_.here()) {
      case '"': {
        const std::uint32_t start = tokens_.position() + 1;
        ++tokens_.at;
        return add(path, string_before(start, *tokens_.at), Kind::json_string);
      }
      case '{': return object(path, depth + 1);
      case '[': return array(path, depth + 1);
      default: return scalar(path);
    }
  }

  bool scalar(PathId path) {
    if (tokens_.done()) return give_up("the record ends too early");
    const char* first = tokens_.bytes + tokens_.position();
    ++tokens_.at;
    const char* last = tokens_.bytes + *tokens_.at;
    while (last > first && is_space(last[-1])) --last;
    const std::string_view text(first, static_cast<std::size_t>(last - first));
    if (is_number(text)) return add(path, text, Kind::number);
    if (text == "true" || text == "false") return add(path, text, Kind::boolean);
    if (text == "null") return add(path, text, Kind::null);
    return give_up("a value was expected");
  }

  bool add(PathId path, std::string_view bytes, Kind kind) {
    if (event_.fields.size() >= limits_.most_fields) return give_up("too many fields");
    event_.add(path, bytes, kind);
    return true;
  }

  // The string that began at `start` ends with the last quote before `next`.
  [[nodiscard]] std::string_view string_before(std::uint32_t start, std::uint32_t next) const {
    std::uint32_t close = next - 1;
    while (close > start && tokens_.bytes[close] != '"') --close;
    return {tokens_.bytes + start, close - start};
  }

  void look_for_line_end(std::uint32_t from, std::uint32_t to) {
    spans_lines_ |= std::memchr(tokens_.bytes + from, '\n', to - from) != nullptr;
  }

  Tokens& tokens_;
  Names& names_;
  Event& event_;
  const JsonLimits& limits_;
  PathId last_ = Names::root;
  bool spans_lines_ = false;
  const char* error_ = nullptr;
};

// Raw control characters inside strings become escapes; outside they are JSON's to judge.
std::string escape_controls(std::string_view line) {
  std::string out;
  out.reserve(line.size() + 16);
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string && static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
      continue;
    }
    out.push_back(c);
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\' && i + 1 < line.size()) out.push_back(line[++i]);
  }
  return out;
}

class JsonLines final : public Reader {
 public:
  explicit JsonLines(JsonLimits limits) : limits_(limits) {}

  void read(const Chunk& chunk, Names& names, Sink& sink) override {
    if (chunk.bytes.empty()) return;  // for nothing simdjson makes no room, and then has no stage 1
    line_ = chunk.first_line;
    if (tokenize(chunk.bytes) == simdjson::SUCCESS) return walk(names, sink);
    each_line(chunk.bytes, names, sink);
  }

 private:
  simdjson::error_code tokenize(std::string_view bytes) {
    if (bytes.size() > parser_.capacity()) {
      const auto room = std::max<std::size_t>(bytes.size(), 1U << 20);
      if (const auto failed = parser_.allocate(room, 1); failed) return failed;
    }
    const auto& found = parser_.implementation;
    const auto failed =
        found->stage1(as_bytes(bytes), bytes.size(), simdjson::stage1_mode::regular);
    if (failed) return failed;
    const std::uint32_t* first = found->structural_indexes.get();
    tokens_ = {bytes.data(), static_cast<std::uint32_t>(bytes.size()), first,
               first + found->n_structural_indexes};
    return simdjson::SUCCESS;
  }

  static const std::uint8_t* as_bytes(std::string_view chars) {
    return reinterpret_cast<const std::uint8_t*>(chars.data());
  }

  void walk(Names& names, Sink& sink) {
    counted_to_ = 0;
    while (!tokens_.done()) {
      count_lines_to(tokens_.position());
      record(names, sink);
    }
  }

  void record(Names& names, Sink& sink) {
    const std::uint32_t start = tokens_.position();
    event_.clear();
    event_.line = line_;
    Walker walker(tokens_, names, event_, limits_);
    if (const char* why = walker.record(); why != nullptr) {
      sink.unreadable(line_, why);
      return skip_line(start);
    }
    const std::uint32_t end = tokens_.at[-1] + 1;
    event_.raw = {tokens_.bytes + start, end - start};
    event_.in_place = true;
    sink.event(event_);
    const bool one_line = !walker.spans_lines() && !is_space(tokens_.bytes[end - 2]);
    if (one_line) [[likely]]
      counted_to_ = end;
  }

  // Line ends between the last place counted and `position`; PERF: almost always one byte.
  void count_lines_to(std::uint32_t position) {
    const char* from = tokens_.bytes + counted_to_;
    line_ += static_cast<std::uint64_t>(std::count(from, tokens_.bytes + position, '\n'));
    counted_to_ = position;
  }

  // After a bad record: on with the line behind the place where reading stopped.
  void skip_line(std::uint32_t start) {
    const char* from = tokens_.bytes + start;
    const void* end = std::memchr(from, '\n', tokens_.size - start);
    if (end == nullptr) {
      tokens_.at = tokens_.end;
      return;
    }
    const auto next = static_cast<std::uint32_t>(static_cast<const char*>(end) - tokens_.bytes);
    while (tokens_.at > first_token() && tokens_.at[-1] > next) --tokens_.at;
    while (!tokens_.done() && tokens_.position() < next) ++tokens_.at;
  }

  [[nodiscard]] const std::uint32_t* first_token() const {
    return parser_.implementation->structural_indexes.get();
  }

  // The chunk as a whole is not JSON text: find the bad lines, mend what can be mended.
  void each_line(std::string_view bytes, Names& names, Sink& sink) {
    const std::uint64_t first = line_;
    std::uint64_t line = first;
    for (std::size_t at = 0; at < bytes.size(); ++line) {
      const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
      line_ = line;
      one_line(bytes.substr(at, end - at), names, sink);
      at = end + 1;
    }
  }

  void one_line(std::string_view line, Names& names, Sink& sink) {
    if (std::ranges::all_of(line, is_space)) return;
    auto failed = tokenize(line);
    if (failed == simdjson::UTF8_ERROR || failed == simdjson::UNESCAPED_CHARS) {
      mended_ = escape_controls(text::repair_utf8(line).text);
      failed = tokenize(mended_);
    }
    if (failed) return sink.unreadable(line_, simdjson::error_message(failed));
    walk(names, sink);
  }

  JsonLimits limits_;
  simdjson::dom::parser parser_;
  Tokens tokens_;
  Event event_;
  std::string mended_;
  std::uint64_t line_ = 1;
  std::uint32_t counted_to_ = 0;
};

}  // namespace

std::unique_ptr<Reader> make_json_lines(JsonLimits limits) {
  return std::make_unique<JsonLines>(limits);
}

}  // namespace haidang::ingest
