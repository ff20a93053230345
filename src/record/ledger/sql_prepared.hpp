// A statement of SOCI with the values it is bound to. Part of sql_soci.cpp.
//
// Calls SOCI and throws what it throws.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "record/ledger/sql_native.hpp"

namespace haidang::ledger {

struct Prepared {
  // Bound for values of these kinds.
  Prepared(std::shared_ptr<soci::session> of, const Cells& values);
  void prepare(const std::string& text, soci::details::statement_type type);
  // Whether it stands on a row.
  bool execute(const Cells& values);
  bool fetch();

  // A value that it is bound to; it stays where it is.
  struct Bound {
    long long integer = 0;
    std::string text{};
    soci::indicator indicator = soci::i_ok;
  };

  std::shared_ptr<soci::session> session;  // a statement does not outlive it
  soci::statement statement;
  std::deque<Bound> bound;
  std::uint64_t used = 0;
};

// A statement while it is run; its locks go with it.
class Use {
 public:
  Use(Dialect dialect, std::shared_ptr<Prepared> prepared)
      : dialect_(dialect), prepared_(std::move(prepared)) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { native::release(dialect_, prepared_->statement); }
  Prepared* operator->() const { return prepared_.get(); }

 private:
  Dialect dialect_;
  std::shared_ptr<Prepared> prepared_;
};

struct Named {
  std::string text{};
  unsigned count = 0;
};

// `?` outside quotes becomes :v1, :v2 …
Named with_names(std::string_view statement);

// Statements are told apart by their text and by what kinds they are bound to.
void make_key(std::string& key, std::string_view statement, const Cells& values);

Result<> check_values(const Cells& values);

}  // namespace haidang::ledger
