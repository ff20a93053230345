#include "watch/ingest/evtx_json.hpp"

#include "base/json_text.hpp"

namespace haidang::ingest {
namespace {

using event::Kind;
using event::PathId;

class Writer {
 public:
  Writer(const BinXml& tree, std::string& json, event::Event& event, event::Names& names)
      : tree_(tree), json_(json), event_(event), names_(names) {}

  void object_of(const XmlElement& element) {
    json_ += '{';
    member(element, event::Names::root);
    json_ += '}';
  }

 private:
  // <Data Name="x"> is known by x.
  static bool is_named(const XmlElement& element) {
    return element.name == "Data" && !element.attributes.empty() &&
           element.attributes.front().name == "Name" && element.children.empty();
  }
  static std::string_view key_of(const XmlElement& element) {
    return is_named(element) ? element.attributes.front().value.text : element.name;
  }

  void member(const XmlElement& element, PathId parent) {
    const std::string_view key = key_of(element);
    append_json_string(json_, key);
    json_ += ':';
    value(element, names_.child(parent, key));
  }

  void value(const XmlElement& element, PathId path) {
    const bool plain =
        element.children.empty() && (element.attributes.empty() || is_named(element));
    if (plain) return text(element, path);
    json_ += '{';
    attributes(element, path);
    if (!element.values.empty()) {
      comma();
      json_ += "\"#text\":";
      text(element, path);
    }
    children(element, path);
    json_ += '}';
  }

  void attributes(const XmlElement& element, PathId path) {
    if (element.attributes.empty()) return;
    json_ += "\"#attributes\":{";
    const PathId own = names_.child(path, "#attributes");
    for (const auto& attribute : element.attributes) {
      comma();
      append_json_string(json_, attribute.name);
      json_ += ':';
      one(attribute.value, names_.child(own, attribute.name));
    }
    json_ += '}';
  }

  // Neighbours with one name are an array.
  void children(const XmlElement& element, PathId path) {
    const auto& ids = element.children;
    for (std::size_t i = 0; i < ids.size();) {
      const std::string_view key = key_of(tree_.element(ids[i]));
      std::size_t end = i + 1;
      while (end < ids.size() && key_of(tree_.element(ids[end])) == key) ++end;
      comma();
      if (end == i + 1) {
        member(tree_.element(ids[i]), path);
      } else {
        array(element, i, end, path);
      }
      i = end;
    }
  }

  void array(const XmlElement& element, std::size_t begin, std::size_t end, PathId path) {
    const std::string_view key = key_of(tree_.element(element.children[begin]));
    append_json_string(json_, key);
    json_ += ":[";
    for (std::size_t i = begin; i < end; ++i) {
      comma();
      value(tree_.element(element.children[i]), names_.child(path, key));
    }
    json_ += ']';
  }

  void text(const XmlElement& element, PathId path) {
    if (element.values.empty()) {
      json_ += "null";
      event_.add(path, "null", Kind::null);
    } else if (element.values.size() == 1) {
      one(element.values.front(), path);
    } else {
      json_ += '[';
      for (const XmlValue& value : element.values) {
        comma();
        one(value, path);
      }
      json_ += ']';
    }
  }

  void one(const XmlValue& value, PathId path) {
    if (value.kind == Kind::text) {
      append_json_string(json_, value.text);
    } else {
      json_ += value.text;
    }
    event_.add(path, value.text, value.kind);
  }

  void comma() {
    if (json_.back() != '{' && json_.back() != '[') json_ += ',';
  }

  const BinXml& tree_;
  std::string& json_;
  event::Event& event_;
  event::Names& names_;
};

}  // namespace

void write_event(const BinXml& tree, std::string& json, event::Event& event, event::Names& names) {
  json.clear();
  Writer(tree, json, event, names).object_of(tree.element(0));
}

}  // namespace haidang::ingest
