// For tests only: a projection that keeps the last name of each id, and refuses one name.
#pragma once

#include <string>

#include "record/ledger/ledger.hpp"

namespace haidang::ledger {

inline Draft name_draft(const std::string& id, const std::string& name) {
  return {.actor = "tester",
          .unit = "so-khcn",
          .case_id = "case-" + id,
          .kind = "name.put",
          .body = {{"id", id}, {"name", name}}};
}

inline Result<> apply_name(Sql& sql, const Act& act) {
  if (act.kind != "name.put") return {};
  const std::string id(act.body.at("id").as_string());
  const std::string name(act.body.at("name").as_string());
  if (name == "refused") return invalid("this name is refused");
  TRY(const auto known,
      sql.run("UPDATE names SET name = ?, changes = changes + 1 WHERE id = ?", {name, id}));
  if (known == 0)
    TRY_VOID(sql.run("INSERT INTO names (id, name, changes, note) VALUES (?, ?, 1, ?)",
                     {id, name, Cell{}}));
  return {};
}

inline Projection names_projection() {
  return {.name = "names",
          .version = 1,
          .tables = {"names"},
          .schema = {"CREATE TABLE names (id TEXT PRIMARY KEY, name TEXT NOT NULL, "
                     "changes BIGINT NOT NULL, note TEXT)"},
          .apply = apply_name};
}

inline Result<Act> put_name(Ledger& ledger, const std::string& id, const std::string& name) {
  return ledger.write([&](Writer& writer) { return writer.append(name_draft(id, name)); });
}

inline Result<std::string> name_of(const Ledger& ledger, const std::string& id) {
  return ledger.read([&](Sql& sql) -> Result<std::string> {
    TRY(const auto row, sql.row("SELECT name FROM names WHERE id = ?", {id}));
    if (!row) return fail(Error::Kind::not_found, "no such name");
    return row->text(0);
  });
}

}  // namespace haidang::ledger
