#include <vector>

#include <fmt/format.h>

#include "base/settings.hpp"
#include "base/text.hpp"

namespace haidang {
namespace {

constexpr std::size_t widest = 96;
constexpr std::size_t margin = 2;
constexpr std::size_t help_column = 28;

// "--threads N"
std::string usage_of(const Setting& setting) {
  const bool plain = setting.kind == Setting::Kind::flag || setting.form.empty();
  return plain ? "--" + setting.name : fmt::format("--{} {}", setting.name, setting.form);
}

// "threads that match (1..256; default 2)"
std::string explained(const Setting& setting) {
  std::vector<std::string> facts;
  if (setting.required) facts.emplace_back("required");
  if (setting.repeated) facts.emplace_back("may be repeated");
  if (!setting.bounds.empty()) facts.push_back(setting.bounds);
  const bool off = setting.kind == Setting::Kind::flag && setting.standard == "false";
  if (!setting.standard.empty() && !off) facts.push_back("default " + setting.standard);
  return facts.empty() ? setting.help
                       : fmt::format("{} ({})", setting.help, fmt::join(facts, "; "));
}

// Breaks between words, each line after the first indented to the help column.
void append_wrapped(std::string& out, std::string_view words) {
  std::size_t column = help_column;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    const std::size_t width = text::columns(word);
    if (column > help_column && column + 1 + width > widest) {
      out += '\n';
      out.append(help_column, ' ');
      column = help_column;
    }
    if (column > help_column) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  out += '\n';
}

void append_entry(std::string& out, std::string_view usage, std::string_view help) {
  out.append(margin, ' ');
  out += usage;
  const std::size_t used = margin + text::columns(usage);
  if (used + 2 > help_column) {
    out += '\n';
    out.append(help_column, ' ');
  } else {
    out.append(help_column - used, ' ');
  }
  append_wrapped(out, help);
}

// "FILE|-…"
std::string rest_usage(const Setting& rest, std::size_t most) {
  const std::string form = (rest.form.empty() ? rest.name : rest.form) + (most > 1 ? "…" : "");
  return rest.required ? form : "[" + form + "]";
}

}  // namespace

std::string Settings::help() const {
  std::string out = fmt::format("{}: {}\n\nusage: {}", command_, summary_, command_);
  for (const Setting& setting : declared_) {
    if (setting.required) out += " " + usage_of(setting);
  }
  out += " [options]";
  const std::string rest = rest_.into == nullptr ? "" : rest_usage(rest_.shown, rest_.count.most);
  if (!rest.empty()) out += " " + rest;
  out += "\n\n";
  if (!rest.empty()) append_entry(out, rest, rest_.shown.help);
  for (const Setting& setting : declared_) append_entry(out, usage_of(setting), explained(setting));
  append_entry(out, "--help", "this text");
  return out;
}

}  // namespace haidang
