#include "watch/detect/regex.hpp"

#include <fmt/format.h>

namespace haidang::detect {
namespace {

// Nested counted repetition can ask for a large automaton; RE2 refuses past this, with a message.
constexpr std::int64_t most_memory = 16LL << 20;

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(most_memory);
  return options;
}

}  // namespace

std::string with_flags(const std::string& expression, const std::string& flags) {
  return flags.empty() ? expression : fmt::format("(?{}){}", flags, expression);
}

Result<std::unique_ptr<re2::RE2>> compile_regex(const std::string& expression) {
  auto compiled = std::make_unique<re2::RE2>(expression, options());
  if (compiled->ok()) return compiled;
  return invalid(fmt::format("not a regular expression we can run in bounded time: {} ({})",
                             compiled->error(), compiled->error_arg()));
}

bool found(const re2::RE2& regex, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

const re2::RE2* RegexCache::get(std::string_view expression) {
  const std::scoped_lock lock(mutex_);
  auto known = compiled_.find(expression);
  if (known == compiled_.end()) {
    auto fresh = compile_regex(std::string(expression)).value_or(nullptr);
    known = compiled_.emplace(std::string(expression), std::move(fresh)).first;
  }
  return known->second.get();
}

}  // namespace haidang::detect
