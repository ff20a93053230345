#include "app/notices.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace haidang::app {
namespace {

constexpr std::size_t widest = 400;

}  // namespace

void Notices::say(const std::string& message) {
  fmt::print(messages_, "haidang: {}\n", text::shown(message, widest));
}

void Notices::input_error(const Error& error) {
  input_failed_ = true;
  say(error.message());
}

void Notices::take(const Batch& batch) {
  for (const auto& error : batch.errors) input_error(error);
  unreadable_ += batch.unreadable_count;
  for (const auto& one : batch.unreadable) {
    if (named_ == Batch::most_named) break;
    ++named_;
    say(fmt::format("{}:{}: unreadable: {}", files_[one.origin.file], one.origin.line, one.why));
  }
}

void Notices::finish() {
  if (unreadable_ > named_)
    say(fmt::format("{} more records are unreadable, {} in all", unreadable_ - named_,
                    unreadable_));
}

}  // namespace haidang::app
