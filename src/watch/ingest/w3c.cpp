// W3C extended log format; see columns.hpp.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "watch/ingest/columns.hpp"
#include "watch/ingest/cursor.hpp"
#include "watch/ingest/lines.hpp"
#include "watch/ingest/record.hpp"

namespace haidang::ingest {
namespace {

constexpr std::size_t most_columns = 1000;
constexpr std::array<std::string_view, 9> numbers{"sc-status", "sc-substatus", "sc-win32-status",
                                                  "sc-bytes",  "cs-bytes",     "time-taken",
                                                  "s-port",    "size",         "c-port"};

struct Column {
  std::string name;
  event::Kind kind = event::Kind::text;
  bool from_header = false;  // cs(X): the value of an HTTP header
};

// cs(User-Agent) → cs-user-agent
Column column_of(std::string_view name) {
  Column column{.name = std::string(name)};
  const std::size_t open = name.find('(');
  if (open != std::string_view::npos && name.ends_with(')')) {
    column.from_header = true;
    column.name =
        fmt::format("{}-{}", name.substr(0, open), name.substr(open + 1, name.size() - open - 2));
    std::ranges::transform(column.name, column.name.begin(),
                           [](char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; });
  }
  if (std::ranges::find(numbers, column.name) != numbers.end()) column.kind = event::Kind::number;
  return column;
}

std::string_view value(Cursor& line) {
  if (!line.skip('"')) return line.until(' ');
  const std::string_view inside = line.until('"');
  line.skip(' ');
  return inside;
}

class W3c final : public Reader {
 public:
  void read(const Chunk& chunk, event::Names& names, Sink& sink) override {
    for_each_line(chunk, [&](std::string_view line, std::uint64_t number) {
      if (line.starts_with('#')) {
        header(line);
      } else if (!is_blank(line)) {
        this->line(line, number, names, sink);
      }
    });
  }
  [[nodiscard]] bool in_order() const override { return true; }

 private:
  void header(std::string_view line) {
    Cursor words(line);
    if (words.skip("#Software:")) {
      is_iis_ = line.find("Internet Information Services") != std::string_view::npos;
    } else if (words.skip("#Fields:")) {
      words.skip_spaces();
      columns_.clear();
      while (!words.done() && columns_.size() < most_columns)
        columns_.push_back(column_of(words.word()));
      is_web_ = has("cs-uri-stem") || has("cs-uri") || has("cs-method");
    }
  }

  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::find(columns_, name, &Column::name) != columns_.end();
  }

  void line(std::string_view text, std::uint64_t number, event::Names& names, Sink& sink) {
    if (columns_.empty()) return sink.unreadable(number, "stands before the #Fields: line");
    event_.clear();
    arena_.clear();
    Record record(event_, names, arena_);
    record.dataset(is_web_ ? "web.access" : "w3c");
    Cursor line(text);
    std::size_t read = 0;
    Derived derived;
    for (; read < columns_.size() && !line.done(); ++read)
      add(columns_[read], value(line), derived, record);
    if (read < columns_.size() || !line.done())
      return sink.unreadable(
          number, fmt::format("does not have the {} columns of #Fields:", columns_.size()));
    add_derived(derived, record);
    event_.raw = text;
    event_.line = number;
    sink.event(event_);
  }

  struct Derived {
    std::string_view date, time, stem, query;
  };

  void add(const Column& column, std::string_view value, Derived& derived, Record& record) const {
    if (value.empty() || value == "-") return;
    if (column.name == "date") derived.date = value;
    if (column.name == "time") derived.time = value;
    if (column.name == "cs-uri-stem") derived.stem = value;
    if (column.name == "cs-uri-query") derived.query = value;
    if (column.from_header && is_iis_ && value.find('+') != std::string_view::npos)
      value = with_spaces(value, record.arena());
    record.add(column.name, value, column.kind);
  }

  static std::string_view with_spaces(std::string_view value, Arena& arena) {
    char* const to = arena.room(value.size());
    std::ranges::replace_copy(value, to, '+', ' ');
    return {to, value.size()};
  }

  static void add_derived(const Derived& derived, Record& record) {
    Arena& arena = record.arena();
    if (!derived.date.empty() && !derived.time.empty())
      record.add("timestamp", arena.keep(fmt::format("{}T{}", derived.date, derived.time)));
    if (derived.stem.empty()) return;
    record.add("cs-uri", derived.query.empty()
                             ? derived.stem
                             : arena.keep(fmt::format("{}?{}", derived.stem, derived.query)));
  }

  bool is_iis_ = false;
  bool is_web_ = false;
  std::vector<Column> columns_;
  event::Event event_;
  Arena arena_;
};

}  // namespace

std::unique_ptr<Reader> make_w3c() { return std::make_unique<W3c>(); }

}  // namespace haidang::ingest
