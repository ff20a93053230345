#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "base/yaml.hpp"
#include "record/notify/notify.hpp"
#include "record/notify/wording.hpp"

namespace haidang::notify {
namespace {

constexpr std::size_t most_file_bytes = 1U << 20;
constexpr std::size_t longest_subject = 200;  // columns
constexpr std::size_t longest_body = 16'384;
constexpr std::size_t most_values = 50;
constexpr yaml::Limits yaml_limits{
    .most_nodes = 20'000, .deepest = 8, .most_bytes = most_file_bytes};

struct Words {
  Wording subject, body, sms;
};
struct Template {
  std::string place;
  std::vector<std::string> values{};
  std::array<Words, 2> in{};  // by Language
};
using ByName = std::map<std::string, Template, std::less<>>;

struct LanguageName {
  std::string_view name;
  Language language;
};
constexpr std::array languages{LanguageName{"vi", Language::vi}, LanguageName{"en", Language::en}};

// Which part of a template, and what holds for it.
struct Part {
  std::string_view name;
  Wording Words::* into;
  bool single_line;
  std::size_t longest;
};
constexpr std::array parts{
    Part{"subject", &Words::subject, true, longest_subject},
    Part{"body", &Words::body, false, longest_body},
    Part{"sms", &Words::sms, true, longest_body},
};

struct Reader {
  std::string_view file;

  [[nodiscard]] std::unexpected<Error> refuse(const yaml::Node& at, std::string what) const {
    return invalid(std::move(what), yaml::place(file, at));
  }
  [[nodiscard]] Result<> only(const yaml::Node& mapping,
                              std::initializer_list<std::string_view> allowed) const;
  [[nodiscard]] Result<std::string> value_name(const yaml::Node& item) const;
  [[nodiscard]] Result<std::vector<std::string>> values(const yaml::Node& owner) const;
  [[nodiscard]] Result<> check_names(const yaml::Node& at, const Wording& wording,
                                     const std::vector<std::string>& values) const;
  [[nodiscard]] Result<> check_sms(const yaml::Node& at, const Wording& wording) const;
  [[nodiscard]] Result<Wording> wording(const yaml::Node& words, const Part& part,
                                        const std::vector<std::string>& values) const;
  [[nodiscard]] Result<Words> words(const yaml::Node& owner, std::string_view language,
                                    const std::vector<std::string>& values) const;
  [[nodiscard]] Result<Template> read(const yaml::Node& node) const;
  [[nodiscard]] Result<> document(const yaml::Node& root, ByName& into) const;
};

Result<> Reader::only(const yaml::Node& mapping,
                      std::initializer_list<std::string_view> allowed) const {
  for (const auto& item : mapping.items) {
    if (std::ranges::find(allowed, item.key) != allowed.end()) continue;
    return refuse(item, fmt::format("unknown key '{}'; known are {}", text::shown(item.key),
                                    fmt::join(allowed, ", ")));
  }
  return {};
}

Result<std::string> Reader::value_name(const yaml::Node& item) const {
  if (item.is_mapping() && item.find("secret") != nullptr) {
    return refuse(item, "a secret value cannot stand in a notice: take it out");
  }
  if (!item.is_scalar() || !well_named(item.text, false)) {
    return refuse(item, "the name of a value is a word of a-z, 0-9 and '_'");
  }
  if (item.text == link_value) {
    return refuse(item, "'link' is always there: take it out of values");
  }
  return item.text;
}

Result<std::vector<std::string>> Reader::values(const yaml::Node& owner) const {
  std::vector<std::string> names;
  const auto* list = owner.find("values");
  if (list == nullptr || !list->is_sequence()) {
    return refuse(owner,
                  fmt::format("'{}' needs values: a list of names ([] for none)", owner.key));
  }
  if (list->items.size() > most_values) return refuse(*list, "more than 50 values");
  for (const auto& item : list->items) {
    TRY(std::string name, value_name(item));
    if (std::ranges::find(names, name) != names.end()) {
      return refuse(item, fmt::format("value '{}' is listed twice", name));
    }
    names.push_back(std::move(name));
  }
  return names;
}

Result<> Reader::check_names(const yaml::Node& at, const Wording& wording,
                             const std::vector<std::string>& values) const {
  const std::vector<std::string_view> known(values.begin(), values.end());
  for (const Piece& piece : wording) {
    if (!piece.is_value || piece.text == link_value) continue;
    if (std::ranges::find(values, piece.text) != values.end()) continue;
    return refuse(at, fmt::format("{{{{{}}}}} is not listed in values{}", piece.text,
                                  did_you_mean(piece.text, known)));
  }
  return {};
}

Result<> Reader::check_sms(const yaml::Node& at, const Wording& wording) const {
  std::size_t letters = 0;
  for (const Piece& piece : wording)
    if (!piece.is_value) letters += without_marks(piece.text).size();
  if (letters <= longest_sms) return {};
  return refuse(at, fmt::format("the fixed text of the SMS has {} letters; at most {} fit", letters,
                                longest_sms));
}

bool clean(std::string_view text, bool single_line) {
  return (single_line ? one_line(text) : several_lines(text)) == text;
}

Result<Wording> Reader::wording(const yaml::Node& words, const Part& part,
                                const std::vector<std::string>& values) const {
  const auto* node = words.find(part.name);
  if (node == nullptr || !node->is_scalar() || node->text.empty()) {
    return refuse(words, fmt::format("'{}' needs {}: a text", words.key, part.name));
  }
  std::string_view text = node->text;
  while (part.single_line && text.ends_with('\n')) text.remove_suffix(1);
  if (text::columns(text) > part.longest) {
    return refuse(*node, fmt::format("{} is longer than {} letters", part.name, part.longest));
  }
  if (!clean(text, part.single_line)) {
    return refuse(*node, part.single_line ? fmt::format("{} is one line of plain text", part.name)
                                          : fmt::format("{} holds a control character", part.name));
  }
  auto split = split_wording(text);
  if (!split) return refuse(*node, split.error().what);
  TRY_VOID(check_names(*node, *split, values));
  if (part.name == "sms") TRY_VOID(check_sms(*node, *split));
  return split;
}

Result<Words> Reader::words(const yaml::Node& owner, std::string_view language,
                            const std::vector<std::string>& values) const {
  const auto* node = owner.find(language);
  if (node == nullptr || !node->is_mapping()) {
    return refuse(owner, fmt::format("'{}' has no text in '{}': both vi and en are needed",
                                     owner.key, language));
  }
  TRY_VOID(only(*node, {"subject", "body", "sms"}));
  Words words;
  for (const Part& part : parts) {
    TRY(words.*(part.into), wording(*node, part, values));
  }
  return words;
}

bool uses(const Template& made, const std::string& value) {
  const auto in = [&](const Wording& wording) {
    return std::ranges::any_of(
        wording, [&](const Piece& piece) { return piece.is_value && piece.text == value; });
  };
  return std::ranges::any_of(made.in, [&](const Words& words) {
    return in(words.subject) || in(words.body) || in(words.sms);
  });
}

Result<Template> Reader::read(const yaml::Node& node) const {
  if (!well_named(node.key, true)) {
    return refuse(node, fmt::format("'{}' is no name of a template: words of a-z, 0-9 and '_' "
                                    "joined by dots, such as case.opened",
                                    text::shown(node.key)));
  }
  if (!node.is_mapping())
    return refuse(node, fmt::format("'{}' needs values, vi and en", node.key));
  TRY_VOID(only(node, {"values", "vi", "en"}));
  Template made{.place = yaml::place(file, node)};
  TRY(made.values, values(node));
  for (std::size_t i = 0; i < languages.size(); ++i) {
    TRY(made.in.at(i), words(node, languages.at(i).name, made.values));
  }
  for (const auto& value : made.values) {
    if (uses(made, value)) continue;
    return refuse(*node.find("values"), fmt::format("value '{}' is used by no text", value));
  }
  return made;
}

Result<> Reader::document(const yaml::Node& root, ByName& into) const {
  if (!root.is_mapping()) return refuse(root, "a file of notices maps names to templates");
  for (const auto& node : root.items) {
    TRY(Template made, read(node));
    const auto [at, added] = into.try_emplace(node.key, std::move(made));
    if (added) continue;
    return refuse(node,
                  fmt::format("template '{}' stands already at {}", node.key, at->second.place));
  }
  return {};
}

Result<> read_into(std::string_view yaml, std::string_view file, ByName& into) {
  TRY(const auto documents, yaml::parse(yaml, file, yaml_limits));
  for (const auto& root : documents) TRY_VOID((Reader{file}.document(root, into)));
  return {};
}

Result<Language> language_called(std::string_view name) {
  const auto found = std::ranges::find(languages, name, &LanguageName::name);
  if (found != languages.end()) return found->language;
  return invalid(fmt::format("'{}' is no language of notices: vi or en", text::shown(name)));
}

std::string joined(const std::vector<SmsPart>& filled) {
  std::string out;
  for (const auto& part : filled) out += part.text;
  return out;
}

}  // namespace

struct Templates::State {
  ByName by_name;
};

Templates::Templates(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<Templates> Templates::parse(std::string_view yaml, std::string_view file) {
  auto state = std::make_shared<State>();
  TRY_VOID(read_into(yaml, file, state->by_name));
  return Templates(std::move(state));
}

Result<Templates> Templates::load(const std::filesystem::path& dir) {
  TRY(const auto files,
      list_files(dir, {.extensions = {".yml"}, .most_deep = 1, .most_files = 1000}));
  auto state = std::make_shared<State>();
  for (const auto& file : files) {
    TRY(const std::string yaml, read_file(file, most_file_bytes));
    TRY_VOID(read_into(yaml, file.string(), state->by_name));
  }
  if (state->by_name.empty()) return invalid("no notice templates (*.yml) here", dir.string());
  return Templates(std::move(state));
}

std::vector<std::string> Templates::names() const {
  std::vector<std::string> names;
  for (const auto& [name, made] : state_->by_name) names.push_back(name);
  return names;
}

std::vector<std::string> Templates::values_of(std::string_view name) const {
  const auto found = state_->by_name.find(name);
  return found == state_->by_name.end() ? std::vector<std::string>{} : found->second.values;
}

Result<Templates::Text> Templates::fill(std::string_view name, std::string_view language,
                                        const boost::json::object& values) const {
  const auto found = state_->by_name.find(name);
  if (found == state_->by_name.end()) {
    return invalid(fmt::format("no notice template is called '{}'", text::shown(name)));
  }
  TRY(const Language chosen, language_called(language));
  TRY_VOID(refuse_secrets(values));
  const Words& words = found->second.in.at(static_cast<std::size_t>(chosen));
  TRY(const auto subject, fill_wording(words.subject, values, chosen));
  TRY(const auto body, fill_wording(words.body, values, chosen));
  TRY(auto short_one, fill_wording(words.sms, values, chosen));
  return Text{.subject = text::clip(one_line(joined(subject)), longest_subject),
              .body = several_lines(joined(body)),
              .sms = sms(std::move(short_one))};
}

}  // namespace haidang::notify
