#include "watch/ingest/syslog.hpp"

#include <string>

#include <gtest/gtest.h>

#include "watch/ingest/parsed.hpp"

namespace haidang::ingest {
namespace {

TEST(Syslog, ReadsEveryShapeThatFilesHold) {
  struct Row {
    std::string_view line, fields;
  };
  constexpr Row rows[] = {
      {"Mar 27 13:06:56 web1 sshd[1291]: Failed password for root",
       "timestamp=Mar 27 13:06:56|hostname=web1|program=sshd|appname=sshd|procid=1291|"
       "message=Failed password for root"},
      {"<38>Mar  7 13:06:56 web1 sudo:   an : TTY=pts/0 ; COMMAND=/bin/sh",
       "facility=auth|severity=info|timestamp=Mar  7 13:06:56|hostname=web1|program=sudo|"
       "appname=sudo|message=an : TTY=pts/0 ; COMMAND=/bin/sh"},
      {"Mar  7 13:06:56 kernel: eth0 up",
       "timestamp=Mar  7 13:06:56|program=kernel|appname=kernel|message=eth0 up"},
      {"Mar  7 13:06:56 web1 last message repeated 2 times",
       "timestamp=Mar  7 13:06:56|hostname=web1|message=last message repeated 2 times"},
      {"2026-03-27T13:06:56.123456+07:00 web1 postfix/smtpd[9]: connect",
       "timestamp=2026-03-27T13:06:56.123456+07:00|hostname=web1|program=postfix/smtpd|"
       "appname=postfix/smtpd|procid=9|message=connect"},
      {"Oct  9 2018 22:33:20 fw : %ASA-6-302013: Built",
       "timestamp=2018-10-09T22:33:20|hostname=fw|message=: %ASA-6-302013: Built"},
      {"<189>2019 Oct 10 22:33:20.5 fw su[1] x",
       "facility=local7|severity=notice|timestamp=2019-10-10T22:33:20.5|hostname=fw|program=su|"
       "appname=su|procid=1|message=x"},
      {"<34>su: root failed",
       "facility=auth|severity=crit|program=su|appname=su|message=root failed"},
      {R"(<165>1 2026-03-27T13:06:56Z web1 app 8 ID47 [a@1 k="v\"]" e=""][b x="y"] hi)",
       R"(facility=local4|severity=notice|timestamp=2026-03-27T13:06:56Z|hostname=web1|program=app|)"
       R"(appname=app|procid=8|msgid=ID47|sd.a@1.k=v"]|sd.a@1.e=|sd.b.x=y|message=hi)"},
      {"<165>1 - - - - - -", "facility=local4|severity=notice|message="},
      {"<165>1 2026-03-27T13:06:56Z h a - - - \xEF\xBB\xBFxin ch\xC3\xA0o",
       "facility=local4|severity=notice|timestamp=2026-03-27T13:06:56Z|hostname=h|program=a|"
       "appname=a|message=xin ch\xC3\xA0o"},
      {R"(Mar 27 13:06:56 web1 app: @cee: {"a":1})",
       R"(timestamp=Mar 27 13:06:56|hostname=web1|program=app|appname=app|message=@cee: {"a":1})"},
  };
  for (const auto& row : rows) EXPECT_EQ(parsed(parse_syslog, row.line), row.fields);
}

TEST(Syslog, LeavesOtherLinesAlone) {
  for (const std::string_view line :
       {"", "hello", "<999>x", "<1x>Mar 27", "Foo 27 13:06:56 web1 sshd: x", "{\"a\":1}",
        "Mar 27 13:06 web1", "<165>1 yesterday h a - - - x", "<165>1 - - - - - [",
        "<165>1 - - - - - [a b", "<165>1 - - - - - [a b=\"c"}) {
    EXPECT_EQ(parsed(parse_syslog, line), "no") << line;
  }
}

}  // namespace
}  // namespace haidang::ingest
