#include "record/access/rows.hpp"

#include <algorithm>
#include <sstream>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace haidang::access {

namespace {

constexpr std::string_view account_columns =
    "SELECT id, name, unit, email, roles, active, must_change, oidc_subject, password, totp, "
    "totp_pending, totp_step, failures, locks, locked_until FROM access_account ";
constexpr std::string_view token_columns =
    "SELECT id, label, unit, roles, expires, revoked FROM access_token ";
constexpr std::size_t most_words = 6;

std::string statement(std::string_view columns, std::string_view rest) {
  return std::string(columns).append(rest);
}

Stored stored_of(const ledger::Row& row) {
  Stored stored;
  stored.account = {.id = row.text(0),
                    .name = row.text(1),
                    .unit = row.text(2),
                    .email = row.text(3),
                    .roles = texts_of(row.text(4)),
                    .active = row.integer(5) != 0,
                    .must_change_password = row.integer(6) != 0,
                    .has_totp = !row.text(9).empty(),
                    .oidc_subject = row.text(7)};
  stored.password = row.text(8);
  stored.totp = row.text(9);
  stored.totp_pending = row.text(10);
  stored.totp_step = row.integer(11);
  stored.failures = row.integer(12);
  stored.locks = row.integer(13);
  stored.locked_until = from_micros(row.integer(14));
  return stored;
}

Result<std::optional<Stored>> one_account(ledger::Sql& sql, std::string_view where,
                                          std::string_view value) {
  TRY(const auto row, sql.row(statement(account_columns, where), {std::string(value)}));
  if (!row) return std::nullopt;
  return stored_of(*row);
}

Accounts::Token token_of(const ledger::Row& row) {
  Accounts::Token token{.id = row.text(0),
                        .label = row.text(1),
                        .unit = row.text(2),
                        .roles = texts_of(row.text(3)),
                        .revoked = row.integer(5) != 0};
  if (!row.is_null(4)) token.expires = from_micros(row.integer(4));
  return token;
}

// For LIKE … ESCAPE '!'.
std::string containing(std::string_view word) {
  std::string pattern = "%";
  for (const char letter : word) {
    if (letter == '%' || letter == '_' || letter == '!') pattern += '!';
    pattern += letter;
  }
  return pattern += '%';
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream in(text::search_key(text.substr(0, 200)));
  std::vector<std::string> words;
  for (std::string word; words.size() < most_words && in >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::int64_t micros(Time time) {
  return std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count();
}

Time from_micros(std::int64_t micros) { return Time(std::chrono::microseconds(micros)); }

std::string to_json(const std::vector<std::string>& texts) {
  return boost::json::serialize(boost::json::value_from(texts));
}

std::vector<std::string> texts_of(std::string_view json) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  std::vector<std::string> texts;
  if (failed || !value.is_array()) return texts;  // a damaged row gives no role
  for (const auto& item : value.get_array())
    if (item.is_string()) texts.emplace_back(item.get_string());
  return texts;
}

Result<std::optional<Stored>> find_account(ledger::Sql& sql, std::string_view id) {
  return one_account(sql, "WHERE id = ?", id);
}

Result<std::optional<Stored>> find_subject(ledger::Sql& sql, std::string_view oidc_subject) {
  return one_account(sql, "WHERE oidc_subject = ?", oidc_subject);
}

Result<Stored> get_account(ledger::Sql& sql, std::string_view id) {
  TRY(auto found, find_account(sql, id));
  if (!found) return fail(Error::Kind::not_found, fmt::format("no account '{}'", text::shown(id)));
  return std::move(*found);
}

Result<std::vector<Account>> list_accounts(ledger::Sql& sql, std::string_view text,
                                           std::string_view after, std::size_t limit) {
  auto query = statement(account_columns, "WHERE id > ?");
  ledger::Cells values{std::string(after)};
  for (const auto& word : words_of(text)) {
    query += " AND search LIKE ? ESCAPE '!'";
    values.emplace_back(containing(word));
  }
  query += " ORDER BY id LIMIT ?";
  values.emplace_back(static_cast<std::int64_t>(std::min<std::size_t>(limit, 1000)));
  TRY(const auto rows, sql.rows(query, values));
  std::vector<Account> accounts;
  for (const auto& row : rows) accounts.push_back(stored_of(row).account);
  return accounts;
}

Result<std::optional<StoredSession>> find_session(ledger::Sql& sql, const std::string& hash) {
  TRY(const auto row,
      sql.row("SELECT account, used, expires, vouched FROM access_session WHERE hash = ?", {hash}));
  if (!row) return std::nullopt;
  return StoredSession{.account = row->text(0),
                       .used = from_micros(row->integer(1)),
                       .expires = from_micros(row->integer(2)),
                       .vouched = row->integer(3) != 0};
}

Result<std::optional<Accounts::Token>> find_token(ledger::Sql& sql, const std::string& hash) {
  TRY(const auto row, sql.row(statement(token_columns, "WHERE hash = ?"), {hash}));
  if (!row) return std::nullopt;
  return token_of(*row);
}

Result<std::vector<Accounts::Token>> list_tokens(ledger::Sql& sql, std::string_view unit) {
  const auto rows = unit.empty() ? sql.rows(statement(token_columns, "ORDER BY id"))
                                 : sql.rows(statement(token_columns, "WHERE unit = ? ORDER BY id"),
                                            {std::string(unit)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Accounts::Token> tokens;
  for (const auto& row : *rows) tokens.push_back(token_of(row));
  return tokens;
}

}  // namespace haidang::access
