#include "base/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

enum class Form : std::uint8_t { table, ndjson };

// A command like `haidang detect`, with one setting of every kind.
struct Command {
  std::vector<std::string> rules;
  Form form = Form::table;
  bool stats = false;
  unsigned threads = 2;
  std::string label = "none";
  std::chrono::nanoseconds window = 5min;
  std::uint64_t memory = 64ULL << 20U;
  std::vector<std::string> files;
  Settings settings{"haidang try", "tries settings"};

  Command() {
    settings.texts({.name = "rules", .form = "DIR", .help = "directory of rules", .required = true},
                   rules);
    settings.choice<Form>({.name = "format", .help = "how matches are printed"}, form,
                          {{"table", Form::table}, {"ndjson", Form::ndjson}});
    settings.flag({.name = "stats", .help = "end with figures"}, stats);
    settings.number({.name = "threads", .form = "N", .help = "threads that match"}, threads,
                    {1, 256});
    settings.text({.name = "label", .form = "TEXT", .help = "a label"}, label);
    settings.duration({.name = "window", .form = "TIME", .help = "length of a window"}, window,
                      {1s, 24h});
    settings.size({.name = "memory", .form = "SIZE", .help = "most memory"}, memory,
                  {1 << 20, 1ULL << 40U});
    settings.positionals({.name = "FILE", .form = "FILE|-", .help = "events"}, files, {1, 3});
  }
  Result<Settings::Parsed> parse(const std::vector<std::string_view>& arguments) {
    return settings.parse(arguments);
  }
};

TEST(Settings, KeepDefaultsForWhatIsNotGiven) {
  Command command;
  ASSERT_EQ(command.parse({"--rules", "a", "x"}), Settings::Parsed::run);
  EXPECT_EQ(command.form, Form::table);
  EXPECT_FALSE(command.stats);
  EXPECT_EQ(command.threads, 2U);
  EXPECT_EQ(command.label, "none");
  EXPECT_EQ(command.window, 5min);
  EXPECT_EQ(command.memory, 64ULL << 20U);
}

TEST(Settings, TakeValuesAfterASpaceOrAnEqualsSign) {
  Command command;
  const auto parsed =
      command.parse({"--rules", "a", "--rules=b=c", "--format", "ndjson", "--stats", "--threads=8",
                     "--label", "-x", "--window=1h30m", "--memory", "1GiB", "x.json", "-"});
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_THAT(command.rules, ElementsAre("a", "b=c"));
  EXPECT_EQ(command.form, Form::ndjson);
  EXPECT_TRUE(command.stats);
  EXPECT_EQ(command.threads, 8U);
  EXPECT_EQ(command.label, "-x");
  EXPECT_EQ(command.window, 90min);
  EXPECT_EQ(command.memory, 1ULL << 30U);
  EXPECT_THAT(command.files, ElementsAre("x.json", "-"));
}

TEST(Settings, TakeEverythingAfterTwoDashesAsPositional) {
  Command command;
  ASSERT_TRUE(command.parse({"--rules=a", "--", "--stats", "--"}));
  EXPECT_FALSE(command.stats);
  EXPECT_THAT(command.files, ElementsAre("--stats", "--"));
}

TEST(Settings, ReplaceTheDefaultOfARepeatedOptionInsteadOfAddingToIt) {
  std::vector<std::string> hosts{"localhost"};
  Settings settings("x", "y");
  settings.texts({.name = "host", .form = "NAME", .help = "h"}, hosts);
  ASSERT_TRUE(settings.parse({}));
  EXPECT_THAT(hosts, ElementsAre("localhost"));
  const std::vector<std::string_view> arguments{"--host=a", "--host=b"};
  ASSERT_TRUE(settings.parse(arguments));
  EXPECT_THAT(hosts, ElementsAre("a", "b"));
}

TEST(Settings, TellThePlaceAndTheMendOfAMistake) {
  struct Row {
    std::vector<std::string_view> arguments;
    std::string_view message;
  };
  const Row rows[] = {
      {{"--rules=a", "--thread", "4"},
       "unknown option '--thread'; did you mean '--threads'?; see haidang try --help"},
      {{"--colour"}, "unknown option '--colour'; see haidang try --help"},
      {{"-threads", "4"}, "-threads: options have two dashes: --threads"},
      {{"-q"}, "unknown option '--q'; see haidang try --help"},
      {{"--threads"}, "--threads: needs a value: --threads N"},
      {{"--threads", "--stats"}, "--threads: needs a value: --threads N"},
      {{"--threads", "0"}, "--threads: '0' is out of bounds; allowed is 1..256"},
      {{"--threads=257"}, "--threads: '257' is out of bounds; allowed is 1..256"},
      {{"--threads=many"}, "--threads: 'many' is not a whole number"},
      {{"--threads="}, "--threads: '' is not a whole number"},
      {{"--threads=1", "--threads=2"}, "--threads: given twice; give it once"},
      {{"--format", "tabel"},
       "--format: 'tabel' is not one of table, ndjson; did you mean 'table'?"},
      {{"--stats=maybe"}, "--stats: 'maybe' is neither true nor false"},
      {{"--window=5"}, "--window: '5' is not a duration; write it as 30s, 5m or 1h30m"},
      {{"--window=2d"}, "--window: '2d' is out of bounds; allowed is 1s..1d"},
      {{"--memory=1KiB"}, "--memory: '1KiB' is out of bounds; allowed is 1MiB..1TiB"},
      {{"--memory=lots"}, "--memory: 'lots' is not a size; write it as 512B, 64MiB or 2GB"},
      {{"--rules="}, "--rules: the value is empty"},
      {{"x"}, "--rules DIR is missing (directory of rules); see haidang try --help"},
      {{"--rules=a"}, "FILE is missing (events); see haidang try --help"},
      {{"--rules=a", "1", "2", "3", "4"}, "FILE: at most 3 allowed; '4' is one more"},
      {{"--rules=a", ""}, "FILE: an argument is empty"},
      {{"--\x1b[2J"}, "unknown option '--\\x1b[2J'; see haidang try --help"},
  };
  for (const auto& row : rows) {
    Command command;
    const auto parsed = command.parse(row.arguments);
    ASSERT_FALSE(parsed) << row.message;
    EXPECT_EQ(parsed.error().message(), row.message);
  }
}

TEST(Settings, RefusePositionalsWhereNoneAreDeclared) {
  Settings settings("haidang serve", "serves");
  const std::vector<std::string_view> arguments{"now"};
  EXPECT_EQ(settings.parse(arguments).error().message(),
            "'now' is too much: haidang serve takes options only; see haidang serve --help");
}

TEST(Settings, LeaveTheRestUnreadWhenHelpIsAskedFor) {
  for (const std::string_view help : {"--help", "-h"}) {
    Command command;
    EXPECT_EQ(command.parse({"--stats", help, "--nonsense"}), Settings::Parsed::help);
  }
}

TEST(Settings, TakeValuesFromOtherSourcesWithTheirPlace) {
  Command command;
  ASSERT_TRUE(command.settings.set("threads", "16", "haidang.yaml:3"));
  EXPECT_EQ(command.threads, 16U);
  EXPECT_EQ(command.settings.set("memory", "0", "haidang.yaml:4").error().message(),
            "haidang.yaml:4: memory: '0' is out of bounds; allowed is 1MiB..1TiB");
  EXPECT_EQ(command.settings.set("treads", "1", "haidang.yaml:5").error().message(),
            "haidang.yaml:5: unknown setting 'treads'; did you mean 'threads'?; see haidang try "
            "--help");
}

TEST(Settings, WriteTheirHelpFromTheirDeclarations) {
  EXPECT_EQ(Command().settings.help(),
            "haidang try: tries settings\n"
            "\n"
            "usage: haidang try --rules DIR [options] FILE|-…\n"
            "\n"
            "  FILE|-…                   events\n"
            "  --rules DIR               directory of rules (required; may be repeated)\n"
            "  --format table|ndjson     how matches are printed (default table)\n"
            "  --stats                   end with figures\n"
            "  --threads N               threads that match (1..256; default 2)\n"
            "  --label TEXT              a label (default none)\n"
            "  --window TIME             length of a window (1s..1d; default 5m)\n"
            "  --memory SIZE             most memory (1MiB..1TiB; default 64MiB)\n"
            "  --help                    this text\n");
}

TEST(Settings, WrapLongHelpBetweenWords) {
  bool into = false;
  Settings settings("x", "y");
  settings.flag({.name = "a-flag-with-a-rather-long-name",
                 .help = std::string_view("một hai ba bốn năm sáu bảy tám chín mười mười một mười "
                                          "hai mười ba mười bốn mười lăm")},
                into);
  EXPECT_THAT(settings.help(),
              HasSubstr("  --a-flag-with-a-rather-long-name\n"
                        "                            một hai ba bốn năm sáu bảy tám "
                        "chín mười mười một mười hai mười ba\n"
                        "                            mười bốn mười lăm\n"));
}

TEST(Settings, CanBeListedForDocumentation) {
  const Command command;
  const auto& declared = command.settings.declared();
  ASSERT_EQ(declared.size(), 7U);
  EXPECT_EQ(declared[3].name, "threads");
  EXPECT_EQ(declared[3].kind, Setting::Kind::number);
  EXPECT_EQ(declared[3].bounds, "1..256");
  EXPECT_EQ(declared[3].standard, "2");
}

TEST(Settings, EndTheProcessWhenDeclaredTwice) {
  bool into = false;
  Settings settings("x", "y");
  settings.flag({.name = "a"}, into);
  EXPECT_DEATH(settings.flag({.name = "a"}, into), "declared once");
}

}  // namespace
}  // namespace haidang
