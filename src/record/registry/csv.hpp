// CSV as RFC 4180 has it: commas, double quotes, line breaks within quotes; in UTF-8.
//
// Read row by row. Lines end in CRLF or LF; a byte order mark in front is left out; lines without
// anything are passed over. A row that breaks the rules (a quote within a plain field, text after a
// closing quote, no closing quote, a lone CR) comes back with `fault`, and reading goes on in the
// next line. Limits are the caller's. Writing quotes only what needs it; rows end in CRLF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace haidang::registry {

struct CsvLimits {
  std::size_t most_bytes = 10U << 20;
  std::size_t most_rows = 100'000;
  std::size_t most_columns = 200;
  std::size_t longest_field = 1U << 20;
};

struct CsvRow {
  std::uint64_t line = 1;  // 1-based, of its first line
  std::vector<std::string> cells{};
  std::string fault{};  // not empty: the cells are not to be used
};

class CsvReader {
 public:
  // `text` outlives the reader.
  static Result<CsvReader> open(std::string_view text, const CsvLimits& limits = {});

  // False at the end. An error where a limit of the whole is passed.
  Result<bool> next(CsvRow& row);

 private:
  CsvReader(std::string_view text, const CsvLimits& limits) : text_(text), limits_(limits) {}
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] bool at_line_end() const;
  void read_row(CsvRow& row);
  void read_field(CsvRow& row);
  void read_plain(CsvRow& row, std::string& cell);
  void read_quoted(CsvRow& row, std::string& cell);
  void pass_line_end();
  void pass_line();

  std::string_view text_;
  CsvLimits limits_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  std::size_t rows_ = 0;
};

void append_csv_row(std::string& out, std::span<const std::string> cells);

// A cell that a spreadsheet would run as a formula (=, +, -, @, tab or CR in front) begins with '
// as text. unguarded() undoes exactly that.
std::string guarded(std::string_view cell);
std::string_view unguarded(std::string_view cell);

}  // namespace haidang::registry
