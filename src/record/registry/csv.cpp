#include "record/registry/csv.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace haidang::registry {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view runs_as_formula = "=+-@\t\r";

bool formula(std::string_view cell) {
  const auto start = cell.find_first_not_of('\'');
  return start != std::string_view::npos &&
         runs_as_formula.find(cell[start]) != std::string_view::npos;
}

// The line of the first byte that is not UTF-8.
std::size_t bad_line(std::string_view text) {
  std::size_t line = 1;
  for (std::size_t start = 0; start < text.size(); ++line) {
    const auto end = std::min(text.find('\n', start), text.size());
    if (!text::valid_utf8(text.substr(start, end - start))) break;
    start = end + 1;
  }
  return line;
}

}  // namespace

Result<CsvReader> CsvReader::open(std::string_view text, const CsvLimits& limits) {
  if (text.size() > limits.most_bytes) {
    return invalid(fmt::format("the file has {} bytes; at most {} are taken: split it", text.size(),
                               limits.most_bytes));
  }
  if (!text::valid_utf8(text)) {
    return invalid(
        fmt::format("line {} is not UTF-8; save the table as \"CSV UTF-8\"", bad_line(text)));
  }
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return CsvReader(text, limits);
}

Result<bool> CsvReader::next(CsvRow& row) {
  while (!done() && at_line_end()) pass_line_end();
  if (done()) return false;
  if (rows_ == limits_.most_rows) {
    return invalid(
        fmt::format("line {}: more than {} rows; split the file", line_, limits_.most_rows));
  }
  ++rows_;
  read_row(row);
  return true;
}

void CsvReader::read_row(CsvRow& row) {
  row = CsvRow{.line = line_};
  while (true) {
    read_field(row);
    if (row.fault.empty() && row.cells.size() > limits_.most_columns) {
      row.fault = fmt::format("more than {} columns", limits_.most_columns);
    }
    if (!row.fault.empty()) return pass_line();
    if (done()) return;
    if (at_line_end()) return pass_line_end();
    ++at_;  // the comma
  }
}

void CsvReader::read_field(CsvRow& row) {
  auto& cell = row.cells.emplace_back();
  if (!done() && text_[at_] == '"') {
    read_quoted(row, cell);
  } else {
    read_plain(row, cell);
  }
  if (row.fault.empty() && cell.size() > limits_.longest_field) {
    row.fault = fmt::format("a field of {} bytes; at most {} are taken", cell.size(),
                            limits_.longest_field);
  }
  if (row.fault.empty() && !done() && text_[at_] != ',' && !at_line_end()) {
    row.fault = text_[at_] == '\r'
                    ? "a lone carriage return"
                    : "text after a closing quote; a quote within quotes is written \"\"";
  }
}

void CsvReader::read_plain(CsvRow& row, std::string& cell) {
  const auto end = std::min(text_.find_first_of(",\"\r\n", at_), text_.size());
  cell = text_.substr(at_, end - at_);
  at_ = end;
  if (!done() && text_[at_] == '"') {
    row.fault = "a quote within a field that does not begin with one; put the field in quotes";
  }
}

void CsvReader::read_quoted(CsvRow& row, std::string& cell) {
  for (++at_;; ++at_) {
    const auto end = std::min(text_.find('"', at_), text_.size());
    const auto piece = text_.substr(at_, end - at_);
    line_ += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
    cell += piece;
    at_ = end;
    if (done()) {
      row.fault = "a quote is not closed before the end of the file";
      return;
    }
    ++at_;
    if (done() || text_[at_] != '"') return;
    cell += '"';
  }
}

bool CsvReader::at_line_end() const { return text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }

void CsvReader::pass_line_end() {
  at_ += text_[at_] == '\r' ? 2 : 1;
  ++line_;
}

void CsvReader::pass_line() {
  at_ = std::min(text_.find('\n', at_), text_.size());
  if (!done()) pass_line_end();
}

void append_csv_row(std::string& out, std::span<const std::string> cells) {
  bool first = true;
  for (const auto& cell : cells) {
    if (!std::exchange(first, false)) out += ',';
    // A single empty cell would be a line without anything.
    const bool quoted =
        cell.find_first_of(",\"\r\n") != std::string::npos || (cells.size() == 1 && cell.empty());
    if (quoted) out += '"';
    for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
    if (quoted) out += '"';
  }
  out += "\r\n";
}

std::string guarded(std::string_view cell) {
  return formula(cell) ? "'" + std::string(cell) : std::string(cell);
}

std::string_view unguarded(std::string_view cell) {
  return cell.starts_with('\'') && formula(cell) ? cell.substr(1) : cell;
}

}  // namespace haidang::registry
