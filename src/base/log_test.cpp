#include "base/log.hpp"

#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string line(std::string_view msg, Log::Fields fields) {
  return log_line(parse_time("2026-01-31T00:00:00.0125Z").value(), Log::Level::info, msg, fields);
}

TEST(LogLine, IsOneJsonObject) {
  const std::string path = "rules/dns.yml";
  EXPECT_EQ(line("rules loaded", {{"count", 3754},
                                  {"size", 5U},
                                  {"path", path},
                                  {"seconds", 0.25},
                                  {"cached", true},
                                  {"kind", "sigma"}}),
            R"({"ts":"2026-01-31T00:00:00.012Z","level":"info","msg":"rules loaded","count":3754,)"
            R"("size":5,"path":"rules/dns.yml","seconds":0.25,"cached":true,"kind":"sigma"})");
}

TEST(LogLine, CannotBeForgedFromOutside) {
  const std::string forged = line("login", {{"user", "x\"}\n{\"level\":\"error\x1b[2J\xff"}});
  EXPECT_THAT(forged, EndsWith(R"("user":"x\"}\n{\"level\":\"error\u001b[2J)"
                               "\uFFFD\"}"));
  EXPECT_THAT(forged, Not(HasSubstr("\n")));
}

TEST(LogLine, CutsWhatIsTooLong) {
  const std::string cut = line("request", {{"body", std::string(1'000'000, 'x')}});
  EXPECT_LT(cut.size(), Log::longest + 200);
  EXPECT_THAT(cut, EndsWith("x…\"}"));
  EXPECT_THAT(line("request", {{"body", std::string(Log::longest, 'x')}}), EndsWith("x\"}"));
}

TEST(LogLine, HasNullForWhatJsonCannotSay) {
  EXPECT_THAT(line("m", {{"rate", std::numeric_limits<double>::infinity()}}),
              EndsWith(R"("rate":null})"));
  EXPECT_THAT(line("m", {{"most", std::numeric_limits<std::uint64_t>::max()}}),
              EndsWith(R"("most":18446744073709551615})"));
}

TEST(Log, WritesWhatIsAtLeastAsGraveAsItsLevel) {
  std::ostringstream out;
  Log log(Log::Level::warning, out);
  log.info("quiet");
  EXPECT_EQ(out.str(), "");
  log.warning("heard");
  EXPECT_THAT(out.str(), StartsWith("{\"ts\":\"20"));
  EXPECT_THAT(out.str(), EndsWith("\"level\":\"warning\",\"msg\":\"heard\"}\n"));
  log.set_level(Log::Level::debug);
  EXPECT_TRUE(log.writes(Log::Level::debug));
  log.set_level(Log::Level::off);
  EXPECT_FALSE(log.writes(Log::Level::error));
  EXPECT_FALSE(log.writes(Log::Level::off));
}

TEST(Log, KeepsItsLineWholeWhenPatternsStandInIt) {
  std::ostringstream out;
  Log log(Log::Level::info, out);
  log.info("100% {} %v", {{"path", "%s{0}"}});
  EXPECT_THAT(out.str(), EndsWith("\"msg\":\"100% {} %v\",\"path\":\"%s{0}\"}\n"));
}

TEST(Log, KeepsLinesWholeFromSeveralThreads) {
  std::ostringstream out;
  Log log(Log::Level::info, out);
  {
    std::vector<std::jthread> writers;
    writers.reserve(4);
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&log] {
        for (int j = 0; j < 250; ++j) log.info("m", {{"value", j}});
      });
    }
  }
  std::istringstream lines(out.str());
  int count = 0;
  for (std::string each; std::getline(lines, each); ++count) {
    ASSERT_THAT(each, StartsWith("{\"ts\""));
    ASSERT_EQ(each.back(), '}');
  }
  EXPECT_EQ(count, 1000);
}

}  // namespace
}  // namespace haidang
