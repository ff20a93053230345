// The registry in and out of tables: CSV (RFC 4180, UTF-8, BOM allowed), XLSX out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "record/registry/registry.hpp"

namespace haidang::registry {

struct BadRow {
  std::uint64_t line;  // 1-based, of its first line in the file
  std::string column;  // may be empty
  std::string what;
};
struct Imported {
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t same = 0;
  std::vector<BadRow> bad{};
};

// Why a row may not be put by who imports; none: every row may.
using MayPut = std::function<Result<>(ledger::Sql&, const Entry&)>;

// All good rows in the writer's transaction; each bad one is named. `dry_run` writes nothing.
// Columns are the kind's fields and id, valid_from, valid_to; headings may be names or labels.
Result<Imported> import_csv(const Registry& registry, ledger::Writer& writer, const By& by,
                            std::string_view kind, std::string_view csv, bool dry_run,
                            const MayPut& may_put = {});

Result<std::string> export_csv(const Registry& registry, ledger::Sql& sql, const Query& query);
Result<std::string> export_xlsx(const Registry& registry, ledger::Sql& sql, const Query& query,
                                std::string_view language);

}  // namespace haidang::registry
