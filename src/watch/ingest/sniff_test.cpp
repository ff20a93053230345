#include "watch/ingest/sniff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::ingest {
namespace {

using testing::HasSubstr;

TEST(Sniff, TellsTheFormatByTheFirstBytes) {
  struct Row {
    std::string_view head;
    Format format;
  };
  constexpr Row rows[] = {
      {"", Format::text},
      {"{\"a\":1}\n{\"a\":2}\n", Format::json_lines},
      {"\n {\"a\":1}", Format::json_lines},
      {"{\"a\":[{\"b\":1}]}", Format::json_lines},
      {"{\"value\":[1]}", Format::json_lines},
      {"{broken\n{\"a\":1}\n", Format::json_lines},
      {"{\"Records\":[{\"a\":1", Format::json_array},
      {"{ \"value\" : [ {\"a\":1", Format::json_array},
      {"{\n  \"a\": 1\n}", Format::json_array},
      {"[\n{\"a\":1}]", Format::json_array},
      {"[]", Format::json_array},
      {"[Wed Oct 11 14:32:52 2026] [error] x", Format::text},
      {"ElfFile", Format::evtx},
      {"#separator \\x09\n", Format::zeek_tsv},
      {"#Software: Microsoft", Format::w3c},
      {"__CURSOR=s=1", Format::journal_export},
      {"type=SYSCALL msg=audit(1:2): a=b\n", Format::audit},
      {"Mar 27 13:06:56 web1 kernel: audit: type=1400 audit(1:2): a=b\n", Format::audit},
      {"Mar 27 13:06:56 web1 sshd[1]: x\n", Format::text},
      {"\xC4\x90\xC4\x83ng nh\xE1\xBA\xADp", Format::text},
  };
  for (const auto& row : rows) {
    const auto format = sniff(row.head, "f");
    ASSERT_TRUE(format) << row.head;
    EXPECT_EQ(*format, row.format) << row.head << ": " << name(*format);
    EXPECT_NE(make_reader(*format), nullptr);
  }
}

TEST(Sniff, ReadsALogThatBeginsWithARunOfNuls) {
  const std::string head = std::string(3000, '\0') + "Mar 27 13:06:56 web1 sshd[1]: x\n";
  EXPECT_EQ(sniff(head, "f").value(), Format::text);
}

TEST(Sniff, SaysWhatItRefuses) {
  struct Row {
    std::string head, why;
  };
  const Row rows[] = {
      {"\x89PNG\r\n", "f: is no log but a picture (PNG)"},
      {"PK\x03\x04", "unpack it first"},
      {"\xD4\xC3\xB2\xA1", "Zeek or Suricata"},
      {std::string(100, '\0'), "it begins 00 00"},
      {"\x01\x02\x03\x04\x05\x06 x \xFF\xFE\xFD", "it begins 01 02 03"},
  };
  for (const auto& row : rows) {
    const auto format = sniff(row.head, "f");
    ASSERT_FALSE(format) << row.why;
    EXPECT_THAT(format.error().message(), HasSubstr(row.why));
  }
}

}  // namespace
}  // namespace haidang::ingest
