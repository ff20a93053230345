#include "record/registry/csv.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::registry {
namespace {

using testing::HasSubstr;

// Rows as "line:cell|cell", a bad one as "line!fault".
std::vector<std::string> read(std::string_view text, const CsvLimits& limits = {}) {
  std::vector<std::string> rows;
  auto reader = CsvReader::open(text, limits);
  if (!reader) return {reader.error().message()};
  for (CsvRow row;;) {
    const auto more = reader->next(row);
    if (!more) rows.push_back(more.error().message());
    if (!more || !*more) return rows;
    auto& shown = rows.emplace_back(std::to_string(row.line));
    if (!row.fault.empty()) shown += "!" + row.fault;
    if (!row.fault.empty()) continue;
    for (const auto& cell : row.cells) shown += (&cell == row.cells.data() ? ":" : "|") + cell;
  }
}

TEST(Csv, IsReadAsRfc4180HasIt) {
  struct Row {
    std::string_view text;
    std::vector<std::string> rows;
  };
  const Row rows[] = {
      {"", {}},
      {"a,b\r\nc,d\r\n", {"1:a|b", "2:c|d"}},
      {"a,b\nc,d", {"1:a|b", "2:c|d"}},
      {"\xEF\xBB\xBF"
       "Mã,Tên\n",
       {"1:Mã|Tên"}},
      {"a,\n,b\n", {"1:a|", "2:|b"}},
      {"\"a,b\",\"say \"\"yes\"\"\"\n", {"1:a,b|say \"yes\""}},
      {"\"two\r\nlines\",x\nnext,y\n", {"1:two\r\nlines|x", "3:next|y"}},
      {"a\n\n\nb\n", {"1:a", "4:b"}},
      {"\"\"\n", {"1:"}},
      {" a , \"b\"\nc\n",
       {"1!a quote within a field that does not begin with one; put the field in quotes", "2:c"}},
      {"\"a\"b,c\nd\n",
       {"1!text after a closing quote; a quote within quotes is written \"\"", "2:d"}},
      {"a\rb\nc\n", {"1!a lone carriage return", "2:c"}},
      {"a\n\"open,b\nc\n", {"1:a", "2!a quote is not closed before the end of the file"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(read(row.text), row.rows);
  }
}

TEST(Csv, KeepsItsLimits) {
  const CsvLimits small{.most_bytes = 40, .most_rows = 2, .most_columns = 3, .longest_field = 5};
  EXPECT_THAT(read(std::string(41, 'a'), small).front(), HasSubstr("at most 40 are taken"));
  EXPECT_THAT(read("a\nb\nc\n", small).back(), HasSubstr("line 3: more than 2 rows"));
  EXPECT_EQ(read("a,b,c,d\ne\n", small),
            (std::vector<std::string>{"1!more than 3 columns", "2:e"}));
  EXPECT_EQ(read("abcdef\n12345\n", small),
            (std::vector<std::string>{"1!a field of 6 bytes; at most 5 are taken", "2:12345"}));
  EXPECT_THAT(read("ok\nS\xF4 th\xF4ng tin\n").front(), HasSubstr("line 2 is not UTF-8"));
}

TEST(Csv, WritesWhatItReads) {
  const std::vector<std::string> cells{"Sở Y tế", "a,b", "\"", "two\r\nlines", "", " "};
  std::string written;
  append_csv_row(written, cells);
  append_csv_row(written, std::vector<std::string>{""});
  auto reader = CsvReader::open(written);
  ASSERT_TRUE(reader);
  CsvRow row;
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.cells, cells);
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.cells, std::vector<std::string>{""});
}

TEST(Csv, FormulasBecomeTextAndComeBack) {
  struct Row {
    std::string_view cell, shown;
  };
  constexpr Row rows[] = {
      {"=1+1", "'=1+1"}, {"+84912345678", "'+84912345678"},
      {"-5", "'-5"},     {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "'\t=1"}, {"'=1", "''=1"},
      {"a=b", "a=b"},    {"'quoted'", "'quoted'"},
      {"", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.cell);
    EXPECT_EQ(guarded(row.cell), row.shown);
    EXPECT_EQ(unguarded(guarded(row.cell)), row.cell);
  }
}

}  // namespace
}  // namespace haidang::registry
