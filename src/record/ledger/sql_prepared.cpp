#include "record/ledger/sql_prepared.hpp"

#include <fmt/format.h>

namespace haidang::ledger {
namespace {

bool is_integer(const Cell& cell) { return std::holds_alternative<std::int64_t>(cell); }

}  // namespace

Prepared::Prepared(std::shared_ptr<soci::session> of, const Cells& values)
    : session(std::move(of)), statement(*session), bound(values.size()) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_integer(values[i]))
      statement.exchange(soci::use(bound[i].integer, bound[i].indicator));
    else
      statement.exchange(soci::use(bound[i].text, bound[i].indicator));
  }
  statement.alloc();
}

void Prepared::prepare(const std::string& text, soci::details::statement_type type) {
  statement.prepare(text, type);
  statement.define_and_bind();
}

bool Prepared::execute(const Cells& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool null = values[i].index() == 0;
    bound[i].indicator = null ? soci::i_null : soci::i_ok;
    if (const auto* integer = std::get_if<std::int64_t>(&values[i])) bound[i].integer = *integer;
    if (const auto* text = std::get_if<std::string>(&values[i])) bound[i].text = *text;
  }
  return statement.execute(true);
}

bool Prepared::fetch() {
  return statement.get_backend()->fetch(1) == soci::details::statement_backend::ef_success;
}

Named with_names(std::string_view statement) {
  Named named;
  auto& [out, count] = named;
  out.reserve(statement.size() + 16);
  char quote = '\0';
  for (const char c : statement) {
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '?') {
      out += fmt::format(":v{}", ++count);
      continue;
    }
    out += c;
  }
  return named;
}

void make_key(std::string& key, std::string_view statement, const Cells& values) {
  key.assign(statement);
  key += '\0';
  for (const Cell& cell : values) key += is_integer(cell) ? 'i' : 't';
}

Result<> check_values(const Cells& values) {
  for (const Cell& cell : values)
    if (const auto* text = std::get_if<std::string>(&cell); text && text->find('\0') != text->npos)
      return invalid("text with a zero byte cannot be stored");
  return {};
}

}  // namespace haidang::ledger
