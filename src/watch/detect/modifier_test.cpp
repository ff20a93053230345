// What `Field|modifier: value` means, and which of them are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "watch/detect/trial.hpp"

namespace haidang::detect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const Placeholders placeholders{
    {"admins", {"root", "quantri"}}, {"hosts", {"dc01", "dc02"}}, {"dashed", {"-x"}}, {"none", {}}};

RuleSet rules_of(const std::string& items) {
  return read_rules("title: T\nid: r\nlogsource: {product: x}\ndetection:\n  s: {" + items +
                        "}\n  condition: s\n",
                    "t.yml", placeholders);
}

// Does the selection {items} hold for an event with these fields?
bool holds(const std::string& items, const Fields& fields) {
  RuleSet set = rules_of(items);
  for (const auto& refused : set.refused) ADD_FAILURE() << refused.message();
  return !set.rules.empty() && !Trial(std::move(set)).match(fields).empty();
}

std::string refusal(const std::string& items) {
  const auto set = rules_of(items);
  return set.refused.empty() ? "" : set.refused.front().message();
}

struct OneField {
  std::string item, value;
  bool hit;
};

void expect_rows(std::span<const OneField> rows) {
  for (const auto& [item, value, hit] : rows)
    EXPECT_EQ(holds(item, {{"f", value}}), hit) << item << " of " << value;
}

TEST(Modifier, TextIsComparedWithoutRegardToCase) {
  const OneField rows[] = {
      {"f: CMD.exe", "cmd.EXE", true},
      {"f: CMD.exe", "cmd.exe ", false},
      {"f|contains: tmp", "/TMP/x.sh", true},
      {"f|contains: tmp", "/tm/p", false},
      {"f|startswith: '/tmp'", "/tmp/x", true},
      {"f|startswith: '/tmp'", "x/tmp", false},
      {"f|endswith: lsass.exe", "a\\LSASS.exe", true},
      {"f|endswith: lsass.exe", "lsass.exe.bak", false},
      {"f|endswith: x", "", false},
      {"f: ''", "", true},
      {"f: ''", "x", false},
      {"f|contains: ''", "anything", true},
      {"f|contains: ''", "", true},
      {"f|startswith|endswith: b", "abc", true},
      {"f: ĐẶNG", "đặng", true},
      {"f: k", "\u212A", true},   // KELVIN SIGN folds to k
      {"f: σας", "ΣΑΣ", true},    // final sigma folds to sigma
      {"f: ß", "SS", false},      // simple folding: one code point stays one
      {"f: 4688", "4688", true},  // numbers are compared as they are written
      {"f: 4688", "04688", false},
      {"f: true", "TRUE", true},
  };
  expect_rows(rows);
}

TEST(Modifier, CasedComparesAsWritten) {
  const OneField rows[] = {
      {"f|cased: CMD", "CMD", true},          {"f|cased: CMD", "cmd", false},
      {"f|contains|cased: Md", "cMd", true},  {"f|contains|cased: Md", "cmd", false},
      {"f|startswith|cased: C", "CMD", true}, {"f|startswith|cased: C", "cMD", false},
      {"f|cased|endswith: D", "CMD", true},   {"f|cased|endswith: D", "CMd", false},
      {"f|cased: 'C*d'", "Cmd", true},        {"f|cased: 'C*d'", "cmd", false},
      {"f|cased: '?D'", "?D", true},          {"f|cased: '?D'", "?d", false},
  };
  expect_rows(rows);
}

TEST(Modifier, WildcardsStandForCharactersUnlessEscaped) {
  const OneField rows[] = {
      {R"(f: 'C:\Win*\cmd.exe')", R"(c:\windows\system32\cmd.exe)", true},
      {"f: 'a?c'", "abc", true},
      {"f: 'a?c'", "aớc", true},
      {"f: 'a?c'", "ac", false},
      {R"(f: 'a\*c')", "a*c", true},
      {R"(f: 'a\*c')", "abc", false},
      {R"(f: 'a\?c')", "a?c", true},
      {R"(f: 'a\?c')", "abc", false},
      {R"(f: 'a\\*')", R"(a\bc)", true},
      {R"(f: 'a\\*')", "a*", false},
      {R"(f: 'a\b')", R"(a\b)", true},   // a backslash before anything else is itself
      {R"(f: 'a\\b')", R"(a\b)", true},  // so is an escaped one
      {R"(f: '\\\\host')", R"(\\host)", true},
      {R"(f|endswith: '\')", R"(a\)", true},
      {R"(f|contains: 'a*c')", "xabcx", true},
      {R"(f|startswith: 'a*c')", "abcx", true},
      {R"(f|endswith: 'a*c')", "xabc", true},
      {"f: '*'", "", true},
      {"f: '?*'", "", false},
      {R"(f: "??")", "ab", true},
      {R"(f: "??")", "abc", false},
  };
  expect_rows(rows);
}

TEST(Modifier, OneOfAListIsEnoughAndAllWantsEach) {
  const OneField rows[] = {
      {"f: [a, b]", "b", true},
      {"f: [a, b]", "c", false},
      {"f|contains: [a, b]", "xbx", true},
      {"f|contains|all: [a, b]", "xbxa", true},
      {"f|contains|all: [a, b]", "xb", false},
      {"f|all|contains: [a, b]", "xb", false},
      {"f|startswith|all: [a, ab]", "abc", true},
      {"f|endswith|all: [c, bc]", "ac", false},
      {"f|re|all: [a, b]", "ba", true},
      {"f|re|all: [a, b]", "a", false},
      {"f|all: a", "a", true},
      {"f|gte|all: [3, 5]", "4", false},
      {"f|gte|all: [3, 5]", "5", true},
      {"f|cidr|all: [10.0.0.0/8, 10.1.0.0/16]", "10.2.0.1", false},
  };
  expect_rows(rows);
}

TEST(Modifier, RegularExpressionsSearchAndMindCase) {
  const OneField rows[] = {
      {"f|re: 'b+c'", "abbc", true},
      {"f|re: 'b+c'", "ABBC", false},
      {"f|re|i: 'b+c'", "ABBC", true},
      {"f|re: '(?i)b+c'", "ABBC", true},
      {"f|re: '^b'", "a\nb", false},
      {"f|re|m: '^b'", "a\nb", true},
      {"f|re: 'a.b'", "a\nb", false},
      {"f|re|s: 'a.b'", "a\nb", true},
      {"f|re|i|m|s: '^B.c'", "a\nb\nC", true},
      {"f|re: [xx, 'a$']", "ba", true},
      {"f|re: 'a*'", "", true},
      {"f|re: '[đĐ]ặng'", "Đặng", true},
      {"f|re|i: 'kelvin'", "\u212Aelvin", true},
  };
  expect_rows(rows);
}

TEST(Modifier, AddressesStandInRanges) {
  const OneField rows[] = {
      {"f|cidr: 10.0.0.0/8", "10.255.1.2", true},
      {"f|cidr: 10.0.0.0/8", "11.0.0.1", false},
      {"f|cidr: 192.168.7.6/31", "192.168.7.7", true},
      {"f|cidr: 192.168.7.6/31", "192.168.7.8", false},
      {"f|cidr: 192.0.2.1", "192.0.2.1", true},
      {"f|cidr: 0.0.0.0/0", "8.8.8.8", true},
      {"f|cidr: 0.0.0.0/0", "::1", false},
      {"f|cidr: '2001:db8::/32'", "2001:DB8:1::7", true},
      {"f|cidr: '2001:db8::/32'", "2001:db9::7", false},
      {"f|cidr: 'fe80::/10'", "febf::1", true},
      {"f|cidr: 'fe80::/10'", "fec0::1", false},
      {"f|cidr: 10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"f|cidr: 10.0.0.0/8", "::FFFF:0a01:0203", true},
      {"f|cidr: '::ffff:10.0.0.0'", "10.0.0.0", true},
      {"f|cidr: '::ffff:10.0.0.0/104'", "10.7.7.7", true},
      {"f|cidr: '::ffff:10.0.0.0/104'", "11.7.7.7", false},
      {"f|cidr: '::ffff:0:0/96'", "::ffff:8.8.8.8", true},
      {"f|cidr: '::ffff:0:0/96'", "::1", false},
      {"f|cidr: 10.0.0.0/8", "10.0.0", false},
      {"f|cidr: 10.0.0.0/8", "10.0.0.1:80", false},
      {"f|cidr: 10.0.0.0/8", "", false},
      {"f|cidr: [10.0.0.0/8, '::1']", "::1", true},
  };
  expect_rows(rows);
}

TEST(Modifier, NumbersAreComparedAsNumbersEvenInText) {
  const OneField rows[] = {
      {"f|gt: 9", "10", true},     {"f|gt: 10", "10", false},   {"f|gte: 10", "10", true},
      {"f|gte: 10", "9.9", false}, {"f|lt: 10", "9", true},     {"f|lt: 10", "10", false},
      {"f|lte: 10", "1e1", true},  {"f|lte: -1", "-1.5", true}, {"f|gt: 9", "x10", false},
      {"f|gt: 9", "10 ", false},   {"f|gt: 9", "", false},      {"f|lt: 9", "nan", false},
      {"f|gt: 0.5", "0.75", true}, {"f|gt: '9'", "10", true},   {"f|lt: [1, 100]", "50", true},
      {"f|gte: 010", "10", true},
  };
  expect_rows(rows);
}

TEST(Modifier, PartsOfADateAreThoseOfTheVietnameseClock) {
  const OneField rows[] = {
      {"f|hour: 0", "2026-01-31T17:30:00Z", true},
      {"f|hour: 17", "2026-01-31T17:30:00Z", false},
      {"f|hour: 0", "2026-02-01T00:30:00+07:00", true},
      {"f|minute: 30", "2026-01-31T17:30:00Z", true},
      {"f|day: 1", "2026-01-31T17:30:00Z", true},  // already February there
      {"f|month: 2", "2026-01-31T17:30:00Z", true},
      {"f|year: 2026", "2025-12-31T17:00:00Z", true},
      {"f|week: 1", "2024-12-30T01:00:00+07:00", true},  // ISO 8601: Monday of 2025's first week
      {"f|week: 53", "2021-01-03T01:00:00+07:00", true},
      {"f|hour|gte: 22", "2026-01-31T23:00:00+07:00", true},
      {"f|lt|hour: 6", "2026-01-31T23:00:00+07:00", false},
      {"f|hour|neq: 3", "2026-01-31T23:00:00+07:00", true},
      {"f|hour|neq: 23", "2026-01-31T23:00:00+07:00", false},
      {"f|hour: [22, 23]", "2026-01-31T23:00:00+07:00", true},
      {"f|hour: 2", "Nov 22 02:14:07", true},  // no zone: Vietnam's
      {"f|hour: 5", "1700000000", true},       // 2023-11-14T22:13:20Z
      {"f|hour: 0", "soon", false},
      {"f|hour: 0", "", false},
  };
  expect_rows(rows);
}

TEST(Modifier, NeqWantsTheFieldAndNoneOfItsValues) {
  struct Row {
    std::string item;
    Fields fields;
    bool hit;
  };
  const Row rows[] = {
      {"f|neq: a", {{"f", "b"}}, true},
      {"f|neq: a", {{"f", "A"}}, false},
      {"f|neq: a", {}, false},  // absent: fails its test
      {"f|neq: a", {null_field("f")}, true},
      {"f|neq: a", {{"f", ""}}, true},
      {"f|neq: [a, b]", {{"f", "b"}}, false},
      {"f|neq: [a, b]", {{"f", "c"}}, true},
      {"f|neq: a", {{"f", "b"}, {"f", "a"}}, false},  // one of its values is
      {"f|contains|neq: a", {{"f", "xax"}}, false},
      {"f|contains|neq: a", {{"f", "xbx"}}, true},
      {"f|neq|re: '^a'", {{"f", "ba"}}, true},
      {"f|neq|cidr: 10.0.0.0/8", {{"f", "11.0.0.1"}}, true},
      {"f|neq|cased: A", {{"f", "a"}}, true},
      {"f|neq|fieldref: g", {{"f", "a"}, {"g", "a"}}, false},
      {"f|neq|fieldref: g", {{"f", "a"}, {"g", "b"}}, true},
      {"f|neq: null", {{"f", "a"}}, true},
      {"f|neq: null", {null_field("f")}, false},
      {"f|neq: null", {}, false},
      {"f|neq: ''", {{"f", ""}}, false},
      {"f|contains|all|neq: [a, b]", {{"f", "a"}}, true},  // not both are there
      {"f|contains|all|neq: [a, b]", {{"f", "ab"}}, false},
  };
  for (const auto& [item, fields, hit] : rows) EXPECT_EQ(holds(item, fields), hit) << item;
}

TEST(Modifier, NullIsAbsentOrNullAndNotEmpty) {
  struct Row {
    std::string item;
    Fields fields;
    bool hit;
  };
  const Row rows[] = {
      {"f: null", {}, true},
      {"f: ~", {null_field("f")}, true},
      {"f: ", {}, true},
      {"f: null", {{"f", ""}}, false},
      {"f: null", {{"f", "null"}}, false},
      {"f: 'null'", {{"f", "null"}}, true},
      {"f: 'null'", {null_field("f")}, false},
      {"f: ''", {}, false},
      {"f: ''", {null_field("f")}, false},
      {"f: '*'", {null_field("f")}, false},
      {"f: '*'", {}, false},
      {"f: [null, a]", {{"f", "a"}}, true},
      {"f: [null, a]", {}, true},
      {"f: [null, a]", {{"f", "b"}}, false},
      {"f: null", {{"f", "a"}, null_field("f")}, true},  // one of its values is null
      {"f|re: '.*'", {null_field("f")}, false},
      {"f|exists: true", {{"f", ""}}, true},
      {"f|exists: true", {null_field("f")}, true},
      {"f|exists: true", {}, false},
      {"f|exists: false", {}, true},
      {"f|exists: no", {{"f", "a"}}, false},
      {"f|exists: 'Yes'", {{"f", "a"}}, true},
  };
  for (const auto& [item, fields, hit] : rows) EXPECT_EQ(holds(item, fields), hit) << item;
}

TEST(Modifier, OneOfSeveralValuesOfAFieldIsEnough) {
  EXPECT_TRUE(holds("f: b", {{"f", "a"}, {"f", "b"}}));
  EXPECT_TRUE(holds("f|contains|all: [a, b]", {{"f", "a"}, {"f", "b"}}));  // each by some value
  EXPECT_FALSE(holds("f: c", {{"f", "a"}, {"f", "b"}}));
  EXPECT_TRUE(holds("f|gt: 5", {{"f", "1"}, {"f", "9"}}));
}

TEST(Modifier, FieldrefComparesTwoFieldsOfTheEvent) {
  struct Row {
    std::string item, f, g;
    bool hit;
  };
  const Row rows[] = {
      {"f|fieldref: g", "An", "an", true},
      {"f|fieldref: g", "An", "ann", false},
      {"f|fieldref|cased: g", "An", "an", false},
      {"f|fieldref|cased: g", "An", "An", true},
      {"f|fieldref|startswith: g", "Annam", "ann", true},
      {"f|startswith|fieldref: g", "xan", "an", false},
      {"f|fieldref|endswith: g", "xan", "AN", true},
      {"f|fieldref|endswith: g", "anx", "an", false},
      {"f|fieldref|contains: g", "xanx", "an", true},
      {"f|fieldref|contains: g", "xax", "an", false},
      {"f|fieldref: [h, g]", "a", "a", true},
      {"f|fieldref|all: [h, g]", "a", "a", false},
      {"f|fieldref: h", "a", "a", false},  // nothing to compare with
      {"f|fieldref: g", "", "", true},
      {"f|fieldref: g", "a*", "ab", false},  // values are no patterns
  };
  for (const auto& row : rows)
    EXPECT_EQ(holds(row.item, {{"f", row.f}, {"g", row.g}}), row.hit)
        << row.item << " f=" << row.f << " g=" << row.g;
  EXPECT_FALSE(holds("f|fieldref: g", {null_field("f"), null_field("g")}));
  EXPECT_TRUE(holds("f|fieldref: g", {{"f", "a"}, {"g", "b"}, {"g", "a"}}));
}

TEST(Modifier, WindashAcceptsEveryDashBeforeAFlag) {
  for (const std::string dash : {"-", "/", "–", "—", "―"}) {
    EXPECT_TRUE(holds("f|contains|windash: ' -enc '", {{"f", "ps " + dash + "ENC x"}})) << dash;
    EXPECT_TRUE(holds("f|windash|startswith: '/a'", {{"f", dash + "a b"}})) << dash;
    EXPECT_TRUE(holds("f|windash: 'x –q —v'", {{"f", "x " + dash + "q " + dash + "v"}})) << dash;
    EXPECT_TRUE(holds("f|windash: '* -đ*'", {{"f", "x " + dash + "Đ y"}})) << dash;
  }
  const OneField rows[] = {
      {"f|windash: 'x -a -b'", "x /a –b", true},  // each for itself
      {"f|windash: 'a-b'", "a/b", false},         // inside a word it is no flag
      {"f|windash: 'a-b'", "a-b", true},
      {"f|windash: 'x - y'", "x / y", false},  // nor with nothing behind it
      {"f|windash|contains|all: [-a, -b]", "/b /a", true},
      {"f|windash|contains|cased: -A", "/a", false},
      {"f: ' -a'", " /a", false},
  };
  expect_rows(rows);
}

TEST(Modifier, EncodedTextIsFoundAsItsBytes) {
  const OneField rows[] = {
      {"f|base64: foobar", "Zm9vYmFy", true},
      {"f|base64|contains: foobar", "x Zm9vYmFy y", true},
      {"f|base64: foobar", "foobar", false},
      {"f|wide|base64: ab", "YQBiAA==", true},
      {"f|utf16le|base64: ab", "YQBiAA==", true},
      {"f|utf16be|base64: ab", "AGEAYg==", true},
      {"f|utf16|base64: ab", "//5hAGIA", true},
      {"f|wide: ab", std::string("a\0b\0", 4), true},
      {"f|utf16be|contains: ab", std::string("x\0a\0bx", 6), true},
      {"f|utf16: a",
       std::string("\xFF\xFE"
                   "a\0",
                   4),
       true},
      {"f|wide|base64|contains: đ", "EQE=", true},
      {"f|base64|windash: ' -a'", "IC9h", true},
      {R"(f|base64: 'a\*')", "YSo=", true},  // an escape is undone first
      {"f|base64: [foobar, x]", "eA==", true},
  };
  expect_rows(rows);
}

// Whatever stands before and behind the text, the encoding of the whole holds one of the three.
TEST(Modifier, Base64offsetFindsTextAtAnyPlaceOfAnEncodedOne) {
  for (const std::string needle : {"foo", "/bin/bash", "http://", "iex ", "Đặng", "abcd"}) {
    Trial plain(rules_of("f|base64offset|contains: '" + needle + "'"));
    Trial wide(rules_of("f|wide|base64offset|contains: '" + needle + "'"));
    for (std::size_t before = 0; before < 12; ++before)
      for (std::size_t behind = 0; behind < 4; ++behind) {
        SCOPED_TRACE(testing::Message() << needle << " at " << before << ", " << behind);
        const std::string whole = std::string(before, '\xC7') + needle + std::string(behind, 'z');
        const std::string text = text::utf16le(needle);
        const std::string whole_wide = std::string(before, '#') + text + std::string(behind, '\0');
        EXPECT_THAT(plain.match({{"f", text::base64(whole)}}), testing::ElementsAre("r"));
        EXPECT_THAT(wide.match({{"f", text::base64(whole_wide)}}), testing::ElementsAre("r"));
      }
  }
  EXPECT_FALSE(holds("f|base64offset|contains: foobar", {{"f", text::base64("fooba")}}));
}

TEST(Modifier, ExpandPutsListsInThePlaceOfNames) {
  const OneField rows[] = {
      {"f|expand: '%admins%'", "ROOT", true},
      {"f|expand: '%admins%'", "quantri", true},
      {"f|expand: '%admins%'", "%admins%", false},
      {"f|expand|endswith: '@%hosts%'", "x@dc02", true},
      {"f|contains|expand: '%admins%@%hosts%'", "quantri@dc01.local", true},
      {"f|contains|expand: '%admins%@%hosts%'", "an@dc01.local", false},
      {"f|expand|windash|contains: '%dashed%'", "a /x", true},
      {"f|expand|re: '^%admins%$'", "root", true},
      {"f|expand: 'no names, 5%'", "no names, 5%", true},
      {"f: '%admins%'", "%admins%", true},  // without expand it is text
      {"f|expand|base64: '%admins%'", "cm9vdA==", true},
  };
  expect_rows(rows);
}

TEST(Modifier, KeywordsConcernEveryValue) {
  struct Row {
    std::string selection;
    Fields fields;
    bool hit;
  };
  const Row rows[] = {
      {"needle", {{"a", "x"}, {"b", "the NEEDLE here"}}, true},
      {"needle", {{"needle", "x"}}, false},  // names are no values
      {"[one, two]", {{"a", "x two"}}, true},
      {"[one, two]", {{"a", "on e"}}, false},
      {"'ne*le'", {{"a", "x needle"}}, true},
      {"{'|all': [one, two]}", {{"a", "one"}, {"b", "two"}}, true},
      {"{'|all': [one, two]}", {{"a", "one"}}, false},
      {"{'|re': 'n.{3}le'}", {{"a", "xx needle"}}, true},
      {"{'|cased': Needle}", {{"a", "needle"}}, false},
      {"{'|cased': Needle}", {{"a", "a Needle"}}, true},
      {"{'|neq': needle}", {{"a", "x"}}, true},
      {"{'|neq': needle}", {{"a", "x"}, {"b", "needle"}}, false},
      {"{'|base64offset|contains': needle}", {{"a", text::base64("a needle")}}, true},
      {"{'|cidr': 10.0.0.0/8}", {{"a", "x"}, {"b", "10.1.1.1"}}, true},
      {"4625", {{"a", "code 4625"}}, true},
      {"needle", {null_field("a")}, false},
      {"needle", {}, false},
  };
  for (const auto& [selection, fields, hit] : rows) {
    auto set = read_rules("title: T\nid: r\nlogsource: {product: x}\ndetection:\n  keywords: " +
                              selection + "\n  condition: keywords\n",
                          "t.yml", {});
    for (const auto& refused : set.refused) ADD_FAILURE() << refused.message();
    EXPECT_EQ(!Trial(std::move(set)).match(fields).empty(), hit) << selection;
  }
}

TEST(Modifier, WhatCannotBeHonouredIsRefusedByPlaceAndName) {
  struct Row {
    std::string item, why;
  };
  const Row rows[] = {
      {"f|foo: a", "unknown modifier 'foo'"},
      {"f|: a", "unknown modifier ''"},
      {"f|Contains: a", "unknown modifier 'Contains'"},
      {"f|i: a", "belong to 're'"},
      {"f|contains|m: a", "belong to 're'"},
      {"f|re|contains: a", "says itself where it fits"},
      {"f|startswith|re: a", "says itself where it fits"},
      {"f|re|cased: a", "whether case counts"},
      {"f|re|windash: a", "plain text only"},
      {"f|re|base64: a", "plain text only"},
      {"f|cidr|wide: 10.0.0.0/8", "plain text only"},
      {"f|gt|base64offset: 1", "plain text only"},
      {"f|cidr|contains: 10.0.0.0/8", "text and on fieldref only"},
      {"f|gt|endswith: 1", "text and on fieldref only"},
      {"f|hour|startswith: 1", "text and on fieldref only"},
      {"f|exists|contains: true", "text and on fieldref only"},
      {"f|cidr|cased: 10.0.0.0/8", "cased works on"},
      {"f|lt|cased: 1", "cased works on"},
      {"f|exists|all: true", "exists stands alone"},
      {"f|exists|neq: true", "exists stands alone"},
      {"f|exists|expand: true", "exists stands alone"},
      {"f|neq|gt: 1", "exclude each other"},
      {"f|gt|lt: 1", "exclude each other"},
      {"f|gte|gt: 1", "exclude each other"},
      {"f|re|cidr: a", "exclude each other"},
      {"f|cidr|re: a", "exclude each other"},
      {"f|re|gt: 1", "exclude each other"},
      {"f|exists|re: a", "exclude each other"},
      {"f|fieldref|cidr: a", "exclude each other"},
      {"f|hour|re: 1", "exclude each other"},
      {"f|hour|day: 1", "exclude each other"},
      {"f|fieldref|windash: g", "plain text only"},
      {"f|re: '('", "not a regular expression we can run"},
      {"f|re: '(?=a)b'", "not a regular expression we can run"},
      {R"(f|re: '(a)\1')", "not a regular expression we can run"},
      {"f|re: '((a{100}){100}){100}'", "not a regular expression we can run"},
      {"f|cidr: 10.0.0.0/33", "no address range"},
      {"f|cidr: 10.0.0/8", "no address range"},
      {"f|cidr: '2001:db8::/129'", "no address range"},
      {"f|cidr: '10.0.0.0/'", "no address range"},
      {"f|cidr: '::ffff:0:0/95'", "no address range"},
      {"f|cidr: host", "no address range"},
      {"f|gt: many", "'many' is no number"},
      {"f|hour: noon", "'noon' is no number"},
      {"f|gt: ''", "'' is no number"},
      {"f|exists: maybe", "exists is true or false, not 'maybe'"},
      {"f|contains: null", "null goes with no modifier but neq and all"},
      {"f|re: null", "null goes with no modifier"},
      {"f|gt: [1, null]", "null goes with no modifier"},
      {"f|expand: '%unknown%'", "%unknown% has no values"},
      {"f|expand: '%none%'", "%none% has no values"},
      {"f|base64: 'a*'", "text without wildcards"},
      {"f|base64offset: ''", "text without wildcards"},
      {"f|wide: 'a?'", "text without wildcards"},
      {"f|windash: ' -a -b -c -d -e -f'", "too many dashes"},
      {"f: {a: b}", "no mapping"},
      {"f: []", "the list of values is empty"},
      {"f: [[a]]", "text and numbers only"},
      {"f: [{a: b}]", "text and numbers only"},
      {"'|all': ''", "a keyword cannot be empty"},
      {"'|all': '*'", "a keyword cannot be empty"},
      {"'': null", "a keyword cannot be null"},
  };
  for (const auto& [item, why] : rows) {
    const auto said = refusal(item);
    EXPECT_THAT(said, HasSubstr(why)) << item;
    EXPECT_THAT(said, testing::StartsWith("t.yml:5: ")) << item;
  }
}

TEST(Modifier, ARefusedListNamesTheLineOfTheFault) {
  const auto set = read_rules(
      "title: T\nlogsource: {product: x}\ndetection:\n  s:\n    f|cidr:\n      - 10.0.0.0/8\n"
      "      - here\n  condition: s\n",
      "t.yml", {});
  ASSERT_EQ(set.refused.size(), 1U);
  EXPECT_THAT(set.rules, IsEmpty());
  EXPECT_THAT(set.refused.front().message(), testing::StartsWith("t.yml:7: "));
}

}  // namespace
}  // namespace haidang::detect
