// Any bytes as CSV: rows in rising lines within the limits; what was read, written and read again
// is the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "record/registry/csv.hpp"

namespace {

using namespace haidang::registry;

constexpr CsvLimits limits{
    .most_bytes = 1U << 16, .most_rows = 500, .most_columns = 20, .longest_field = 1000};

std::vector<CsvRow> read(std::string_view text) {
  std::vector<CsvRow> rows;
  auto reader = CsvReader::open(text, limits);
  if (!reader) return rows;
  std::uint64_t line = 0;
  for (CsvRow row;;) {
    const auto more = reader->next(row);
    if (!more || !*more) return rows;
    CHECK(row.line > line, "rows stand below each other");
    line = row.line;
    CHECK(rows.size() < limits.most_rows, "the number of rows is bounded");
    if (row.fault.empty()) rows.push_back(row);
  }
}

void check_cell(const std::string& cell) {
  CHECK(cell.size() <= limits.longest_field, "a field is bounded");
  CHECK(unguarded(guarded(cell)) == cell, "a guarded cell comes back");
  const auto shown = guarded(cell);
  CHECK(shown.empty() || std::string_view("=+-@\t\r").find(shown.front()) == std::string_view::npos,
        "no guarded cell is a formula");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto rows = read({reinterpret_cast<const char*>(data), size});
  std::string written;
  for (const auto& row : rows) {
    CHECK(row.cells.size() <= limits.most_columns && !row.cells.empty(), "columns are bounded");
    for (const auto& cell : row.cells) check_cell(cell);
    append_csv_row(written, row.cells);
  }
  if (written.size() > limits.most_bytes) return 0;
  if (written.starts_with("\xEF\xBB\xBF")) return 0;  // would be read as the file's own mark
  const auto again = read(written);
  CHECK(again.size() == rows.size(), "as many rows come back");
  for (std::size_t at = 0; at < rows.size(); ++at) {
    CHECK(again[at].cells == rows[at].cells, "each row comes back as it was");
  }
  return 0;
}
