#include "random_rules.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace haidang {
namespace {

constexpr std::string_view atoms[] = {
    "a", "A",  "b", "B",      "ab",     "x", "é", "É", "đ", "Đ",  "\u212A", "k", "s",  "\u017F",
    "-", "\\", "/", "needle", "NEEDLE", ".", " ", "*", "?", "\"", "日本",   "1", "10", "\n"};
constexpr std::string_view numbers[] = {"0", "1", "2.5", "10", "-3", "1e1", "010", "12"};
constexpr std::string_view addresses[] = {"10.0.0.1",        "10.0.1.255",  "192.168.7.7", "::1",
                                          "::ffff:10.0.0.9", "2001:db8::7", "10.0.0",      "a"};
constexpr std::string_view ranges[] = {"10.0.0.0/24", "10.0.0.0/8",    "0.0.0.0/0",
                                       "::1",         "2001:db8::/32", "192.168.7.6/31"};
constexpr std::string_view times[] = {"2026-01-31T17:30:00Z",
                                      "2026-01-31T23:30:00+07:00",
                                      "2024-12-30T01:00:00+07:00",
                                      "Nov 22 02:14:07",
                                      "1700000000",
                                      "soon"};
constexpr std::string_view expressions[] = {
    "a.b",    "^A",       "b$",    "(?i)needle", "k",      "é|ab",   "^$",      "[ab]{2}",
    "a.*b",   "needle.?", "\\\\",  "(?i)ſ",      "^.{3}$", "\\bab",  "needle$", "(?:ab|ba)x",
    "^ab\\n", "[^a]b",    "(?i)K", "x{2,}",      "1.",     "abc|ab", "ab.ab",   "日"};
constexpr std::string_view text_fields[] = {"a", "b", "c", "o.x", "n", "ip"};

std::string random_text(Dice& dice, std::size_t most) {
  std::string text;
  for (std::size_t i = dice.below(most + 1); i > 0; --i) text += dice.of(atoms);
  return text;
}

// --- rules ---------------------------------------------------------------------------------------

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

// Backslashes, stars and question marks among the atoms are wildcards and escapes here.
std::string pattern_value(Dice& dice) { return quoted(random_text(dice, 3)); }

std::string list_of(Dice& dice, std::string (*value)(Dice&)) {
  if (dice.once_in(2)) return value(dice);
  std::vector<std::string> values;
  for (std::size_t i = 1 + dice.below(3); i > 0; --i) values.push_back(value(dice));
  return fmt::format("[{}]", fmt::join(values, ", "));
}

template <class T, std::size_t n>
std::string quoted_of(Dice& dice, const T (&list)[n]) {
  return quoted(dice.of(list));
}

std::string text_item(Dice& dice, std::string_view field) {
  constexpr std::string_view places[] = {"", "|contains", "|startswith", "|endswith"};
  std::string key = fmt::format("{}{}", field, dice.of(places));
  if (dice.once_in(4)) key += "|cased";
  if (dice.once_in(4)) key += "|all";
  if (dice.once_in(5)) key += "|neq";
  if (dice.once_in(6)) key += "|windash";
  return fmt::format("{}: {}", key, list_of(dice, pattern_value));
}

std::string null_item(Dice& dice) {
  return fmt::format("{}{}: {}", dice.of(text_fields), dice.once_in(4) ? "|neq" : "",
                     dice.once_in(2) ? "null" : "[null, \"ab\"]");
}

std::string exists_item(Dice& dice) {
  return fmt::format("{}|exists: {}", dice.of(text_fields), dice.once_in(2));
}

std::string regex_item(Dice& dice) {
  constexpr std::string_view flags[] = {"", "", "|i", "|m", "|s", "|i|m"};
  return fmt::format("{}|re{}: {}", dice.of(text_fields), dice.of(flags),
                     list_of(dice, [](Dice& d) { return quoted_of(d, expressions); }));
}

std::string range_item(Dice& dice) {
  return fmt::format("ip|cidr: {}", list_of(dice, [](Dice& d) { return quoted_of(d, ranges); }));
}

std::string number_item(Dice& dice) {
  constexpr std::string_view compares[] = {"gt", "gte", "lt", "lte"};
  return fmt::format("n|{}: {}", dice.of(compares), dice.below(13));
}

std::string time_item(Dice& dice) {
  constexpr std::string_view parts[] = {"minute: 30", "hour: [0, 1, 2]", "day: 1",
                                        "week: 1",    "month|lt: 6",     "year|gte: 2025"};
  return fmt::format("t|{}", dice.of(parts));
}

std::string reference_item(Dice& dice) {
  constexpr std::string_view places[] = {"", "|contains", "|startswith", "|endswith", "|cased"};
  return fmt::format("{}|fieldref{}: {}", dice.of(text_fields), dice.of(places),
                     dice.of(text_fields));
}

std::string encoded_item(Dice& dice) {
  constexpr std::string_view ways[] = {"base64", "base64offset|contains", "wide|base64", "utf16"};
  return fmt::format("c|{}: ab", dice.of(ways));
}

std::string item(Dice& dice) {
  using Make = std::string (*)(Dice&);
  constexpr Make rest[] = {null_item,   exists_item, regex_item,     range_item,
                           number_item, time_item,   reference_item, encoded_item};
  if (dice.below(3) > 0) return text_item(dice, dice.of(text_fields));
  return dice.of(rest)(dice);
}

std::string items(Dice& dice) {
  std::vector<std::string> all;
  for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
    auto one = item(dice);
    const auto key = one.substr(0, one.find(": "));
    if (std::ranges::none_of(all, [&](const auto& o) { return o.starts_with(key + ": "); }))
      all.push_back(std::move(one));
  }
  return fmt::format("{{{}}}", fmt::join(all, ", "));
}

std::string keyword(Dice& dice, const Flavour& flavour) {
  if (!flavour.short_keywords) return quoted("needle" + random_text(dice, 1));
  return quoted("a" + random_text(dice, 2));
}

std::string keywords(Dice& dice, const Flavour& flavour) {
  const auto one = keyword(dice, flavour);
  switch (dice.below(flavour.short_keywords ? 5 : 4)) {
    case 0: return one;
    case 1: return fmt::format("[{}, {}]", one, keyword(dice, flavour));
    case 2: return fmt::format("{{'|all': [{}, {}]}}", one, keyword(dice, flavour));
    case 3: return fmt::format("{{'|cased': {}}}", one);
    default: return fmt::format("{{'|re': {}}}", quoted_of(dice, expressions));
  }
}

std::string selection(Dice& dice, const Flavour& flavour) {
  if (dice.once_in(8)) return keywords(dice, flavour);
  if (dice.once_in(5)) return fmt::format("[{}, {}]", items(dice), items(dice));
  return items(dice);
}

std::string condition(Dice& dice, int depth) {
  constexpr std::string_view leaves[] = {
      "s0",     "s1", "s2",        "_s3",         "1 of them", "all of s*", "2 of them",
      "1 of *", "s0", "all of s?", "any of them", "1 of s*",   "not s1",    "all of them"};
  if (depth == 0 || dice.once_in(3)) return std::string(dice.of(leaves));
  const auto one = condition(dice, depth - 1);
  switch (dice.below(5)) {
    case 0: return fmt::format("not ({})", one);
    case 1: return fmt::format("{} or {}", one, condition(dice, depth - 1));
    case 2: return fmt::format("({}) and not {}", one, dice.of(leaves));
    default: return fmt::format("({}) and ({})", one, condition(dice, depth - 1));
  }
}

// --- events --------------------------------------------------------------------------------------

std::string json_character(Dice& dice, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') return std::string("\\") + c;
  if (c == '\n') return "\\n";
  if (byte < 0x80 && dice.once_in(30)) return fmt::format("\\u{:04x}", byte);
  if (c == '/' && dice.once_in(2)) return "\\/";
  return std::string(1, c);
}

std::string json_text(Dice& dice, std::string_view text) {
  constexpr std::string_view kelvin = "\u212A";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(kelvin) && dice.once_in(2)) {
      out += "\\u212a";
      i += kelvin.size() - 1;
    } else {
      out += json_character(dice, text[i]);
    }
  }
  return out + '"';
}

std::string scalar(Dice& dice, std::string_view field) {
  constexpr std::string_view others[] = {"null", "true", "false", "1", "10", "-3"};
  if (dice.once_in(10)) return std::string(dice.of(others));
  if (field == "n" && dice.once_in(2)) return fmt::format("{}", dice.below(13));
  if (field == "n") return quoted_of(dice, numbers);
  if (field == "ip") return quoted_of(dice, addresses);
  if (field == "t") return quoted_of(dice, times);
  if (field == "kind") return dice.once_in(2) ? R"("One")" : R"("tw\u006f")";
  return json_text(dice, random_text(dice, 4));
}

std::string value(Dice& dice, std::string_view field) {
  if (!dice.once_in(6)) return scalar(dice, field);
  return fmt::format("[{}, {}]", scalar(dice, field), scalar(dice, field));
}

}  // namespace

std::string random_rule(Dice& dice, const std::string& id, const Flavour& flavour) {
  constexpr std::string_view products[] = {"{product: p}", "{category: one}", "{category: two}"};
  std::string text =
      fmt::format("title: T\nid: {}\nlogsource: {}\ndetection:\n", id, dice.of(products));
  for (const std::string_view name : {"s0", "s1", "s2", "_s3"})
    text += fmt::format("  {}: {}\n", name, selection(dice, flavour));
  return text + fmt::format("  condition: {}\n", condition(dice, 3));
}

std::string random_event(Dice& dice) {
  constexpr std::string_view names[] = {"a", "b", "c", "n", "ip", "t", "aa", "bb", "kind"};
  std::vector<std::string> members;
  for (std::size_t i = 2 + dice.below(6); i > 0; --i) {
    const auto name = dice.of(names);
    members.push_back(fmt::format("\"{}\":{}", name, value(dice, name)));
  }
  if (dice.once_in(3)) members.push_back(fmt::format(R"("o":{{"x":{}}})", value(dice, "o")));
  if (dice.once_in(9)) members.push_back(fmt::format(R"("o.x":{})", value(dice, "o")));
  return fmt::format("{{{}}}", fmt::join(members, dice.once_in(2) ? "," : " , "));
}

}  // namespace haidang
