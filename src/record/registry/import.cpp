// import_csv: rows to entries, each bad one named, good ones put.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "record/registry/cells.hpp"
#include "record/registry/csv.hpp"
#include "record/registry/exchange.hpp"

namespace haidang::registry {
namespace {

// What a column holds: one of the plain ones, or a field.
struct Column {
  std::string heading;
  std::string name;
  const Field* field = nullptr;
};

bool means(std::string_view key, std::string_view name, std::string_view vi, std::string_view en) {
  return key == heading_key(name) || key == heading_key(vi) || key == heading_key(en);
}

// A field before a plain column: an id may be a field's label, never the other way round.
Result<Column> column_of(const Kind& kind, const std::string& heading) {
  const auto key = heading_key(heading);
  for (const auto& plain : {id_column, from_column, to_column}) {
    if (means(key, plain.name, plain.vi, plain.en)) return Column{heading, std::string(plain.name)};
  }
  for (const auto& field : kind.fields) {
    if (means(key, field.name, field.label.vi, field.label.en)) {
      return Column{heading, field.name, &field};
    }
  }
  std::vector<std::string_view> names{"id", "valid_from", "valid_to"};
  for (const auto& field : kind.fields) names.emplace_back(field.name);
  return invalid(fmt::format("the heading '{}' is no field of {}{}", text::shown(heading),
                             kind.name, did_you_mean(heading, names)));
}

Result<std::vector<Column>> columns_of(const Kind& kind, const CsvRow& row) {
  if (!row.fault.empty()) return invalid(row.fault);
  if (row.cells.size() == 1 && row.cells.front().find(';') != std::string::npos) {
    return invalid("the columns are parted by ';'; save the table with commas");
  }
  std::vector<Column> columns;
  std::set<std::string> seen;
  for (const auto& heading : row.cells) {
    TRY(auto column, column_of(kind, heading));
    if (!seen.insert(column.name).second) {
      return invalid(fmt::format("the column '{}' stands there twice", text::shown(heading)));
    }
    columns.push_back(std::move(column));
  }
  if (!seen.contains("id")) return invalid("there is no column 'id'");
  return columns;
}

// One import under way.
class Import {
 public:
  Import(const Registry& registry, ledger::Writer& writer, const By& by, const Kind& kind,
         bool dry_run, const MayPut& may_put)
      : registry_(registry),
        writer_(writer),
        by_(by),
        kind_(kind),
        dry_run_(dry_run),
        may_put_(may_put) {}

  Result<Imported> run(std::string_view csv);

 private:
  // The entry a row stands for; nothing where a day in it is none (named already).
  std::optional<Entry> entry_of(const CsvRow& row);
  void read_day(const CsvRow& row, const Column& column, std::string_view cell, Entry& entry);
  Result<> take(const CsvRow& row);
  Result<> put(const CsvRow& row, Entry entry);
  Result<std::optional<Entry>> standing(const Entry& entry);
  void name(const CsvRow& row, std::string column, std::string what);
  void name(const CsvRow& row, const Error& problem);

  const Registry& registry_;
  ledger::Writer& writer_;
  const By& by_;
  const Kind& kind_;
  bool dry_run_;
  const MayPut& may_put_;
  std::vector<Column> columns_{};
  bool has_from_ = false;            // the row being read says from when
  std::set<std::string> pending_{};  // ids a dry run would have put by now
  Imported imported_{};
};

void Import::name(const CsvRow& row, std::string column, std::string what) {
  imported_.bad.push_back({row.line, std::move(column), std::move(what)});
}

// "/scope/0" is told by the heading of the column "scope".
void Import::name(const CsvRow& row, const Error& problem) {
  const auto start = problem.where.starts_with('/') ? 1U : 0U;
  const auto field = problem.where.substr(start, problem.where.find('/', start) - start);
  const auto column = std::ranges::find(columns_, field, &Column::name);
  name(row, column == columns_.end() ? field : column->heading, problem.what);
}

void Import::read_day(const CsvRow& row, const Column& column, std::string_view cell,
                      Entry& entry) {
  const auto day = parse_day(cell);
  if (!day) return name(row, column.heading, day.error().what);
  if (column.name == to_column.name) {
    entry.valid_to = *day;
  } else {
    entry.valid_from = *day;
    has_from_ = true;
  }
}

std::optional<Entry> Import::entry_of(const CsvRow& row) {
  const auto bad_before = imported_.bad.size();
  Entry entry{.kind = kind_.name, .id = {}, .unit = {}, .name = {}};
  entry.valid_from = day_of(writer_.at());
  has_from_ = false;
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    const auto& column = columns_[at];
    const auto cell = unguarded(row.cells[at]);
    if (heading_key(cell).empty()) continue;
    if (column.field != nullptr) {
      entry.fields[column.name] = value_of(*column.field, cell);
    } else if (column.name == id_column.name) {
      entry.id = cell;
    } else {
      read_day(row, column, cell, entry);
    }
  }
  if (entry.id.empty()) name(row, std::string(id_column.name), "the id is missing");
  if (imported_.bad.size() != bad_before) return {};
  return entry;
}

Result<std::optional<Entry>> Import::standing(const Entry& entry) {
  auto found = registry_.get(writer_.sql(), entry.kind, entry.id, entry.valid_from);
  if (found) return std::optional(std::move(*found));
  if (found.error().kind == Error::Kind::not_found) return std::optional<Entry>();
  return std::unexpected(found.error());
}

Result<> Import::put(const CsvRow& row, Entry entry) {
  if (const auto may = may_put_ ? may_put_(writer_.sql(), entry) : Result<>{}; !may) {
    if (may.error().kind != Error::Kind::denied) return may;
    name(row, may.error());
    return {};
  }
  TRY(const auto before, standing(entry));
  if (before && before->fields == entry.fields &&
      (!has_from_ || before->valid_from == entry.valid_from) &&
      (!entry.valid_to || before->valid_to == entry.valid_to)) {
    ++imported_.same;
    return {};
  }
  const auto known = [&](std::string_view id, Day) { return pending_.contains(std::string(id)); };
  TRY(const auto problems, registry_.problems(writer_.sql(), entry, known));
  for (const auto& problem : problems) name(row, problem);
  if (!problems.empty()) return {};
  if (dry_run_) {
    pending_.insert(entry.id);
  } else {
    TRY_VOID(registry_.put(writer_, by_, std::move(entry)));
  }
  ++(before ? imported_.changed : imported_.added);
  return {};
}

Result<> Import::take(const CsvRow& row) {
  if (!row.fault.empty()) {
    name(row, {}, row.fault);
    return {};
  }
  if (row.cells.size() != columns_.size()) {
    name(row, {},
         fmt::format("{} cells where the headings are {}", row.cells.size(), columns_.size()));
    return {};
  }
  auto entry = entry_of(row);
  return entry ? put(row, std::move(*entry)) : Result<>{};
}

Result<Imported> Import::run(std::string_view csv) {
  TRY(auto reader, CsvReader::open(csv));
  CsvRow row;
  TRY(const bool any, reader.next(row));
  if (!any) return invalid("the table is empty: its first line names the columns");
  auto columns = columns_of(kind_, row);
  if (!columns) return invalid(columns.error().what, fmt::format("line {}", row.line));
  columns_ = std::move(*columns);
  while (true) {
    TRY(const bool more, reader.next(row));
    if (!more) return std::move(imported_);
    TRY_VOID(take(row));
  }
}

}  // namespace

Result<Imported> import_csv(const Registry& registry, ledger::Writer& writer, const By& by,
                            std::string_view kind, std::string_view csv, bool dry_run,
                            const MayPut& may_put) {
  const auto* const known = registry.kinds().find(kind);
  if (known == nullptr) return invalid("'" + text::shown(kind) + "' is no kind of the registry");
  return Import(registry, writer, by, *known, dry_run, may_put).run(csv);
}

}  // namespace haidang::registry
