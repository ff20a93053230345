#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/settings.hpp"
#include "base/text.hpp"

namespace haidang {
namespace {

constexpr std::string_view dashes = "--";

bool is_option(std::string_view argument) { return argument.size() > 1 && argument[0] == '-'; }

std::string dashed(std::string_view name) { return std::string(dashes) + std::string(name); }

}  // namespace

Result<Settings::Parsed> Settings::parse(std::span<const std::string_view> arguments) {
  bool only_positionals = false;
  while (!arguments.empty()) {
    const std::string_view argument = arguments.front();
    arguments = arguments.subspan(1);
    if (only_positionals || !is_option(argument)) {
      TRY_VOID(take_positional(argument));
      continue;
    }
    if (argument == "--help" || argument == "-h") return Parsed::help;
    if (argument == dashes) {
      only_positionals = true;
      continue;
    }
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const bool has_value = equals < argument.size();
    const std::string_view value = has_value ? argument.substr(equals + 1) : std::string_view();
    TRY_VOID(take_option({argument.substr(0, equals), value, has_value}, arguments));
  }
  TRY_VOID(check_complete());
  return Parsed::run;
}

// `option.name` still has its dashes. Without a value of its own it takes the next argument.
Result<> Settings::take_option(Option option, std::span<const std::string_view>& rest) {
  const bool long_name = option.name.starts_with(dashes);
  TRY(const std::size_t index, find(option.name.substr(long_name ? 2 : 1), dashes));
  const Setting& setting = declared_[index];
  if (!long_name) {
    return invalid(fmt::format("options have two dashes: --{}", setting.name),
                   text::shown(option.name));
  }
  if (!option.has_value && setting.kind == Setting::Kind::flag) {
    option.value = "true";
  } else if (!option.has_value) {
    if (rest.empty() || rest.front().starts_with(dashes)) {
      return invalid(fmt::format("needs a value: --{} {}", setting.name, setting.form),
                     dashed(setting.name));
    }
    option.value = rest.front();
    rest = rest.subspan(1);
  }
  return give(index, option.value, dashed(setting.name));
}

Result<> Settings::take_positional(std::string_view value) {
  if (rest_.into == nullptr) {
    return invalid(fmt::format("'{}' is too much: {} takes options only; see {} --help",
                               text::shown(value), command_, command_));
  }
  if (value.empty()) return invalid("an argument is empty", rest_.shown.name);
  if (rest_.into->size() == rest_.count.most) {
    return invalid(
        fmt::format("at most {} allowed; '{}' is one more", rest_.count.most, text::shown(value)),
        rest_.shown.name);
  }
  rest_.into->emplace_back(value);
  return {};
}

Result<> Settings::set(std::string_view name, std::string_view value, std::string where) {
  const auto index = find(name, "");
  if (!index) return invalid(index.error().what, std::move(where));
  return give(*index, value, fmt::format("{}: {}", where, name));
}

Result<> Settings::give(std::size_t index, std::string_view value, const std::string& where) {
  Slot& slot = slots_[index];
  if (slot.given_by == source_ && !declared_[index].repeated)
    return invalid("given twice; give it once", where);
  slot.given_by = source_;
  const Result<> taken = slot.take(value);
  if (!taken) return fail(taken.error().kind, taken.error().what, where);
  return {};
}

Result<> Settings::check_complete() const {
  for (std::size_t i = 0; i < declared_.size(); ++i) {
    const Setting& setting = declared_[i];
    if (!setting.required || slots_[i].given_by != 0) continue;
    return invalid(fmt::format("--{} {} is missing ({}); see {} --help", setting.name, setting.form,
                               setting.help, command_));
  }
  if (rest_.into != nullptr && rest_.into->size() < rest_.count.least) {
    return invalid(fmt::format("{} is missing ({}); see {} --help", rest_.shown.name,
                               rest_.shown.help, command_));
  }
  return {};
}

// `prefix` is what stands before a name where the person wrote it: dashes or nothing.
Result<std::size_t> Settings::find(std::string_view name, std::string_view prefix) const {
  const auto found = std::ranges::find(declared_, name, &Setting::name);
  if (found != declared_.end()) return static_cast<std::size_t>(found - declared_.begin());
  std::vector<std::string_view> names{"help"};
  for (const Setting& setting : declared_) names.push_back(setting.name);
  const auto meant = nearest(name, names);
  return invalid(fmt::format("unknown {} '{}{}'{}; see {} --help",
                             prefix.empty() ? "setting" : "option", prefix, text::shown(name),
                             meant ? fmt::format("; did you mean '{}{}'?", prefix, *meant) : "",
                             command_));
}

}  // namespace haidang
