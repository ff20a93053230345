#include "watch/ingest/json_array.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/ingest/said.hpp"

namespace haidang::ingest {
namespace {

TEST(JsonArray, SplitsDocumentsIntoRecords) {
  struct Row {
    std::string_view text;
    std::vector<std::string> lines;
  };
  const Row rows[] = {
      {R"([{"a":1},{"a":2}])", {"1 a:1", "2 a:2"}},
      {"[\n {\"a\":\n \"x]}\\\"\"},\n {\"b\":[{\"c\":2}]}\n]\n", {"1 a=x]}\"", "2 b.c:2"}},
      {R"({"Records": [ {"a":1} , {"a":2} ], "next": {"x":"]}"}})", {"1 a:1", "2 a:2"}},
      {"{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", {"1 a:1", "2 a:2"}},
      {R"({"x":[{"a":1}]})", {"1 x.a:1"}},
      {R"({"value":[1]})", {"1 value:1"}},
      {R"([1,{"a":2}])", {"1 ! what stands before this record is no JSON object", "1 a:2"}},
      {R"([{"a":1},{"b":)", {"1 a:1", "2 ! the file ends inside this record"}},
      {R"([{"a":1})", {"1 a:1", "2 ! the file ends inside its array"}},
      {R"([{"long":"0123456789012345678901234567890"},{"a":2}])",
       {"1 ! the record is longer than is allowed", "2 a:2"}},
      {R"([{"a":1},{"long":"0123456789012345678901234567890"},{"a":3}])",
       {"2 ! the record is longer than is allowed", "1 a:1", "3 a:3"}},
      {"", {}},
  };
  for (const auto& row : rows) {
    event::Names names;
    const auto reader = make_json_array(32);
    EXPECT_EQ(read_all(*reader, row.text, names).lines, row.lines) << row.text;
  }
}

TEST(JsonArray, DoesNotMindWhereItsBlocksAreCut) {
  constexpr std::string_view text = R"({"Records":[{"a":"x\"]"},{"b":[1,2]}],"z":1})";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    event::Names names;
    Said said(names);
    const auto reader = make_json_array();
    for (const auto part : {text.substr(0, cut), text.substr(cut)}) {
      const std::string padded = std::string(part) + std::string(Chunk::padding, '\0');
      reader->read({std::string_view(padded).substr(0, part.size()), 1}, names, said);
    }
    reader->finish(names, said);
    EXPECT_THAT(said.heard.lines, testing::ElementsAre("1 a=x\"]", "2 b:1 b:2"));
  }
}

}  // namespace
}  // namespace haidang::ingest
