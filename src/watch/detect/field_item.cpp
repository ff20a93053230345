#include "watch/detect/field_item.hpp"

#include <array>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "watch/detect/cidr.hpp"
#include "watch/detect/number.hpp"
#include "watch/detect/regex.hpp"
#include "watch/detect/variants.hpp"

namespace haidang::detect {
namespace {

enum class Kind : std::uint8_t { text, regex, cidr, exists, number, fieldref };

// The modifiers of one item, read.
struct Reading {
  Kind kind = Kind::text;
  bool before = false;  // contains, endswith: anything may stand before
  bool after = false;   // contains, startswith
  bool all = false;
  bool cased = false;
  bool windash = false;
  bool expand = false;
  bool neq = false;
  std::string regex_flags{};
  std::vector<Encoding> encodings{};
  Compare compare = Compare::eq;
  TimePart part = TimePart::none;
  bool clash = false;  // two ways to compare

  // What is said twice the same is said once; what is said twice differently clashes.
  template <class T>
  void settle(T& own, T unsaid, T said) {
    clash = clash || (own != unsaid && own != said);
    own = said;
  }
  void is(Kind said) { settle(kind, Kind::text, said); }
  void is(Compare said) { is(Kind::number), settle(compare, Compare::eq, said); }
  void is(TimePart said) { is(Kind::number), settle(part, TimePart::none, said); }
};

struct Modifier {
  std::string_view name;
  void (*apply)(Reading&);
};

constexpr std::array modifiers{
    Modifier{"contains", [](Reading& r) { r.before = r.after = true; }},
    Modifier{"startswith", [](Reading& r) { r.after = true; }},
    Modifier{"endswith", [](Reading& r) { r.before = true; }},
    Modifier{"all", [](Reading& r) { r.all = true; }},
    Modifier{"cased", [](Reading& r) { r.cased = true; }},
    Modifier{"windash", [](Reading& r) { r.windash = true; }},
    Modifier{"expand", [](Reading& r) { r.expand = true; }},
    Modifier{"neq", [](Reading& r) { r.neq = true; }},
    Modifier{"re", [](Reading& r) { r.is(Kind::regex); }},
    Modifier{"i", [](Reading& r) { r.regex_flags += 'i'; }},
    Modifier{"m", [](Reading& r) { r.regex_flags += 'm'; }},
    Modifier{"s", [](Reading& r) { r.regex_flags += 's'; }},
    Modifier{"cidr", [](Reading& r) { r.is(Kind::cidr); }},
    Modifier{"exists", [](Reading& r) { r.is(Kind::exists); }},
    Modifier{"fieldref", [](Reading& r) { r.is(Kind::fieldref); }},
    Modifier{"gt", [](Reading& r) { r.is(Compare::gt); }},
    Modifier{"gte", [](Reading& r) { r.is(Compare::gte); }},
    Modifier{"lt", [](Reading& r) { r.is(Compare::lt); }},
    Modifier{"lte", [](Reading& r) { r.is(Compare::lte); }},
    Modifier{"minute", [](Reading& r) { r.is(TimePart::minute); }},
    Modifier{"hour", [](Reading& r) { r.is(TimePart::hour); }},
    Modifier{"day", [](Reading& r) { r.is(TimePart::day); }},
    Modifier{"week", [](Reading& r) { r.is(TimePart::week); }},
    Modifier{"month", [](Reading& r) { r.is(TimePart::month); }},
    Modifier{"year", [](Reading& r) { r.is(TimePart::year); }},
    Modifier{"utf16le", [](Reading& r) { r.encodings.push_back(Encoding::utf16le); }},
    Modifier{"wide", [](Reading& r) { r.encodings.push_back(Encoding::utf16le); }},
    Modifier{"utf16be", [](Reading& r) { r.encodings.push_back(Encoding::utf16be); }},
    Modifier{"utf16", [](Reading& r) { r.encodings.push_back(Encoding::utf16); }},
    Modifier{"base64", [](Reading& r) { r.encodings.push_back(Encoding::base64); }},
    Modifier{"base64offset", [](Reading& r) { r.encodings.push_back(Encoding::base64offset); }},
};

// What may not stand together, and how to mend it.
struct Conflict {
  bool (*present)(const Reading&);
  std::string_view mend;
};

bool places(const Reading& r) { return r.before || r.after; }
bool shapes_text(const Reading& r) { return r.windash || !r.encodings.empty(); }

constexpr std::array conflicts{
    Conflict{[](const Reading& r) { return r.clash; },
             "re, cidr, exists, fieldref, gt, gte, lt, lte and the parts of a date are ways to "
             "compare; choose one, or a part of a date with one of gt, gte, lt, lte"},
    Conflict{[](const Reading& r) { return !r.regex_flags.empty() && r.kind != Kind::regex; },
             "i, m and s belong to 're'"},
    Conflict{[](const Reading& r) { return r.kind == Kind::regex && (places(r) || r.cased); },
             "a regular expression says itself where it fits, and with 're|i' whether case counts"},
    Conflict{[](const Reading& r) { return r.kind != Kind::text && shapes_text(r); },
             "windash, utf16, wide and base64 work on plain text only"},
    Conflict{[](const Reading& r) {
               return places(r) && r.kind != Kind::text && r.kind != Kind::fieldref;
             },
             "contains, startswith and endswith work on text and on fieldref only"},
    Conflict{[](const Reading& r) {
               return r.cased && r.kind != Kind::text && r.kind != Kind::fieldref;
             },
             "cased works on text and on fieldref only"},
    Conflict{
        [](const Reading& r) { return r.kind == Kind::exists && (r.all || r.neq || r.expand); },
        "exists stands alone: true or false"},
    Conflict{[](const Reading& r) { return r.neq && r.compare != Compare::eq; },
             "neq and gt, gte, lt, lte exclude each other"},
};

// A value on its way: literal bytes may come out of an encoding, so no more wildcards then.
using Patterns = std::vector<Pattern>;

class Item {
 public:
  Item(const yaml::Node& node, std::string_view file, const Placeholders& placeholders,
       std::vector<Test>& tests)
      : node_(node), file_(file), placeholders_(placeholders), tests_(tests) {}

  Result<Expr> read() {
    TRY_VOID(read_key());
    if (node_.is_mapping()) return refuse("a field's value must be text or a list, no mapping");
    if (node_.is_sequence() && node_.items.empty()) return refuse("the list of values is empty");
    Expr expr{.kind = reading_.all ? Expr::Kind::all : Expr::Kind::any, .test = 0, .items = {}};
    if (node_.is_scalar()) {
      TRY(Expr one, value(node_));
      expr.items.push_back(std::move(one));
    }
    for (const auto& item : node_.items) {
      if (!item.is_scalar()) return refuse("a list of values holds text and numbers only", item);
      TRY(Expr one, value(item));
      expr.items.push_back(std::move(one));
    }
    if (!reading_.neq) return simplify(std::move(expr));
    return differs(std::move(expr));
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(std::string what) const {
    return refuse(std::move(what), node_);
  }
  [[nodiscard]] std::unexpected<Error> refuse(std::string what, const yaml::Node& at) const {
    return invalid(fmt::format("'{}': {}", node_.key, what), yaml::place(file_, at));
  }

  Result<> read_key() {
    std::string_view rest = node_.key;
    const auto bar = rest.find('|');
    field_ = rest.substr(0, bar);
    while (rest.find('|') != std::string_view::npos) {
      rest.remove_prefix(rest.find('|') + 1);
      const auto name = rest.substr(0, rest.find('|'));
      const auto known = std::ranges::find(modifiers, name, &Modifier::name);
      if (known == modifiers.end())
        return refuse(fmt::format("unknown modifier '{}'; known are {}", name, names()));
      known->apply(reading_);
    }
    for (const auto& conflict : conflicts)
      if (conflict.present(reading_))
        return refuse(fmt::format("these modifiers exclude each other: {}", conflict.mend));
    return {};
  }

  static std::string names() {
    std::vector<std::string_view> all;
    all.reserve(modifiers.size());
    for (const auto& modifier : modifiers) all.push_back(modifier.name);
    return fmt::format("{}", fmt::join(all, ", "));
  }

  Result<Expr> value(const yaml::Node& node) {
    if (node.is_null()) {
      if (reading_.kind != Kind::text || places(reading_) || shapes_text(reading_))
        return refuse("null goes with no modifier but neq and all", node);
      return field_.empty() ? Result<Expr>(refuse("a keyword cannot be null", node))
                            : add({.field = field_, .op = Test::Op::null});
    }
    if (!reading_.expand) return plain_value(node.text, node);
    TRY(auto texts, expanded(node));
    Expr any{.kind = Expr::Kind::any, .test = 0, .items = {}};
    for (const auto& text : texts) {
      TRY(Expr one, plain_value(text, node));
      any.items.push_back(std::move(one));
    }
    return any;
  }

  Result<std::vector<std::string>> expanded(const yaml::Node& node) const {
    std::vector<std::string> ways{node.text};
    for (;;) {
      const std::string& first = ways.front();
      const auto open = first.find('%');
      const auto close = open == std::string::npos ? open : first.find('%', open + 1);
      if (close == std::string::npos) return ways;
      const std::string name = first.substr(open + 1, close - open - 1);
      const auto known = placeholders_.find(name);
      if (known == placeholders_.end() || known->second.empty())
        return refuse(fmt::format("%{}% has no values: give them in a placeholders file", name),
                      node);
      std::vector<std::string> more;
      for (const auto& way : ways)
        for (const auto& text : known->second) more.push_back(replaced(way, name, text));
      if (more.size() > most_variants) return refuse("its placeholders give too many values", node);
      ways = std::move(more);
    }
  }

  static std::string replaced(std::string text, const std::string& name, const std::string& by) {
    const std::string mark = "%" + name + "%";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
      text.replace(at, mark.size(), by);
    return text;
  }

  Result<Expr> plain_value(const std::string& text, const yaml::Node& node) {
    switch (reading_.kind) {
      case Kind::text: return text_value(text, node);
      case Kind::regex: return regex_value(text, node);
      case Kind::cidr:
        if (!Cidr::parse(text)) return refuse(fmt::format("'{}' is no address range", text), node);
        return add({.field = field_, .op = Test::Op::cidr, .text = text});
      case Kind::exists: return exists_value(text, node);
      case Kind::number: return number_value(text, node);
      case Kind::fieldref:
        return add({.field = field_,
                    .op = Test::Op::fieldref,
                    .cased = reading_.cased,
                    .text = text,
                    .place = place()});
    }
    return refuse("no way to read its value", node);
  }

  [[nodiscard]] Place place() const {
    if (reading_.before && reading_.after) return Place::inside;
    if (reading_.after) return Place::start;
    return reading_.before ? Place::end : Place::whole;
  }

  Result<Expr> text_value(const std::string& text, const yaml::Node& node) {
    Patterns patterns{Pattern::parse(text)};
    if (reading_.windash) {
      patterns = with_dashes(patterns.front());
      if (patterns.empty()) return refuse("too many dashes for windash", node);
    }
    for (const Encoding encoding : reading_.encodings) {
      TRY(patterns, encoded(patterns, encoding, node));
    }
    Expr any{.kind = Expr::Kind::any, .test = 0, .items = {}};
    for (const auto& pattern : patterns) {
      const bool keyword = field_.empty();
      const auto placed = pattern.surrounded(reading_.before || keyword, reading_.after || keyword);
      if (keyword && placed.literal().empty()) return refuse("a keyword cannot be empty", node);
      any.items.push_back(add({.field = field_, .cased = reading_.cased, .pattern = placed}));
    }
    return simplify(std::move(any));
  }

  Result<Patterns> encoded(const Patterns& patterns, Encoding encoding,
                           const yaml::Node& node) const {
    Patterns out;
    for (const auto& pattern : patterns) {
      if (pattern.has_wildcard() || pattern.literal().empty())
        return refuse("an encoded value needs text without wildcards", node);
      for (const auto& bytes : encode(encoding, std::string(pattern.literal())))
        out.push_back(Pattern::literal(bytes));
    }
    return out;
  }

  Result<Expr> regex_value(const std::string& text, const yaml::Node& node) {
    const std::string whole = with_flags(text, reading_.regex_flags);
    if (const auto compiled = compile_regex(whole); !compiled)
      return refuse(compiled.error().what, node);
    return add({.field = field_, .op = Test::Op::regex, .text = whole});
  }

  Result<Expr> exists_value(std::string text, const yaml::Node& node) {
    text::casefold(std::string(text), text);
    const bool yes = text == "true" || text == "yes";
    if (!yes && text != "false" && text != "no")
      return refuse(fmt::format("exists is true or false, not '{}'", text), node);
    Expr present = add({.field = field_, .op = Test::Op::exists});
    if (yes) return present;
    return Expr{.kind = Expr::Kind::none, .test = 0, .items = {std::move(present)}};
  }

  Result<Expr> number_value(const std::string& text, const yaml::Node& node) {
    const auto number = number_of<double>(text);
    if (!number) return refuse(fmt::format("'{}' is no number", text), node);
    return add({.field = field_,
                .op = Test::Op::number,
                .compare = reading_.compare,
                .number = *number,
                .part = reading_.part});
  }

  // neq: the field is there and is none of the values (docs/adr/0007).
  Result<Expr> differs(Expr equal) {
    Expr none{.kind = Expr::Kind::none, .test = 0, .items = {}};
    none.items.push_back(std::move(equal));
    Expr both{.kind = Expr::Kind::all, .test = 0, .items = {}};
    both.items.push_back(add({.field = field_, .op = Test::Op::exists}));
    both.items.push_back(std::move(none));
    return both;
  }

  Expr add(Test test) {
    tests_.push_back(std::move(test));
    return {.kind = Expr::Kind::test,
            .test = static_cast<std::uint32_t>(tests_.size() - 1),
            .items = {}};
  }

  static Expr simplify(Expr expr) {
    if (expr.items.size() != 1) return expr;
    Expr only = std::move(expr.items.front());
    return only;
  }

  const yaml::Node& node_;
  std::string_view file_;
  const Placeholders& placeholders_;
  std::vector<Test>& tests_;
  std::string field_;
  Reading reading_;
};

}  // namespace

Result<Expr> parse_field_item(const yaml::Node& item, std::string_view file,
                              const Placeholders& placeholders, std::vector<Test>& tests) {
  return Item(item, file, placeholders, tests).read();
}

}  // namespace haidang::detect
