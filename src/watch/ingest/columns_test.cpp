#include "watch/ingest/columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/ingest/said.hpp"

namespace haidang::ingest {
namespace {

using testing::ElementsAre;

constexpr std::string_view zeek_header =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
    "#fields\tts\tid.orig_h\tquery\tanswers\tAA\n#types\ttime\taddr\tstring\tvector[string]"
    "\tbool\n";

TEST(ZeekTsv, ReadsColumnsByTheirTypes) {
  event::Names names;
  const auto reader = make_zeek_tsv();
  const auto said = read_all(*reader,
                             std::string(zeek_header) +
                                 "1.5\t10.0.0.1\ta\\x09b\tx,y\tT\n"
                                 "1.6\t::1\t(empty)\t(empty)\t-\n"
                                 "#close\t2026\n"
                                 "1.7\t::1\n",
                             names);
  EXPECT_THAT(said.lines,
              ElementsAre("8 ts:1.5 id.orig_h=10.0.0.1 query=a\tb answers=x answers=y AA:true "
                          "_path=dns",
                          "9 ts:1.6 id.orig_h=::1 query= _path=dns",
                          "11 ! has 2 columns, but #fields names 5"));
}

TEST(ZeekTsv, TakesAHeaderThatComesAgainAndRefusesLinesWithoutOne) {
  event::Names names;
  const auto reader = make_zeek_tsv();
  const auto said =
      read_all(*reader, "1\t2\n#fields\ta\n#path\tp\nx\n#fields\tb\tc\n1\t2\n", names);
  EXPECT_THAT(said.lines, ElementsAre("1 ! stands before the #fields line", "4 a=x _path=p",
                                      "6 b=1 c=2 _path=p"));
}

TEST(W3c, ReadsIisWithTheNamesOfTheAccessLog) {
  event::Names names;
  const auto reader = make_w3c();
  const auto said =
      read_all(*reader,
               "#Software: Microsoft Internet Information Services 10.0\r\n"
               "#Fields: date time cs-method cs-uri-stem cs-uri-query cs(User-Agent) sc-status\r\n"
               "2026-01-31 07:00:01 GET /a.aspx id=1 curl/8+(x) 200\r\n"
               "2026-01-31 07:00:02 GET / - - 404\r\n"
               "2026-01-31 07:00:02 GET\r\n",
               names);
  EXPECT_THAT(said.lines,
              ElementsAre("3 date=2026-01-31 time=07:00:01 cs-method=GET cs-uri-stem=/a.aspx "
                          "cs-uri-query=id=1 cs-user-agent=curl/8 (x) sc-status:200 "
                          "timestamp=2026-01-31T07:00:01 cs-uri=/a.aspx?id=1",
                          "4 date=2026-01-31 time=07:00:02 cs-method=GET cs-uri-stem=/ "
                          "sc-status:404 timestamp=2026-01-31T07:00:02 cs-uri=/",
                          "5 ! does not have the 7 columns of #Fields:"));
  EXPECT_EQ(said.datasets[0], "web.access");
}

TEST(W3c, LeavesOtherLogsOfTheFormatTheirOwnDataset) {
  event::Names names;
  const auto reader = make_w3c();
  const auto said =
      read_all(*reader, "x\n#Fields: action src-ip info\nDROP 10.0.0.1 \"a b\"\n", names);
  EXPECT_THAT(said.lines, ElementsAre("1 ! stands before the #Fields: line",
                                      "3 action=DROP src-ip=10.0.0.1 info=a b"));
  EXPECT_EQ(said.datasets[0], "w3c");
}

}  // namespace
}  // namespace haidang::ingest
