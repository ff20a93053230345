// Standard output, written whole and checked.
//
// What is handed over is written before the call returns (writers hand over large pieces). The
// first failure is kept; after it nothing more is written.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace haidang::app {

class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}

  bool write(std::string_view text);  // false: it failed, now or before
  [[nodiscard]] const Error* error() const { return error_ ? &*error_ : nullptr; }  // null: none
  // The reader has gone (`… | head`): nothing to complain about.
  [[nodiscard]] bool closed_by_reader() const { return closed_; }

  [[nodiscard]] bool is_terminal() const;
  [[nodiscard]] std::size_t columns() const;  // 100 where it is no terminal

 private:
  void fail_with(int number);

  int descriptor_;
  std::optional<Error> error_;
  bool closed_ = false;
};

}  // namespace haidang::app
