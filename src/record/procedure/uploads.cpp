#include "record/procedure/uploads.hpp"

#include <utility>

namespace haidang::procedure {
namespace {

Result<bool> unit_sent(ledger::Sql& sql, const Actor& by, std::string_view sha256) {
  TRY(const auto row, sql.row("SELECT 1 FROM proc_upload WHERE sha256 = ? AND "
                              "(account = ? OR (unit = ? AND unit <> '')) LIMIT 1",
                              {std::string(sha256), by.account, by.unit}));
  return row.has_value();
}

// Reporters share one account, so that each sending stands for one report.
Result<bool> reporter_sent(ledger::Sql& sql, std::string_view sha256) {
  const std::string name(sha256);
  TRY(const auto sent, sql.row("SELECT times FROM proc_upload WHERE sha256 = ? AND account = ?",
                               {name, public_account}));
  if (!sent) return false;
  TRY(const auto used,
      sql.row("SELECT COUNT(DISTINCT case_id) FROM proc_document WHERE sha256 = ? AND actor = ?",
              {name, public_account}));
  return used && used->integer(0) < sent->integer(0);
}

}  // namespace

Result<> record_upload(ledger::Ledger& ledger, const access::Principal& who,
                       const ledger::Stored& stored) {
  auto by = actor_of(who);
  return ledger.write([&](ledger::Writer& writer) -> Result<> {
    TRY_VOID(writer.append({.actor = std::move(by.account),
                            .unit = std::move(by.unit),
                            .case_id = {},
                            .kind = std::string(upload_kind),
                            .body = {{"sha256", stored.sha256},
                                     {"bytes", stored.bytes},
                                     {"media_type", stored.media_type}}}));
    return {};
  });
}

Result<bool> may_attach(ledger::Sql& sql, const Actor& by, std::string_view sha256) {
  return by.account == public_account ? reporter_sent(sql, sha256) : unit_sent(sql, by, sha256);
}

std::vector<std::string> upload_schema() {
  return {
      "CREATE TABLE proc_upload (sha256 TEXT NOT NULL, account TEXT NOT NULL, "
      "unit TEXT NOT NULL, times BIGINT NOT NULL, seq BIGINT NOT NULL, "
      "PRIMARY KEY (sha256, account, unit))",
      "CREATE INDEX proc_document_sha256 ON proc_document (sha256)",
  };
}

Result<> take_upload(ledger::Sql& sql, const ledger::Act& act) {
  const auto* sha256 = act.body.if_contains("sha256");
  if (sha256 == nullptr || !sha256->is_string())
    return fail(Error::Kind::corrupt, "a stored document without its SHA-256",
                "act " + std::to_string(act.seq));
  TRY_VOID(
      sql.run("INSERT INTO proc_upload (sha256, account, unit, times, seq) VALUES (?, ?, ?, 1, ?) "
              "ON CONFLICT (sha256, account, unit) DO UPDATE SET times = proc_upload.times + 1",
              {std::string(sha256->get_string()), act.actor, act.unit,
               static_cast<std::int64_t>(act.seq)}));
  return {};
}

}  // namespace haidang::procedure
