#include "base/settings.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.hpp"
#include "base/nearest.hpp"
#include "base/quantity.hpp"
#include "base/text.hpp"

namespace haidang {
namespace {

std::string quoted(std::string_view value) { return "'" + text::shown(value) + "'"; }

template <class T>
Result<> check_bounds(std::string_view value, T number, const Bounds<T>& bounds,
                      const std::string& shown_bounds) {
  if (number >= bounds.least && number <= bounds.most) return {};
  return invalid(fmt::format("{} is out of bounds; allowed is {}", quoted(value), shown_bounds));
}

Result<bool> parse_flag(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return invalid(quoted(value) + " is neither true nor false");
}

Result<> append_text(std::vector<std::string>& into, std::string_view value, bool first) {
  if (value.empty()) return invalid("the value is empty");
  if (first) into.clear();
  into.emplace_back(value);
  return {};
}

}  // namespace

Settings::Settings(std::string command, std::string summary)
    : command_(std::move(command)), summary_(std::move(summary)) {}

void Settings::add(const Presented& as, Setting setting, Take take) {
  CHECK(
      as.name != "help" && std::ranges::find(declared_, as.name, &Setting::name) == declared_.end(),
      "each setting is declared once");
  setting.name = as.name;
  if (setting.form.empty()) setting.form = as.form;
  setting.help = as.help;
  setting.required = as.required;
  if (as.required) setting.standard.clear();
  declared_.push_back(std::move(setting));
  slots_.push_back({.take = std::move(take)});
}

void Settings::flag(const Presented& as, bool& into) {
  add(as, {.name = {}, .kind = Setting::Kind::flag, .standard = into ? "true" : "false"},
      [&into](std::string_view value) -> Result<> {
        TRY(into, parse_flag(value));
        return {};
      });
}

void Settings::text(const Presented& as, std::string& into) {
  add(as, {.name = {}, .kind = Setting::Kind::text, .standard = into},
      [&into](std::string_view value) -> Result<> {
        if (value.empty()) return invalid("the value is empty");
        into = value;
        return {};
      });
}

void Settings::texts(const Presented& as, std::vector<std::string>& into) {
  add(as,
      {.name = {},
       .kind = Setting::Kind::text,
       .standard = fmt::format("{}", fmt::join(into, ", ")),
       .repeated = true},
      [&into, first = true](std::string_view value) mutable {
        return append_text(into, value, std::exchange(first, false));
      });
}

void Settings::duration(const Presented& as, std::chrono::nanoseconds& into,
                        Bounds<std::chrono::nanoseconds> bounds) {
  const std::string shown =
      fmt::format("{}..{}", format_duration(bounds.least), format_duration(bounds.most));
  add(as,
      {.name = {},
       .kind = Setting::Kind::duration,
       .bounds = shown,
       .standard = format_duration(into)},
      [&into, bounds, shown](std::string_view value) -> Result<> {
        TRY(into, parse_duration(value));
        return check_bounds(value, into, bounds, shown);
      });
}

void Settings::size(const Presented& as, std::uint64_t& into, Bounds<std::uint64_t> bounds) {
  const std::string shown =
      fmt::format("{}..{}", format_size(bounds.least), format_size(bounds.most));
  add(as, {.name = {}, .kind = Setting::Kind::size, .bounds = shown, .standard = format_size(into)},
      [&into, bounds, shown](std::string_view value) -> Result<> {
        TRY(into, parse_size(value));
        return check_bounds(value, into, bounds, shown);
      });
}

void Settings::add_number(const Presented& as, std::int64_t standard, Bounds<std::int64_t> bounds,
                          std::function<void(std::int64_t)> store) {
  CHECK(bounds.least <= bounds.most, "bounds fit into 64 bits and leave something allowed");
  const std::string shown = fmt::format("{}..{}", bounds.least, bounds.most);
  add(as,
      {.name = {},
       .kind = Setting::Kind::number,
       .bounds = shown,
       .standard = std::to_string(standard)},
      [bounds, shown, store = std::move(store)](std::string_view value) -> Result<> {
        TRY(const std::int64_t number, parse_integer(value));
        TRY_VOID(check_bounds(value, number, bounds, shown));
        store(number);
        return {};
      });
}

void Settings::add_choice(const Presented& as, const std::vector<std::string_view>& names,
                          std::size_t standard, const std::function<void(std::size_t)>& store) {
  CHECK(!names.empty(), "a choice has something to choose from");
  add(as,
      {.name = {},
       .kind = Setting::Kind::choice,
       .form = fmt::format("{}", fmt::join(names, "|")),
       .standard = std::string(names[standard])},
      [names, store](std::string_view value) -> Result<> {
        const auto at = std::ranges::find(names, value);
        if (at == names.end()) {
          return invalid(fmt::format("{} is not one of {}{}", quoted(value), fmt::join(names, ", "),
                                     did_you_mean(value, names)));
        }
        store(static_cast<std::size_t>(at - names.begin()));
        return {};
      });
}

void Settings::positionals(const Presented& as, std::vector<std::string>& into,
                           Bounds<std::size_t> count) {
  CHECK(rest_.into == nullptr, "a command has one kind of positional argument");
  rest_.shown = {.name = std::string(as.name), .form = std::string(as.form)};
  rest_.shown.help = as.help;
  rest_.shown.required = count.least > 0;
  rest_.into = &into;
  rest_.count = count;
}

}  // namespace haidang
