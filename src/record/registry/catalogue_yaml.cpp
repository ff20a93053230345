#include "record/registry/catalogue_yaml.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"

namespace haidang::registry {
namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 8U << 20;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  // "007" is a code, not a number.
  const bool padded = text.size() > 1 && text.front() == '0';
  if (error != std::errc{} || stop != end || padded) return {};
  return number;
}

json::value scalar(const yaml::Node& node) {
  if (node.is_null()) return nullptr;
  if (!node.plain) return json::value(node.text);
  if (node.text == "true" || node.text == "false") return node.text == "true";
  if (const auto number = whole_number(node.text)) return *number;
  return json::value(node.text);
}

}  // namespace

Result<yaml::Node> load_mapping(const std::filesystem::path& file) {
  TRY(const std::string text, read_file(file, most_bytes));
  TRY(auto documents, yaml::parse(text, file.string()));
  if (documents.size() != 1 || !documents.front().is_mapping()) {
    return invalid("is not one mapping of names", file.string());
  }
  return std::move(documents.front());
}

Result<> only_keys(const yaml::Node& node, std::span<const std::string_view> known,
                   std::string_view file) {
  if (!node.is_mapping()) return invalid("a mapping is wanted here", yaml::place(file, node));
  for (const auto& item : node.items) {
    if (std::ranges::find(known, item.key) != known.end()) continue;
    return invalid("unknown key '" + text::shown(item.key) + "'" + did_you_mean(item.key, known),
                   yaml::place(file, item));
  }
  return {};
}

Result<Label> read_label(const yaml::Node& label, std::string_view file) {
  constexpr std::string_view known[] = {"vi", "en"};
  TRY_VOID(only_keys(label, known, file));
  Label read{.vi = std::string(label.text_of("vi")), .en = std::string(label.text_of("en"))};
  if (read.vi.empty() || read.en.empty()) {
    return invalid("a label has two languages, vi and en", yaml::place(file, label));
  }
  return read;
}

Result<Label> label_of(const yaml::Node& node, std::string_view file) {
  const auto* const label = node.find("label");
  if (label == nullptr) {
    return invalid("'" + node.key + "' has no label: {vi: …, en: …}", yaml::place(file, node));
  }
  return read_label(*label, file);
}

Result<bool> flag_of(const yaml::Node& node, std::string_view name, std::string_view file) {
  const auto* const flag = node.find(name);
  if (flag == nullptr) return false;
  if (flag->text != "true" && flag->text != "false") {
    return invalid(std::string(name) + " is true or false", yaml::place(file, *flag));
  }
  return flag->text == "true";
}

json::value to_json(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Node::Kind::scalar: return scalar(node);
    case yaml::Node::Kind::sequence: {
      json::array items;
      for (const auto& item : node.items) items.push_back(to_json(item));
      return items;
    }
    case yaml::Node::Kind::mapping: {
      json::object parts;
      for (const auto& item : node.items) parts[item.key] = to_json(item);
      return parts;
    }
  }
  return nullptr;
}

}  // namespace haidang::registry
