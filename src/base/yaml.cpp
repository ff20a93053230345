#include "base/yaml.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <yaml.h>

namespace haidang::yaml {
namespace {

// A libyaml event, freed where it ends.
class Token {
 public:
  Token() = default;
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  ~Token() { yaml_event_delete(&event_); }

  bool next(yaml_parser_t& parser) { return yaml_parser_parse(&parser, &event_) != 0; }
  [[nodiscard]] yaml_event_type_t type() const { return event_.type; }
  [[nodiscard]] const yaml_event_t& get() const { return event_; }
  [[nodiscard]] std::uint32_t line() const {
    return static_cast<std::uint32_t>(event_.start_mark.line) + 1;
  }

 private:
  yaml_event_t event_{};
};

std::string text_of(const yaml_char_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}
std::string text_of(const yaml_char_t* zero_ended) {
  return zero_ended == nullptr ? std::string() : reinterpret_cast<const char*>(zero_ended);
}

std::size_t count(const Node& node) {
  std::size_t nodes = 1;
  for (const auto& item : node.items) nodes += count(item);
  return nodes;
}

class Loader {
 public:
  Loader(std::string_view text, std::string_view file, const Limits& limits)
      : file_(file), limits_(limits) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  ~Loader() { yaml_parser_delete(&parser_); }

  Result<std::vector<Node>> documents() {
    std::vector<Node> found;
    for (;;) {
      Token token;
      TRY_VOID(next(token));
      switch (static_cast<int>(token.type())) {
        case YAML_STREAM_END_EVENT: return found;
        case YAML_DOCUMENT_START_EVENT: {
          anchors_.clear();
          nodes_ = 0;
          Token root;
          TRY_VOID(next(root));
          TRY(Node node, load(root, 0));
          if (!node.is_null()) found.push_back(std::move(node));
          break;
        }
        default: break;
      }
    }
  }

 private:
  Result<> next(Token& token) {
    if (token.next(parser_)) return {};
    const auto line = std::max(parser_.problem_mark.line, parser_.context_mark.line) + 1;
    return invalid(fmt::format("not readable as YAML: {}",
                               parser_.problem == nullptr ? "bad encoding" : parser_.problem),
                   fmt::format("{}:{}", file_, line));
  }

  [[nodiscard]] std::unexpected<Error> refuse(std::string what, std::uint32_t line) const {
    return invalid(std::move(what), fmt::format("{}:{}", file_, line));
  }

  Result<Node> load(const Token& token, std::uint32_t depth) {
    if (depth > limits_.deepest)
      return refuse(fmt::format("nested deeper than {} levels", limits_.deepest), token.line());
    if (++nodes_ > limits_.most_nodes)
      return refuse(fmt::format("more than {} parts in one document", limits_.most_nodes),
                    token.line());
    switch (static_cast<int>(token.type())) {
      case YAML_SCALAR_EVENT: return scalar(token);
      case YAML_SEQUENCE_START_EVENT: return sequence(token, depth);
      case YAML_MAPPING_START_EVENT: return mapping(token, depth);
      case YAML_ALIAS_EVENT: return alias(token);
      default: return refuse("a value was expected", token.line());
    }
  }

  Result<Node> scalar(const Token& token) {
    const auto& data = token.get().data.scalar;
    Node node{.kind = Node::Kind::scalar,
              .plain = data.style == YAML_PLAIN_SCALAR_STYLE,
              .line = token.line(),
              .text = text_of(data.value, data.length)};
    remember(data.anchor, node);
    return node;
  }

  Result<Node> sequence(const Token& token, std::uint32_t depth) {
    Node node{.kind = Node::Kind::sequence,
              .plain = false,
              .line = token.line(),
              .key = {},
              .text = {},
              .items = {}};
    const std::string anchor = yaml::text_of(token.get().data.sequence_start.anchor);
    for (;;) {
      Token item;
      TRY_VOID(next(item));
      if (item.type() == YAML_SEQUENCE_END_EVENT) break;
      TRY(Node loaded, load(item, depth + 1));
      node.items.push_back(std::move(loaded));
    }
    if (!anchor.empty()) anchors_[anchor] = node;
    return node;
  }

  Result<Node> mapping(const Token& token, std::uint32_t depth) {
    Node node{.kind = Node::Kind::mapping,
              .plain = false,
              .line = token.line(),
              .key = {},
              .text = {},
              .items = {}};
    const std::string anchor = yaml::text_of(token.get().data.mapping_start.anchor);
    for (;;) {
      Token key;
      TRY_VOID(next(key));
      if (key.type() == YAML_MAPPING_END_EVENT) break;
      TRY(Node item, entry(key, depth));
      if (node.find(item.key) != nullptr)
        return refuse(fmt::format("'{}' stands twice in one mapping", item.key), key.line());
      node.items.push_back(std::move(item));
    }
    if (!anchor.empty()) anchors_[anchor] = node;
    return node;
  }

  Result<Node> entry(const Token& key, std::uint32_t depth) {
    if (key.type() != YAML_SCALAR_EVENT)
      return refuse("a key must be plain text, no list or mapping", key.line());
    Token value;
    TRY_VOID(next(value));
    TRY(Node item, load(value, depth + 1));
    const auto& data = key.get().data.scalar;
    item.key = text_of(data.value, data.length);
    item.line = key.line();
    return item;
  }

  Result<Node> alias(const Token& token) {
    const auto name = yaml::text_of(token.get().data.alias.anchor);
    const auto known = anchors_.find(name);
    if (known == anchors_.end())
      return refuse(fmt::format("*{} stands for nothing: no &{} before it", name, name),
                    token.line());
    nodes_ += count(known->second);
    if (nodes_ > limits_.most_nodes)
      return refuse(fmt::format("its aliases grow to more than {} parts", limits_.most_nodes),
                    token.line());
    return known->second;
  }

  void remember(const yaml_char_t* anchor, const Node& node) {
    if (anchor != nullptr) anchors_[yaml::text_of(anchor)] = node;
  }

  yaml_parser_t parser_{};
  std::string_view file_;
  const Limits& limits_;
  std::map<std::string, Node> anchors_;
  std::size_t nodes_ = 0;
};

}  // namespace

bool Node::is_null() const {
  return is_scalar() && plain &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

const Node* Node::find(std::string_view name) const {
  if (!is_mapping()) return nullptr;
  const auto found = std::ranges::find(items, name, &Node::key);
  return found == items.end() ? nullptr : &*found;
}

std::string_view Node::text_of(std::string_view name) const {
  const Node* node = find(name);
  return node != nullptr && node->is_scalar() && !node->is_null() ? std::string_view(node->text)
                                                                  : std::string_view();
}

std::vector<std::string> Node::texts() const {
  if (is_scalar()) return is_null() ? std::vector<std::string>() : std::vector{text};
  std::vector<std::string> found;
  for (const auto& item : items)
    if (item.is_scalar()) found.push_back(item.text);
  return found;
}

Result<std::vector<Node>> parse(std::string_view text, std::string_view file,
                                const Limits& limits) {
  if (text.size() > limits.most_bytes)
    return invalid(
        fmt::format("{} bytes are more than the {} allowed", text.size(), limits.most_bytes),
        std::string(file));
  return Loader(text, file, limits).documents();
}

std::string place(std::string_view file, const Node& node) {
  return fmt::format("{}:{}", file, node.line);
}

}  // namespace haidang::yaml
