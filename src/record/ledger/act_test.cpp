#include "record/ledger/act.hpp"

#include <gtest/gtest.h>

namespace haidang::ledger {
namespace {

std::string canonical(std::string_view text) {
  const auto made = canonical_json(json::parse(text));
  return made ? *made : "refused: " + made.error().message();
}

TEST(CanonicalJson, HasOneFormForOneValue) {
  struct Row {
    std::string_view text, wanted;
  };
  constexpr Row rows[] = {
      {R"({"b":1, "a" : [true,false,null]})", R"({"a":[true,false,null],"b":1})"},
      {R"({"":1,"a":{"z":0,"y":-0}})", R"({"":1,"a":{"y":0,"z":0}})"},
      {R"({"a":1,"aa":2,"A":3})", R"({"A":3,"a":1,"aa":2})"},
      {R"("\u001B\u0008\u000c\n\r\t\"\\\/\u007f")", "\"\\u001b\\b\\f\\n\\r\\t\\\"\\\\/\x7f\""},
      {R"("\u0053\u1edf")", "\"Sở\""},
      {R"([9007199254740992,-9007199254740992])", "[9007199254740992,-9007199254740992]"},
      // RFC 8785 §3.2.3: a surrogate pair goes before U+FB33, though its UTF-8 goes after.
      {R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7})",
       "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\U0001F600\":5,\"\uFB33\":3}"},
  };
  for (const auto& row : rows) EXPECT_EQ(canonical(row.text), row.wanted) << row.text;
}

TEST(CanonicalJson, RefusesWhatTwoProgramsCouldReadDifferently) {
  EXPECT_EQ(canonical(R"({"a":[1,{"b":1.5}]})"),
            "refused: /a/1/b: a floating number; write it as text or in a smaller unit");
  EXPECT_EQ(canonical("[9007199254740993]"),
            "refused: /0: an integer beyond ±2^53; write it as text");
  EXPECT_EQ(canonical("[18446744073709551615]"),
            "refused: /0: an integer beyond ±2^53; write it as text");
  EXPECT_FALSE(canonical_json(json::value("\xff")));
  EXPECT_FALSE(canonical_json(json::object{{"\xc3", 1}}));
}

TEST(CanonicalJson, RefusesADepthOver32) {
  const auto nested = [](std::size_t depth) {
    json::value value = 1;
    for (std::size_t i = 0; i < depth; ++i) value = json::array{value};
    return canonical_json(value);
  };
  EXPECT_TRUE(nested(32));
  EXPECT_FALSE(nested(33));
}

// The worked example of docs/formats/ledger.md.
TEST(Act, HasTheHashThatTheFormatSays) {
  Act act{.seq = 1,
          .at = *parse_time("2026-03-02T01:00:00.000001Z"),
          .actor = "an.nguyen",
          .unit = "so-khcn",
          .case_id = "SC-2026-0001",
          .kind = "case.opened",
          .canonical = R"({"title":"Sự cố","trigger":2})"};
  act.previous = sha256("haidang ledger 1\n32:00112233445566778899aabbccddeeff\n");
  EXPECT_EQ(hex(act.previous), "f01c11f09e38ff9f7bb7486c29cc2b5ad92dc72cb886d3dabdce017b35d42251");
  EXPECT_EQ(hex(hash_of(act)), "c1ace53f275438ee88f64044029d03407cda30f849ce80a530863ae451e35c6e");
}

TEST(Act, NoFieldCanBeMovedIntoAnother) {
  Act act{.actor = "ab", .unit = "c"};
  const Digest hash = hash_of(act);
  act.actor = "a";
  act.unit = "bc";
  EXPECT_NE(hash_of(act), hash);
}

}  // namespace
}  // namespace haidang::ledger
