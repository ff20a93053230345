#include "record/notify/wording.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace haidang::notify {
namespace {

constexpr std::size_t longest_name = 64;
constexpr int deepest_value = 8;
constexpr std::size_t longest_list = 100;

std::string in_braces(std::string_view name) { return fmt::format("{{{{{}}}}}", name); }

bool word(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::ranges::all_of(text, fits);
}

Result<> refuse_secrets(const json::value& value, int depth) {
  if (depth > deepest_value) return invalid("a value of a notice is nested too deep");
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) TRY_VOID(refuse_secrets(item, depth + 1));
  }
  const auto* object = value.if_object();
  if (object == nullptr) return {};
  const auto* secret = object->if_contains("secret");
  if (secret != nullptr && *secret != json::value(false)) {
    return fail(Error::Kind::denied, "secret content cannot be put into a notice");
  }
  for (const auto& [key, item] : *object) TRY_VOID(refuse_secrets(item, depth + 1));
  return {};
}

Result<std::string> shown_value(const json::value& value, Language language, int depth);

Result<std::string> shown_list(const json::array& list, Language language, int depth) {
  if (depth > 0 || list.size() > longest_list) return invalid("is a list too long or too deep");
  std::string out;
  for (const auto& item : list) {
    TRY(const std::string text, shown_value(item, language, depth + 1));
    out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

// A label holds both languages and nothing else but "secret": false.
Result<std::string> shown_label(const json::object& label, Language language) {
  for (const auto& [key, text] : label) {
    const bool known = (key == "vi" || key == "en") && text.is_string();
    if (!known && key != "secret") return invalid("is an object, but not a label {vi, en}");
  }
  const auto* text = label.if_contains(language == Language::vi ? "vi" : "en");
  if (text == nullptr) return invalid("is a label that lacks a language");
  return std::string(text->get_string());
}

Result<std::string> shown_value(const json::value& value, Language language, int depth) {
  switch (value.kind()) {
    case json::kind::string: return std::string(value.get_string());
    case json::kind::int64: return std::to_string(value.get_int64());
    case json::kind::uint64: return std::to_string(value.get_uint64());
    case json::kind::bool_:
      if (language == Language::vi) return value.get_bool() ? "có" : "không";
      return value.get_bool() ? "yes" : "no";
    case json::kind::object: return shown_label(value.get_object(), language);
    case json::kind::array: return shown_list(value.get_array(), language, depth);
    case json::kind::null: return invalid("is empty");
    case json::kind::double_: return invalid("is a fraction: give it as text");
  }
  return invalid("is of no kind that is known");
}

}  // namespace

bool well_named(std::string_view name, bool dotted) {
  if (name.size() > longest_name) return false;
  while (dotted && name.find('.') != name.npos) {
    if (!word(name.substr(0, name.find('.')))) return false;
    name.remove_prefix(name.find('.') + 1);
  }
  return word(name);
}

Result<Wording> split_wording(std::string_view text) {
  Wording pieces;
  for (;;) {
    const auto open = text.find("{{");
    const std::string_view fixed = text.substr(0, open);
    if (fixed.find("}}") != fixed.npos) return invalid("'}}' without '{{' before it");
    if (!fixed.empty()) pieces.push_back({std::string(fixed), false});
    if (open == text.npos) return pieces;
    text.remove_prefix(open + 2);
    const auto close = text.find("}}");
    if (close == text.npos) return invalid("'{{' is not closed by '}}'");
    const std::string_view name = text.substr(0, close);
    if (!well_named(name, false)) {
      return invalid(fmt::format("{} names no value: write {}", in_braces(text::shown(name)),
                                 in_braces("name_of_value")));
    }
    pieces.push_back({std::string(name), true});
    text.remove_prefix(close + 2);
  }
}

Result<> refuse_secrets(const json::value& value) { return refuse_secrets(value, 0); }

Result<std::string> value_text(std::string_view name, const json::object& values,
                               Language language) {
  const auto* value = values.if_contains(name);
  if (value == nullptr) return invalid(fmt::format("value '{}' is missing", name));
  auto shown = shown_value(*value, language, 0);
  if (!shown) return invalid(fmt::format("value '{}' {}", name, shown.error().what));
  return text::clip(text::repair_utf8(*shown).text, longest_value);
}

Result<std::vector<SmsPart>> fill_wording(const Wording& wording, const json::object& values,
                                          Language language) {
  std::vector<SmsPart> parts;
  for (const Piece& piece : wording) {
    if (!piece.is_value) {
      parts.push_back({SmsPart::Kind::fixed, piece.text});
      continue;
    }
    TRY(std::string text, value_text(piece.text, values, language));
    const bool link = piece.text == link_value;
    parts.push_back({link ? SmsPart::Kind::link : SmsPart::Kind::value, std::move(text)});
  }
  return parts;
}

}  // namespace haidang::notify
