#include "report.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "base/json_text.hpp"

namespace haidang::bench {
namespace {

std::string bar_of(const Figure& figure) {
  if (!figure.bar) return "";
  return fmt::format("{} {:g}  {}", figure.at_most ? "≤" : "≥", *figure.bar,
                     figure.reached() ? "reached" : "NOT REACHED");
}

std::string json_of(const Figure& figure) {
  std::string out = R"({"name":)";
  append_json_string(out, figure.name);
  out += fmt::format(R"(,"value":{:.6g},"unit":)", figure.value);
  append_json_string(out, figure.unit);
  if (figure.bar) out += fmt::format(R"(,"bar":{:g},"reached":{})", *figure.bar, figure.reached());
  if (!figure.note.empty()) {
    out += R"(,"note":)";
    append_json_string(out, figure.note);
  }
  return out + "}";
}

}  // namespace

void Report::add(Figure figure) {
  fmt::print("{:<10} {:<46} {:>12.4g} {:<12} {:<22} {}\n", figure.group, figure.name, figure.value,
             figure.unit, bar_of(figure), figure.note);
  std::fflush(stdout);
  figures_.push_back(std::move(figure));
}

void Report::skip(const std::string& group, const std::string& why) {
  fmt::print("{:<10} SKIPPED: {}\n", group, why);
}

bool Report::write(const std::string& directory) const {
  std::filesystem::create_directories(directory);
  std::map<std::string, std::string> groups;
  for (const auto& figure : figures_) {
    auto& text = groups[figure.group];
    text += (text.empty() ? "[\n" : ",\n") + json_of(figure);
  }
  for (const auto& [group, text] : groups) {
    std::ofstream file(directory + "/" + group + ".json");
    file << text << "\n]\n";
    if (!file) return false;
  }
  return true;
}

}  // namespace haidang::bench
