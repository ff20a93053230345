// Zeek's TSV; see columns.hpp.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "watch/ingest/columns.hpp"
#include "watch/ingest/cursor.hpp"
#include "watch/ingest/hex.hpp"
#include "watch/ingest/lines.hpp"
#include "watch/ingest/record.hpp"

namespace haidang::ingest {
namespace {

constexpr std::size_t most_columns = 1000;
constexpr std::array<std::string_view, 6> number_types{"time", "interval", "count",
                                                       "int",  "port",     "double"};

std::string undo_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escape = text.substr(at).starts_with("\\x") && is_hex_pair(text.substr(at + 2));
    plain += escape ? hex_pair(text.substr(at + 2)) : text[at];
    if (escape) at += 3;
  }
  return plain;
}

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> parts;
  for (Cursor rest(text); !rest.done() && parts.size() < most_columns;)
    parts.emplace_back(rest.until(by));
  return parts;
}

struct Column {
  std::string name;
  event::Kind kind = event::Kind::text;
  bool truth = false;  // written T or F
  bool several = false;
};

class ZeekTsv final : public Reader {
 public:
  void read(const Chunk& chunk, event::Names& names, Sink& sink) override {
    for_each_line(chunk, [&](std::string_view line, std::uint64_t number) {
      if (line.starts_with('#')) {
        header(line.substr(1));
      } else if (!is_blank(line)) {
        this->line(line, number, names, sink);
      }
    });
  }
  [[nodiscard]] bool in_order() const override { return true; }

 private:
  void header(std::string_view text) {
    if (text.starts_with("separator ")) {
      const std::string by = undo_escapes(text.substr(10));
      if (by.size() == 1) separator_ = by[0];
      return;
    }
    Cursor words(text);
    const std::string_view name = words.until(separator_);
    if (name == "set_separator" && !words.done()) set_separator_ = words.here();
    if (name == "empty_field") empty_ = words.rest();
    if (name == "unset_field") unset_ = words.rest();
    if (name == "path") path_ = words.rest();
    if (name == "fields") fields(words.rest());
    if (name == "types") types(words.rest());
  }

  void fields(std::string_view text) {
    columns_.clear();
    for (auto& name : split(text, separator_)) columns_.push_back({.name = std::move(name)});
  }

  void types(std::string_view text) {
    const auto types = split(text, separator_);
    for (std::size_t i = 0; i < std::min(types.size(), columns_.size()); ++i)
      set_type(columns_[i], types[i]);
  }

  static void set_type(Column& column, std::string_view type) {
    if (const std::size_t of = type.find('[');
        of != std::string_view::npos && type.ends_with(']')) {
      column.several = true;
      type = type.substr(of + 1, type.size() - of - 2);
    }
    column.truth = type == "bool";
    if (std::ranges::find(number_types, type) != number_types.end())
      column.kind = event::Kind::number;
  }

  void line(std::string_view line, std::uint64_t number, event::Names& names, Sink& sink) {
    if (columns_.empty()) return sink.unreadable(number, "stands before the #fields line");
    const auto found = static_cast<std::size_t>(std::ranges::count(line, separator_)) + 1;
    if (found != columns_.size())
      return sink.unreadable(
          number, fmt::format("has {} columns, but #fields names {}", found, columns_.size()));
    event_.clear();
    arena_.clear();
    Record record(event_, names, arena_);
    Cursor values(line);
    for (const Column& column : columns_) add(column, values.until(separator_), record);
    if (!path_.empty()) record.add("_path", path_);
    event_.raw = line;
    event_.line = number;
    sink.event(event_);
  }

  void add(const Column& column, std::string_view value, Record& record) {
    if (value == unset_) return;
    if (!column.several) return add_one(column, value, record);
    if (value == empty_) return;
    for (Cursor values(value); !values.done();)
      add_one(column, values.until(set_separator_), record);
  }

  void add_one(const Column& column, std::string_view value, Record& record) const {
    if (column.truth && (value == "T" || value == "F"))
      return record.add(column.name, value == "T" ? "true" : "false", event::Kind::boolean);
    if (value == empty_) value = {};
    if (value.find("\\x") != std::string_view::npos)
      value = record.arena().keep(undo_escapes(value));
    record.add(column.name, value, value.empty() ? event::Kind::text : column.kind);
  }

  char separator_ = '\t';
  char set_separator_ = ',';
  std::string empty_ = "(empty)";
  std::string unset_ = "-";
  std::string path_;
  std::vector<Column> columns_;
  event::Event event_;
  Arena arena_;
};

}  // namespace

std::unique_ptr<Reader> make_zeek_tsv() { return std::make_unique<ZeekTsv>(); }

}  // namespace haidang::ingest
