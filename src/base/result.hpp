// How an operation says that it failed: a value, never an exception.
//
// Every function that can fail returns Result<T>. A library's exceptions stop
// in the adapter that calls the library. Broken invariants abort (check.hpp).
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace haidang {

// Why an operation failed, told in the caller's terms.
// `kind` is for code, `what` for people. Switches over Kind omit `default`,
// so a new kind fails the build until every mapping has decided.
struct Error {
  enum class Kind { invalid, not_found, conflict, denied, unavailable, corrupt };
  Kind kind;
  std::string what;
  std::string where{};  // "rules/dns.yml:14"

  // "rules/dns.yml:14: unknown modifier 'foo'"
  [[nodiscard]] std::string message() const { return where.empty() ? what : where + ": " + what; }
};

template <class T = void>
using Result = std::expected<T, Error>;

// return fail(Error::Kind::invalid, "…", "file:line");
[[nodiscard]] inline std::unexpected<Error> fail(Error::Kind kind, std::string what,
                                                 std::string where = {}) {
  return std::unexpected(Error{kind, std::move(what), std::move(where)});
}
[[nodiscard]] inline std::unexpected<Error> invalid(std::string what, std::string where = {}) {
  return fail(Error::Kind::invalid, std::move(what), std::move(where));
}

}  // namespace haidang

// TRY(auto rule, parse(text));  returns the error of parse() from this function.
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define HAIDANG_JOIN_(a, b) a##b
#define HAIDANG_JOIN(a, b) HAIDANG_JOIN_(a, b)
#define HAIDANG_TRY(tmp, target, expression)                \
  auto tmp = (expression);                                  \
  if (!tmp) return std::unexpected(std::move(tmp.error())); \
  target = std::move(*tmp)
#define TRY(target, expression) HAIDANG_TRY(HAIDANG_JOIN(try_, __LINE__), target, expression)
// TRY_VOID(save(x));  for a Result<> without a value.
#define HAIDANG_TRY_VOID(tmp, expression)                                              \
  do {                                                                                 \
    if (auto tmp = (expression); !tmp) return std::unexpected(std::move(tmp.error())); \
  } while (false)
#define TRY_VOID(expression) HAIDANG_TRY_VOID(HAIDANG_JOIN(try_void_, __LINE__), expression)
// NOLINTEND(bugprone-macro-parentheses)
