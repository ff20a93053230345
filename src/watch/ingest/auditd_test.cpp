#include "watch/ingest/auditd.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/ingest/said.hpp"
#include "watch/ingest/text_lines.hpp"

namespace haidang::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Heard read(std::string_view text) {
  event::Names names;
  const auto reader = make_text_lines(AuditRecords::joined);
  return read_all(*reader, text, names);
}

TEST(Auditd, JoinsTheRecordsOfAnEventEvenInterleaved) {
  const auto said = read(
      "type=SYSCALL msg=audit(1.5:7): arch=c000003e syscall=59 exe=\"/bin/cat\" key=\"k\"\n"
      "type=SYSCALL msg=audit(1.6:8): syscall=2\n"
      "type=PATH msg=audit(1.5:7): item=0 name=\"/etc/shadow\"\n"
      "type=PATH msg=audit(1.5:7): item=1 name=\"/etc\"\n"
      "type=EOE msg=audit(1.5:7): \n"
      "type=USER_LOGIN msg=audit(1.7:9): pid=1 msg='op=login acct=\"an\" addr=? res=failed'\n");
  EXPECT_THAT(said.lines,
              ElementsAre("1 timestamp:1.5 serial:7 type=SYSCALL arch=c000003e syscall=59 "
                          "exe=/bin/cat key=k type=PATH item=0 name=/etc/shadow type=PATH item=1 "
                          "name=/etc",
                          "2 timestamp:1.6 serial:8 type=SYSCALL syscall=2",
                          "6 timestamp:1.7 serial:9 type=USER_LOGIN pid=1 op=login acct=an "
                          "res=failed"));
  EXPECT_THAT(said.raws[0], HasSubstr("\ntype=PATH msg=audit(1.5:7): item=1"));
  EXPECT_EQ(said.datasets[0], "auditd");
}

TEST(Auditd, DecodesWhatIsHexAndOnlyThat) {
  struct Row {
    std::string_view body, fields;
  };
  constexpr Row rows[] = {
      {"type=PROCTITLE msg=audit(1:7): proctitle=6C73002D6C", "type=PROCTITLE proctitle=ls -l"},
      {"type=EXECVE msg=audit(1:7): argc=2 a0=\"sh\" a1=6120", "type=EXECVE argc=2 a0=sh a1=a "},
      {"type=EXECVE msg=audit(1:7): a1_len=4 a1[0]=61", "type=EXECVE a1_len=4 a1=a"},
      {"type=SYSCALL msg=audit(1:7): a0=6120 pid=12", "type=SYSCALL a0=6120 pid=12"},
      {"type=PATH msg=audit(1:7): name=(null) inode=33", "type=PATH name=(null) inode=33"},
      {"type=SYSCALL msg=audit(1:7): key=6101 62", "type=SYSCALL key=a"},
      {"type=SYSCALL msg=audit(1:7): key=610162\x1D"
       "ARCH=x86_64 UID=\"root\"",
       "type=SYSCALL key=a key=b ARCH=x86_64 UID=root"},
      {"type=1400 audit(1:7): apparmor=\"DENIED\"", "type=AVC apparmor=DENIED"},
      {"type=AVC msg=audit(1:7): avc:  denied  { read } for  pid=3", "type=AVC pid=3"},
      {"type=X msg=audit(1:7): =1 a b= \"c=\" d=\"e", "type=X d=e"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(read(row.body).lines,
                ElementsAre("1 timestamp:1 serial:7 " + std::string(row.fields)));
  }
}

TEST(Auditd, FindsRecordsThatSyslogCarriesButNotThoseOfAnImpostor) {
  const auto said = read(
      "Mar 27 13:06:56 web1 audispd: node=n1 type=SYSCALL msg=audit(1:7): uid=0\n"
      "Mar 27 13:06:56 web1 kernel: [ 12.3] audit: type=1300 audit(1:8): uid=0\n"
      "Mar 27 13:06:56 web1 sshd[1]: Invalid user type=X msg=audit(1:9): from 10.0.0.1\n");
  ASSERT_THAT(said.lines, SizeIs(3));
  EXPECT_THAT(said.lines[0], HasSubstr("3 timestamp=Mar 27 13:06:56 hostname=web1 program=sshd"));
  EXPECT_EQ(said.lines[1], "1 node=n1 timestamp:1 serial:7 type=SYSCALL uid=0");
  EXPECT_EQ(said.lines[2], "2 node=web1 timestamp:1 serial:8 type=SYSCALL uid=0");
}

TEST(Auditd, KeepsFewEventsOpen) {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "type=SYSCALL msg=audit(1:" + std::to_string(i) + "): a=b\n";
  EXPECT_THAT(read(text).lines, SizeIs(1000));
}

TEST(TextLines, ReadsAMixtureAndNamesWhatFitsNothing) {
  const auto said = read(
      "Mar 27 13:06:56 web1 sshd[1]: hello\r\n"
      "\n"
      "10.0.0.1 - - [17/May/2026:10:05:03 +0700] \"GET / HTTP/1.1\" 200 1\n"
      "what is this\n"
      "{\"a\":1}\n"
      "type=nonsense\n");
  ASSERT_THAT(said.lines, SizeIs(5));
  EXPECT_THAT(said.lines[0], HasSubstr("message=hello"));
  EXPECT_THAT(said.lines[1], HasSubstr("3 c-ip=10.0.0.1"));
  EXPECT_EQ(said.lines[2], "4 ! fits no kind of log that is known");
  EXPECT_EQ(said.lines[3], "5 a:1");
  EXPECT_EQ(said.lines[4], "6 ! fits no kind of log that is known");
  EXPECT_EQ(said.raws[0], "Mar 27 13:06:56 web1 sshd[1]: hello");
}

}  // namespace
}  // namespace haidang::ingest
