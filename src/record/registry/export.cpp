// Entries out as tables: CSV for programs (names as headings), XLSX for people (labels).
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include <xlsxwriter.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "record/registry/cells.hpp"
#include "record/registry/csv.hpp"
#include "record/registry/exchange.hpp"

namespace haidang::registry {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // or Excel takes it for Windows-1258
constexpr std::size_t longest_cell = 32'767;                  // letters, Excel's limit
constexpr std::size_t widest_column = 60;
constexpr std::size_t most_xlsx_bytes = 256U << 20;

Result<const Kind*> kind_of(const Registry& registry, const Query& query) {
  const auto* const kind = registry.kinds().find(query.kind);
  if (kind == nullptr)
    return invalid("'" + text::shown(query.kind) + "' is no kind of the registry");
  return kind;
}

template <class Cell>
std::vector<std::string> cells_of(const Kind& kind, const Entry& entry, Cell cell) {
  std::vector<std::string> cells{entry.id};
  for (const auto& field : kind.fields) {
    const auto* const value = entry.fields.if_contains(field.name);
    cells.push_back(value == nullptr ? std::string() : cell(field, *value));
  }
  cells.push_back(format_day(entry.valid_from));
  cells.push_back(entry.valid_to ? format_day(*entry.valid_to) : std::string());
  return cells;
}

std::vector<std::string> names_of(const Kind& kind) {
  std::vector<std::string> names{std::string(id_column.name)};
  for (const auto& field : kind.fields) names.push_back(field.name);
  names.emplace_back(from_column.name);
  names.emplace_back(to_column.name);
  return names;
}

std::vector<std::string> labels_of(const Kind& kind, bool vi) {
  std::vector<std::string> labels{std::string(vi ? id_column.vi : id_column.en)};
  for (const auto& field : kind.fields) labels.push_back(vi ? field.label.vi : field.label.en);
  labels.emplace_back(vi ? from_column.vi : from_column.en);
  labels.emplace_back(vi ? to_column.vi : to_column.en);
  return labels;
}

// A directory of its own that goes away: libxlsxwriter of Debian 12 writes files only.
class Scratch {
 public:
  static Result<Scratch> make() {
    std::string path = (std::filesystem::temp_directory_path() / "haidang-xlsx-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) {
      return fail(Error::Kind::unavailable,
                  std::string("cannot make a directory: ") + std::strerror(errno), path);
    }
    return Scratch(path);
  }
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    std::error_code ignored;  // the system empties its temporary directory
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// One sheet: bold headings that stay in view, columns as wide as what they hold.
class Sheet {
 public:
  Sheet(const std::string& file, const std::string& scratch, const std::string& title)
      : scratch_(scratch),
        options_{.constant_memory = LXW_FALSE, .tmpdir = scratch_.data(), .use_zip64 = LXW_FALSE},
        book_(workbook_new_opt(file.c_str(), &options_)),
        sheet_(workbook_add_worksheet(book_, title.c_str())),
        heading_(workbook_add_format(book_)) {
    format_set_bold(heading_);
    format_set_bg_color(heading_, 0xDDEBF7);
    format_set_border(heading_, LXW_BORDER_THIN);
    format_set_text_wrap(heading_);
  }

  // Every cell is text: a spreadsheet never runs one.
  Result<> add(const std::vector<std::string>& cells) {
    widths_.resize(std::max(widths_.size(), cells.size()), 8);
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const auto shown = text::clip(cells[column], longest_cell / 2);
      const auto why = worksheet_write_string(sheet_, row_, static_cast<lxw_col_t>(column),
                                              shown.c_str(), row_ == 0 ? heading_ : nullptr);
      if (why != LXW_NO_ERROR) return invalid(lxw_strerror(why));
      widths_[column] = std::clamp(text::columns(shown) + 2, widths_[column], widest_column);
    }
    ++row_;
    return {};
  }

  Result<> close() {
    for (std::size_t column = 0; column < widths_.size(); ++column) {
      const auto at = static_cast<lxw_col_t>(column);
      worksheet_set_column(sheet_, at, at, static_cast<double>(widths_[column]), nullptr);
    }
    worksheet_freeze_panes(sheet_, 1, 0);
    worksheet_autofilter(sheet_, 0, 0, row_ - 1, static_cast<lxw_col_t>(widths_.size() - 1));
    const auto why = workbook_close(book_);
    if (why != LXW_NO_ERROR) return fail(Error::Kind::unavailable, lxw_strerror(why));
    return {};
  }

 private:
  std::string scratch_;
  lxw_workbook_options options_;
  lxw_workbook* book_;  // freed by workbook_close()
  lxw_worksheet* sheet_;
  lxw_format* heading_;
  lxw_row_t row_ = 0;
  std::vector<std::size_t> widths_{};
};

Result<> fill(Sheet& sheet, const Registry& registry, ledger::Sql& sql, const Query& query,
              const Kind& kind, std::string_view language) {
  TRY_VOID(sheet.add(labels_of(kind, language == "vi")));
  return registry.each(sql, query, [&](const Entry& entry) {
    return sheet.add(cells_of(kind, entry, [&](const Field& field, const json::value& value) {
      return cell_for(field, value, language);
    }));
  });
}

}  // namespace

Result<std::string> export_csv(const Registry& registry, ledger::Sql& sql, const Query& query) {
  TRY(const auto* const kind, kind_of(registry, query));
  std::string csv(byte_order_mark);
  append_csv_row(csv, names_of(*kind));
  TRY_VOID(registry.each(sql, query, [&](const Entry& entry) -> Result<> {
    append_csv_row(csv, cells_of(*kind, entry, [](const Field&, const json::value& value) {
                     return guarded(cell_of(value));
                   }));
    return {};
  }));
  return csv;
}

Result<std::string> export_xlsx(const Registry& registry, ledger::Sql& sql, const Query& query,
                                std::string_view language) {
  if (language != "vi" && language != "en") return invalid("the language is vi or en");
  TRY(const auto* const kind, kind_of(registry, query));
  TRY(const auto scratch, Scratch::make());
  const auto file = (scratch.path() / "table.xlsx").string();
  const auto title = text::clip(language == "vi" ? kind->label.vi : kind->label.en, 31);
  Sheet sheet(file, scratch.path().string(), title);
  const auto filled = fill(sheet, registry, sql, query, *kind, language);
  const auto closed = sheet.close();  // in any case: it frees the book
  TRY_VOID(filled);
  TRY_VOID(closed);
  return read_file(file, most_xlsx_bytes);
}

}  // namespace haidang::registry
